"""The `PhraseMatcher`: long lists of phrases."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, pairwise
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from kernel.errors import ArgumentError
from kernel.text import ORTH, Doc, LexemeTable, Span, Vocab, attr_name, attributes
from kernel_plugin_rules.matcher.accepting import annotation
from kernel_plugin_rules.matcher.phrases import Node, Phrases, walk
from kernel_plugin_rules.matcher.texts import bounds, call_functions, pipe
from kernel_plugin_rules.matcher.token_patterns import REQUIRABLE, PatternProblem, token_attr

Match: TypeAlias = tuple[int, int, int]
OnMatch: TypeAlias = Callable[["PhraseMatcher", Doc, int, list[Match]], Any]

# In shorter texts, looking at each word is faster than making arrays.
_MIN_LENGTH_FOR_ARRAYS: Final = 50
_ANNOTATION: Final = ("DEP", "TAG", "POS", "MORPH", "LEMMA")


class PhraseMatcher:
    """Finds phrases, which are given as docs.

        matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
        matcher.add("CITY", list(nlp.tokenizer.pipe(["New York", "Amsterdam"])))
        for key, start, end in matcher(doc): ...

    A phrase is found where the attribute `attr` of all its tokens is the same. `validate` warns of
    phrases with annotation that is not needed.
    """

    def __init__(
        self,
        vocab: Vocab,
        attr: str | int | None = ORTH,
        validate: bool = False,
    ) -> None:
        self.vocab = vocab
        try:
            self.attr: Final = token_attr(attr or ORTH)
        except PatternProblem as problem:
            message = f"no attribute `{attr}` for a PhraseMatcher: {problem.args[0]}"
            raise ArgumentError(message) from None
        self.validate = validate
        self._is_lexical = attributes.is_lexical(self.attr)
        self._values_key = ("values", self.attr)
        self._functions: dict[int, OnMatch] = {}
        self._phrases = Phrases()
        self._renew()

    def __reduce__(self) -> Any:
        names = self.vocab.strings
        functions = {names[key]: function for key, function in self._functions.items()}
        arguments = (self.vocab, self._phrases.by_key, functions, self.attr)
        return self._restored, arguments, {"validate": self.validate}

    @classmethod
    def _restored(
        cls,
        vocab: Vocab,
        phrases: dict[int, dict[tuple[int, ...], None]],
        functions: dict[str, OnMatch],
        attr: int,
    ) -> PhraseMatcher:
        matcher = cls(vocab, attr)
        for key, values in phrases.items():
            matcher._phrases.add(key, values)
        matcher._functions.update({vocab.strings[key]: each for key, each in functions.items()})
        return matcher

    # Phrases

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._phrases.by_key)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.vocab.strings[key] in self._phrases.by_key

    def add(
        self,
        key: str,
        docs: Any,
        *_docs: Doc,
        on_match: OnMatch | None = None,
    ) -> None:
        """Add phrases, a list of docs, to a key, whose function is replaced.

        `on_match` is called for each match, with the matcher, the doc, the index of the match and
        all matches. `add(key, on_match, *docs)` works too.

        Raises ArgumentError for other arguments, or if a doc has no annotation of `attr`; nothing
        is added then.
        """
        if docs is None or callable(docs):
            docs, on_match = _docs, docs
        docs = self._checked(key, docs, on_match)
        values = [tuple(self._values(doc)) for doc in docs]
        number = self.vocab.strings.add(key)
        self._phrases.add(number, values)
        self._functions.pop(number, None)
        if on_match is not None:
            self._functions[number] = on_match
        self._renew()

    def _renew(self) -> None:
        """Forget what was computed for words: their nodes, and whether phrases start with them."""
        self._version, self._starts = object(), object()

    def _checked(self, key: Any, docs: Any, on_match: Any) -> list[Doc]:
        if not isinstance(key, str):
            raise ArgumentError(f"expected a string as the key of phrases, got {key!r}")
        if on_match is not None and not callable(on_match):
            raise ArgumentError(f"expected a function as on_match of `{key}`, got {on_match!r}")
        if isinstance(docs, Doc | str) or not isinstance(docs, Iterable):
            raise ArgumentError(
                f"expected a list of docs as the phrases of `{key}`, got {docs!r:.80}",
                hint="`phrases` is a list, even of a single doc",
            )
        checked = list(docs)
        for index, doc in enumerate(checked):
            if not isinstance(doc, Doc):
                what = "make a doc of the text: `nlp.make_doc(text)`"
                raise ArgumentError(f"phrase {index} of `{key}` is {doc!r:.80}, no doc", hint=what)
            if self.attr in REQUIRABLE and len(doc) and not doc.has_annotation(self.attr):
                raise ArgumentError(
                    f"phrase {index} of `{key}` has no {attr_name(self.attr)}",
                    hint="run the components that set it on the phrases",
                )
            if self.validate:
                self._warn_of_annotation(key, index, doc)
        return checked

    def _warn_of_annotation(self, key: str, index: int, doc: Doc) -> None:
        names = [name for name in _ANNOTATION if doc.has_annotation(name)]
        if names and self.attr not in REQUIRABLE:
            warnings.warn(
                f"phrase {index} of `{key}` has {', '.join(names)}, which matching by "
                f"{attr_name(self.attr)} does not need: `nlp.make_doc` is faster than `nlp`",
                stacklevel=4,
            )

    def remove(self, key: str) -> None:
        """Remove a key with its phrases; raises KeyError if there is no such key."""
        if key not in self:
            raise KeyError(key)
        number = self.vocab.strings.as_int(key)
        self._phrases.remove(number)
        self._functions.pop(number, None)
        self._renew()

    # Matching

    def __call__(self, doclike: Doc | Span, *, as_spans: bool = False) -> Any:
        """Return all phrases in a doc or span, by their start, then by their end.

        A match is the id of the key, start and end in the doc. With `as_spans`, spans that have
        the key as their label are returned.
        """
        doc, start, end = bounds(doclike, "PhraseMatcher")
        matches = self._find(doc, start, end)
        if self._functions:
            call_functions(self._functions, self, doc, matches)
        if not as_spans:
            return matches
        return [Span(doc, first, last, label=key) for key, first, last in matches]

    def _find(self, doc: Doc, start: int, end: int) -> list[Match]:
        if not self._is_lexical:
            values = annotation(doc, self.attr).tolist()
            found = map(self._phrases.first.get, values[start:end])
            return walk(enumerate(found, start), values, range(end), end)
        table = doc.lexemes
        nodes = table.derived_list(self._version, self._nodes_from)
        rows = doc.lex.tolist()
        starts: Iterable[tuple[int, Node | None]]
        if end - start < _MIN_LENGTH_FOR_ARRAYS:
            starts = enumerate(map(nodes.__getitem__, rows[start:end]), start)
        else:
            may_start = table.derived(self._starts, self._starts_from).take(doc.lex[start:end])
            places = (may_start.nonzero()[0] + start).tolist()
            starts = [(place, nodes[rows[place]]) for place in places]
        return walk(starts, self._lexical_values(table), rows, end)

    def _values(self, doc: Doc) -> list[int]:
        if not self._is_lexical:
            return annotation(doc, self.attr).tolist()
        return list(map(self._lexical_values(doc.lexemes).__getitem__, doc.lex.tolist()))

    def _lexical_values(self, table: LexemeTable) -> list[int]:
        """Return the value of each word."""
        return table.derived_list(self._values_key, self._values_from)

    def _values_from(self, table: LexemeTable, start: int) -> list[int]:
        return table.values_from(self.attr, start).tolist()

    def _nodes_from(self, table: LexemeTable, start: int) -> list[Node | None]:
        return list(map(self._phrases.first.get, self._lexical_values(table)[start:]))

    def _starts_from(self, table: LexemeTable, start: int) -> npt.NDArray[np.bool_]:
        """Return whether phrases start with a word."""
        return np.array([node is not None for node in self._nodes_from(table, start)], np.bool_)

    def pipe(
        self,
        stream: Iterable[Any],
        batch_size: int = 1000,
        return_matches: bool = False,
        as_tuples: bool = False,
    ) -> Iterator[Any]:
        """Match many docs, in batches, which is faster than one by one.

        Yields the docs; with `return_matches`, pairs of the doc and its matches. With `as_tuples`,
        takes and yields pairs of these and a context.
        """
        options = {"return_matches": return_matches, "as_tuples": as_tuples}
        return pipe(stream, batch_size, self._of_batch, **options)

    def _of_batch(self, docs: list[Doc]) -> list[list[Match]]:
        table = docs[0].lexemes
        if len({doc.lexemes for doc in docs}) > 1:
            return [self(doc) for doc in docs]
        found = self._find_all(docs, table)
        if self._functions:
            for doc, matches in zip(docs, found, strict=True):
                call_functions(self._functions, self, doc, matches)
        return found

    def _find_all(self, docs: list[Doc], table: LexemeTable) -> list[list[Match]]:
        """Return the phrases in docs whose words are in one table."""
        rows = [doc.lex for doc in docs]
        offsets = np.array([0, *accumulate(map(len, rows))])  # (B + 1,)
        is_last = np.zeros(offsets[-1] + 1, np.bool_)  # of an empty first doc, there is none
        is_last[offsets[1:] - 1] = True
        arrays = self._phrases.arrays
        if self._is_lexical:
            numbers = table.derived(self._version, self._numbers_from).take(np.concatenate(rows))
        else:
            values = [annotation(doc, self.attr) for doc in docs]
            numbers = arrays.numbers(np.concatenate(values))
        keys, first, last = arrays.find(numbers, is_last)
        borders = first.searchsorted(offsets)  # (B + 1,)
        starts = np.repeat(offsets[:-1], np.diff(borders))  # (F,)
        columns = keys.tolist(), (first - starts).tolist(), (last - starts).tolist()
        matches = list(zip(*columns, strict=True))
        return [matches[low:high] for low, high in pairwise(borders.tolist())]

    def _numbers_from(self, table: LexemeTable, start: int) -> npt.NDArray[np.int32]:
        return self._phrases.arrays.numbers(table.values_from(self.attr, start))
