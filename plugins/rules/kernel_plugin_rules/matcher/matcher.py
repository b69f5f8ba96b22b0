"""The `Matcher`: sequences of tokens by patterns of their attributes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise, repeat
from typing import Any, Final, TypeAlias

import numpy as np
from attrs import define, frozen

from kernel.errors import ArgumentError
from kernel.text import Doc, DocBatch, Span, Vocab
from kernel_plugin_rules.matcher.accepting import Accepting, Ints
from kernel_plugin_rules.matcher.automaton import Automaton
from kernel_plugin_rules.matcher.errors import MatchPatternError
from kernel_plugin_rules.matcher.greedy import CHOICES, Greedy, choose
from kernel_plugin_rules.matcher.levenshtein import FuzzyCompare, levenshtein_compare
from kernel_plugin_rules.matcher.partial_matches import Found, PartialMatches, alignment
from kernel_plugin_rules.matcher.requirements import Requirements
from kernel_plugin_rules.matcher.rules import RulesByKey
from kernel_plugin_rules.matcher.texts import bounds, call_functions, pipe
from kernel_plugin_rules.matcher.token_patterns import Compiler, Node, Pattern, PatternProblem
from kernel_plugin_rules.matcher.validation import validate_token_pattern

# The id of the rule, start and end; with alignments, also the dict that each token matched.
Match: TypeAlias = tuple[Any, ...]
OnMatch: TypeAlias = Callable[["Matcher", Doc, int, list[Match]], Any]


@define
class _Rule:
    on_match: OnMatch | None
    greedy: Greedy | None


@frozen
class _Added:
    key: int
    pattern: Pattern
    nodes: list[Node]


class Matcher(RulesByKey):
    """Finds sequences of tokens.

        matcher = Matcher(nlp.vocab)
        matcher.add("HELLO", [[{"LOWER": "hello"}, {"IS_PUNCT": True, "OP": "?"}]])
        for key, start, end in matcher(doc): ...

    With `validate`, patterns are checked for keys and types before they are compiled.
    `fuzzy_compare` decides which texts are similar, for FUZZY.
    """

    def __init__(
        self,
        vocab: Vocab,
        validate: bool = True,
        *,
        fuzzy_compare: FuzzyCompare = levenshtein_compare,
    ) -> None:
        self.vocab = vocab
        self.validate = validate
        self._fuzzy_compare = fuzzy_compare
        self._compiler = Compiler(vocab, fuzzy_compare)
        self._rules: dict[int, _Rule] = {}
        # The patterns of all rules, in the order in which they were added.
        self._patterns: list[_Added] = []
        self._compiled: _Compiled | None = None
        self._has_greedy = False
        self._functions: dict[int, OnMatch] = {}

    def __reduce__(self) -> Any:
        patterns = [(added.key, added.pattern) for added in self._patterns]
        arguments = (self.vocab, self.validate, self._fuzzy_compare, self._rules, patterns)
        return self._restored, arguments

    @classmethod
    def _restored(
        cls,
        vocab: Vocab,
        validate: bool,
        fuzzy_compare: FuzzyCompare,
        rules: dict[int, _Rule],
        patterns: list[tuple[int, Pattern]],
    ) -> Matcher:
        matcher = cls(vocab, validate, fuzzy_compare=fuzzy_compare)
        for key, pattern in [*((key, None) for key in rules), *patterns]:
            added = [] if pattern is None else [pattern]
            matcher.add(key, added, on_match=rules[key].on_match, greedy=rules[key].greedy)
        return matcher

    # Rules

    def add(
        self,
        key: str | int,
        patterns: list[Pattern],
        *,
        on_match: OnMatch | None = None,
        greedy: Greedy | None = None,
    ) -> None:
        """Add patterns to a rule, whose function and choice of matches are replaced.

        `on_match` is called for each match, with the matcher, the doc, the index of the match and
        all matches. With `greedy`, matches of the rule do not overlap: "FIRST" prefers those that
        start first, "LONGEST" the longest.

        Raises MatchPatternError for invalid patterns, ArgumentError for other arguments; nothing
        is added then.
        """
        _check_arguments(key, patterns, on_match, greedy)
        made = self._compile(key, patterns)
        number = self.vocab.strings.add(key) if isinstance(key, str) else key
        self._rules.setdefault(number, _Rule(None, None))
        self._rules[number].on_match, self._rules[number].greedy = on_match, greedy
        self._patterns.extend(map(_Added, repeat(number), patterns, made))
        self._compiled = None

    def _compile(self, key: str | int, patterns: list[Pattern]) -> list[list[Node]]:
        problems: list[str] = []
        made = []
        for index, pattern in enumerate(patterns):
            found = validate_token_pattern(pattern) if self.validate else []
            if not found:
                try:
                    made.append(self._compiler.nodes(pattern))
                except PatternProblem as problem:
                    found.append(str(problem))
            problems.extend(f"pattern {index}, {problem}" for problem in found)
        if problems:
            raise MatchPatternError(str(key), problems)
        return made

    def get(self, key: str | int, default: Any = None) -> Any:
        """Return the function and the patterns of a rule, `default` if there is no such rule."""
        number = self._id(key)
        if number not in self._rules:
            return default
        patterns = [added.pattern for added in self._patterns if added.key == number]
        return self._rules[number].on_match, patterns

    def remove(self, key: str | int) -> None:
        """Remove a rule; raises ArgumentError if there is no such rule."""
        number = self._id(key)
        if self._rules.pop(number, None) is None:
            raise ArgumentError(f"no rule `{key}` to remove")
        self._patterns = [added for added in self._patterns if added.key != number]
        self._compiled = None

    # Matching

    def __call__(
        self,
        doclike: Doc | Span,
        *,
        as_spans: bool = False,
        allow_missing: bool = False,
        with_alignments: bool = False,
    ) -> Any:
        """Return all matches in a doc or span, in the order of the token that completes them.

        A match is the id of the rule, its start and end (relative to the span, if it is one);
        with `with_alignments` also, for each token, the index of the dict that it matched. With
        `as_spans`, spans that have the key of the rule as their label are returned.

        Raises ArgumentError if a pattern needs annotation that the doc does not have, unless
        `allow_missing`.
        """
        doc, start, end = bounds(doclike, "Matcher")
        compiled = self._ready()
        if not allow_missing:
            compiled.requirements.check(doc)
        classes = compiled.accepting.classes(doc.lexemes).take(doc.lex[start:end])
        starts = compiled.accepting.starts(classes)
        matches = []
        if len(starts):
            matches = compiled.matches(doc, start, end, classes, starts, aligned=with_alignments)
        return self._finished(doc, start, matches, as_spans=as_spans)

    def pipe(
        self,
        docs: Iterable[Any],
        batch_size: int = 1000,
        return_matches: bool = False,
        as_tuples: bool = False,
        *,
        allow_missing: bool = False,
    ) -> Iterator[Any]:
        """Match many docs, in batches, which is faster than one by one.

        Yields the docs; with `return_matches`, pairs of the doc and its matches. With `as_tuples`,
        takes and yields pairs of these and a context. Raises ArgumentError as for one doc.
        """
        find = partial(self._of_batch, allow_missing=allow_missing)
        options = {"return_matches": return_matches, "as_tuples": as_tuples}
        return pipe(docs, batch_size, find, **options)

    def _of_batch(self, docs: list[Doc], *, allow_missing: bool) -> list[list[Match]]:
        if len(docs) == 1:
            return [self(docs[0], allow_missing=allow_missing)]
        compiled = self._ready()
        for doc in () if allow_missing else docs:
            compiled.requirements.check(doc)
        found: list[list[Match]] = [[] for _ in docs]
        for i, classes, starts in compiled.candidates(docs):
            doc = docs[i]
            found[i] = compiled.matches(doc, 0, len(doc), classes, starts, aligned=False)
        return [
            self._finished(doc, 0, matches, as_spans=False)
            for doc, matches in zip(docs, found, strict=True)
        ]

    def _ready(self) -> _Compiled:
        if self._compiled is None:
            self._compiled = _Compiled(self._patterns)
            self._has_greedy = any(rule.greedy for rule in self._rules.values())
            self._functions = {key: r.on_match for key, r in self._rules.items() if r.on_match}
        if not self._rules:
            warnings.warn("the matcher has no patterns", stacklevel=3)
        return self._compiled

    def _finished(self, doc: Doc, offset: int, matches: list[Match], *, as_spans: bool) -> Any:
        """Choose among the matches of greedy rules, and call the functions of rules."""
        if self._has_greedy:
            matches = self._chosen(matches)
        if self._functions:
            call_functions(self._functions, self, doc, matches)
        if not as_spans:
            return matches
        return [
            Span(doc, offset + match[1], offset + match[2], label=match[0]) for match in matches
        ]

    def _chosen(self, matches: list[Match]) -> list[Match]:
        """Return the matches without overlaps of those of greedy rules, which come last."""
        chosen: list[Match] = []
        by_rule: dict[int, list[Match]] = {}
        for match in matches:
            is_greedy = self._rules[match[0]].greedy is not None
            (by_rule.setdefault(match[0], []) if is_greedy else chosen).append(match)
        for key, of_rule in by_rule.items():
            chosen.extend(choose(of_rule, self._rules[key].greedy))
        return chosen


class _Compiled:
    """The patterns of a matcher, compiled."""

    def __init__(self, patterns: Sequence[_Added]) -> None:
        self.automaton: Final = Automaton((added.key, added.nodes) for added in patterns)
        self.accepting: Final = Accepting(self.automaton)
        self.requirements: Final = Requirements(node for added in patterns for node in added.nodes)

    def candidates(self, docs: list[Doc]) -> Iterator[tuple[int, Ints, Ints]]:
        """Yield the docs in which a match may start, by their index.

        yields   the classes of the tokens (N,), and the tokens where matches may start (S,)
        """
        batch = DocBatch(docs)
        if not batch:
            return
        table = docs[0].lexemes
        if any(doc.lexemes is not table for doc in docs):
            for i, doc in enumerate(docs):
                classes = self.accepting.classes(doc.lexemes).take(doc.lex)
                starts = self.accepting.starts(classes)
                if len(starts):
                    yield i, classes, starts
            return
        offsets = batch.offsets  # (B + 1,)
        classes = self.accepting.classes(table).take(batch.lex())  # (N,)
        is_last = np.zeros(len(classes) + 1, np.bool_)
        is_last[offsets[1:] - 1] = True
        starts = self.accepting.starts(classes, is_last[:-1])
        bounds = np.searchsorted(starts, offsets)
        for i, (low, high) in enumerate(pairwise(bounds.tolist())):
            if low < high:
                start, end = offsets[i : i + 2].tolist()
                yield i, classes[start:end], starts[low:high] - start

    def matches(
        self, doc: Doc, start: int, end: int, classes: Ints, starts: Ints, *, aligned: bool
    ) -> list[Match]:
        """Return the matches in the tokens from `start` to before `end`, each once, in order.

        classes  (N,)
        starts   (S,)  the tokens at which matches may start
        """
        accepting = self.accepting.of_tokens(doc, start, end, classes.tolist())
        first_tokens = starts.tolist()
        patterns = self.automaton.patterns
        found: list[Found] = []
        of_any_length = set()
        for number, end_token in self.automaton.ends(accepting, first_tokens):
            pattern = patterns[number]
            if pattern.is_fixed:
                begin = end_token - len(pattern.nodes)
                found.append((end_token - 1, begin, 0, number, 0, number, begin, end_token, None))
            else:
                of_any_length.add(number)
        if of_any_length:
            more = PartialMatches(patterns, self.automaton.firsts, accepting)
            more.run(of_any_length, first_tokens)
            found.extend(more.found)
        found.sort()
        if aligned:
            return self._aligned(found)
        every = [(patterns[each[5]].key, each[6], each[7]) for each in found]
        return list(dict.fromkeys(every))

    def _aligned(self, found: list[Found]) -> list[Match]:
        """Return each match once, with the index of the dict that each token matched."""
        matches: dict[tuple[int, int, int], Match] = {}
        for *_, number, begin, end, taken in found:
            pattern = self.automaton.patterns[number]
            match = (pattern.key, begin, end)
            if match not in matches:
                specs = list(pattern.specs) if pattern.is_fixed else alignment(pattern, taken)
                matches[match] = (*match, specs)
        return list(matches.values())


def _check_arguments(key: str | int, patterns: Any, on_match: Any, greedy: Any) -> None:
    if not isinstance(key, str | int):
        raise ArgumentError(f"expected a string as the key of a rule, got {key!r}")
    if on_match is not None and not callable(on_match):
        raise ArgumentError(f"expected a function as on_match of `{key}`, got {on_match!r}")
    if greedy is not None and greedy not in CHOICES:
        raise ArgumentError(f"expected one of {', '.join(CHOICES)} as greedy, got {greedy!r}")
    if not isinstance(patterns, list):
        raise ArgumentError(
            f"expected a list of patterns of the rule `{key}`, got {patterns!r:.80}"
        )
    for index, pattern in enumerate(patterns):
        if not isinstance(pattern, list):
            raise ArgumentError(
                f"pattern {index} of the rule `{key}` is not a list, but {pattern!r:.80}",
                hint="`patterns` is a list of patterns, and a pattern is a list of dicts",
            )
        if not pattern:
            raise ArgumentError(f"pattern {index} of the rule `{key}` has no tokens")
