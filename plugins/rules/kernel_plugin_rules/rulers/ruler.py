"""What the entity ruler and the span ruler have in common: patterns with labels."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from kernel.errors import ArgumentError, LoadError
from kernel.pipeline import Language
from kernel.text import Doc, DocBatch, Example, attributes
from kernel_plugin_rules.batch_pipe import BatchPipe
from kernel_plugin_rules.matcher.errors import MatchPatternError
from kernel_plugin_rules.matcher.levenshtein import FuzzyCompare
from kernel_plugin_rules.matcher.matcher import Matcher
from kernel_plugin_rules.matcher.phrase_matcher import PhraseMatcher
from kernel_plugin_rules.rulers.label_patterns import (
    LabelPattern,
    Place,
    check_patterns,
    read_jsonl,
)

# The id of a key of the matchers, start and end.
Match: TypeAlias = tuple[int, int, int]
_PHRASES_PER_BATCH: Final = 1000


class Ruler(BatchPipe):
    """A component with patterns that have a label and maybe an id.

    A pattern of tokens is found by `matcher`, a phrase, which is a string, by `phrase_matcher`.
    The key of both is made of the label and the id.
    """

    nlp: Language
    matcher: Matcher
    phrase_matcher: PhraseMatcher

    def __init__(
        self,
        nlp: Language,
        name: str,
        *,
        phrase_matcher_attr: str | int | None,
        matcher_fuzzy_compare: FuzzyCompare,
        validate: bool,
        scorer: Any,
    ) -> None:
        self.nlp = nlp
        self.name = name
        self.phrase_matcher_attr = phrase_matcher_attr
        self.matcher_fuzzy_compare = matcher_fuzzy_compare
        self.validate = validate
        self.scorer = scorer
        self.clear()

    # Patterns

    def clear(self) -> None:
        """Remove all patterns."""
        vocab = self.nlp.vocab
        self.matcher = Matcher(
            vocab, validate=self.validate, fuzzy_compare=self.matcher_fuzzy_compare
        )
        self.phrase_matcher = PhraseMatcher(
            vocab, attr=self.phrase_matcher_attr, validate=self.validate
        )
        self._patterns: list[LabelPattern] = []
        # The ids of the label and of the id of each key, 0 if there is no id.
        self._named: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        """Return the number of patterns."""
        return len(self._patterns)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, label: object) -> bool:
        return any(pattern.label == label for pattern in self._patterns)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all patterns, sorted."""
        return tuple(sorted({pattern.label for pattern in self._patterns}))

    @property
    def _ids(self) -> tuple[str, ...]:
        return tuple(sorted({pattern.id for pattern in self._patterns if pattern.id}))

    @property
    def patterns(self) -> list[dict[str, Any]]:
        """All patterns, as `add_patterns` takes them."""
        return [pattern.as_dict() for pattern in self._patterns]

    def _key(self, pattern: LabelPattern) -> str:
        """Return the key of a pattern in the matchers."""
        raise NotImplementedError

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]] | None = None,
        *,
        nlp: Language | None = None,
        patterns: Iterable[Mapping[str, Any]] | None = None,
    ) -> None:
        """Replace all patterns by those given; see `add_patterns`."""
        self._replace(patterns or [], self._place)

    def add_patterns(self, patterns: Iterable[Mapping[str, Any]]) -> None:
        """Add patterns, dicts with `label`, `pattern` and maybe `id`.

        `pattern` is a phrase, or a list of dicts as for the `Matcher`. Phrases are tokenized, and
        annotated by the components before this one if matching them needs that.

        Raises ArgumentError, which names the pattern and the key, for invalid patterns; none is
        added then.
        """
        self._add(patterns, self._place)

    def _place(self, i: int) -> str:
        return f"pattern {i} of `{self.name}`"

    def _replace(self, entries: Any, place: Place) -> None:
        """Replace all patterns; they stay if one of the new ones is invalid."""
        before = self.matcher, self.phrase_matcher, self._patterns, self._named
        self.clear()
        try:
            self._add(entries, place)
        except Exception:
            self.matcher, self.phrase_matcher, self._patterns, self._named = before
            raise

    def _add(self, entries: Any, place: Place) -> None:
        made = check_patterns(entries, place)
        before = self._patterns
        try:
            self._add_to_matchers(made, place)
        except Exception:
            self.clear()
            self._add_to_matchers(before, place)
            self._patterns = before
            raise
        self._patterns = [*before, *made]

    def _add_to_matchers(self, patterns: list[LabelPattern], place: Place) -> None:
        strings = self.nlp.vocab.strings
        phrases: dict[str, list[str]] = {}
        for i, pattern in enumerate(patterns):
            key = self._key(pattern)
            named = (strings.add(pattern.label), strings.add(pattern.id) if pattern.id else 0)
            self._named[strings.add(key)] = named
            if isinstance(pattern.pattern, str):
                phrases.setdefault(key, []).append(pattern.pattern)
                continue
            try:
                self.matcher.add(key, [pattern.pattern])
            except MatchPatternError as error:
                problems = [problem.removeprefix("pattern 0, ") for problem in error.problems]
                named_problems = [f"{place(i)}, {problem}" for problem in problems]
                raise MatchPatternError(pattern.label, named_problems) from None
        docs = self._phrase_docs([text for texts in phrases.values() for text in texts])
        for key, texts in phrases.items():
            self.phrase_matcher.add(key, [next(docs) for _ in texts])

    def _phrase_docs(self, texts: list[str]) -> Iterator[Doc]:
        """Yield phrases as docs, annotated as far as matching needs."""
        names = [name for name, _ in self.nlp.pipeline]
        components = [component for _, component in self.nlp.pipeline]
        place = next((i for i, each in enumerate(components) if each is self), 0)
        before = names[:place]
        if attributes.is_lexical(self.phrase_matcher.attr):
            before = before if any(map(self._may_change_words, before)) else []
        if not before:
            # Some tokenizers have no `pipe`.
            if not hasattr(self.nlp.tokenizer, "pipe"):
                return map(self.nlp.make_doc, texts)
            docs: Iterator[Doc] = self.nlp.tokenizer.pipe(texts, batch_size=_PHRASES_PER_BATCH)
            return docs
        disabled = [name for name in names if name not in before]
        return iter(list(self.nlp.pipe(texts, disable=disabled)))

    def _may_change_words(self, name: str) -> bool:
        """Return whether a component may merge, split or change words, for all that is known.

        A component that declares what it sets, and does not declare that it retokenizes, does not.
        """
        meta = self.nlp.get_pipe_meta(name)
        return bool(meta.retokenizes or not meta.assigns)

    def _remove(self, what: str, name: str) -> None:
        """Remove all patterns whose attribute `what` is `name`."""
        removed = [pattern for pattern in self._patterns if getattr(pattern, what) == name]
        if not removed or not name:
            raise ArgumentError(f"`{self.name}` has no patterns with the {what} {name!r}")
        for key in dict.fromkeys(map(self._key, removed)):
            for matcher in (self.matcher, self.phrase_matcher):
                if key in matcher:
                    matcher.remove(key)
        self._patterns = [each for each in self._patterns if getattr(each, what) != name]

    # Matching

    def _find(self, docs: DocBatch) -> list[list[Match]]:
        """Return the matches of both matchers in each doc, those of phrases last."""
        if not self._patterns:
            # Python shows equal warnings once.
            warnings.warn(f"`{self.name}` has no patterns, and annotates nothing", stacklevel=5)
        found: list[list[Match]] = [[] for _ in docs]
        for matcher in (self.matcher, self.phrase_matcher):
            if not len(matcher):
                continue
            if len(docs) == 1:
                found[0].extend(matcher(docs[0]))
                continue
            pairs = matcher.pipe(docs, batch_size=len(docs), return_matches=True)
            for matches, (_, more) in zip(found, pairs, strict=True):
                matches.extend(more)
        return found

    # Storage

    def _read_patterns(self, path: Path) -> None:
        """Replace all patterns by those of a file; raises LoadError, which names the line."""
        entries, place = read_jsonl(path)
        self._read(entries, place)

    def _read(self, entries: Any, place: Place) -> None:
        try:
            self._replace(entries, place)
        except ArgumentError as error:
            raise LoadError(error.message, hint=error.hint) from error

    def _load(self, entries: Any) -> Self:
        """Replace all patterns by those of bytes."""
        self._read(entries, lambda i: f"pattern {i} of the bytes of `{self.name}`")
        return self
