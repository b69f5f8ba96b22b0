"""Rules of the attribute ruler, compiled: which rule decides each attribute of each token.

Rules are numbered in the order in which they were added, and the last one that applies to a token
decides an attribute. Rules for single tags, as in a tag map, are looked up by the tags of all
tokens at once; the others are the matcher's.

Axes: N tokens, M matches, R rules, K attributes, G tags with a rule of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from kernel.errors import ArgumentError
from kernel.text import Doc, DocBatch, Vocab, hash_string
from kernel_plugin_rules.matcher.matcher import Matcher
from kernel_plugin_rules.matcher.token_patterns import Pattern, is_key
from kernel_plugin_rules.rulers.attribute_values import NORM, SetValues

Ints = npt.NDArray[np.signedinteger[Any]]
Ids = npt.NDArray[np.uint64]


_LAST_ID: Final = np.iinfo(np.uint64).max


@frozen(eq=False)
class Rule:
    """Patterns, and what they set for one token of a match.

    number  the place among all rules
    attrs   the attributes as they were given, which `values` were made from
    index   the token, counted from the end of the match if negative
    """

    number: int
    patterns: list[Pattern]
    attrs: dict[str, Any]
    index: int
    values: SetValues = field(repr=False)

    @property
    def key(self) -> str:
        """The key of the rule in the matcher."""
        return str(self.number)

    def target(self, doc: Doc, start: int, end: int) -> int:
        """Return the token of a match that the rule changes.

        Raises ArgumentError if the match does not have it.
        """
        place = self.index if self.index >= 0 else end - start + self.index
        if not 0 <= place < end - start:
            raise ArgumentError(
                f"pattern {self.number} sets the attributes of token {self.index} of a match, but "
                f"the match {doc[start:end].text!r} has {end - start}",
                hint=f"the pattern is {self.patterns!r:.200}",
            )
        return start + place


class TagTable:
    """The patterns of rules that ask for the tag of a single token, and for nothing else.

    tags     (G + 1,)  sorted ids; the last one stands for all other tags
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        rules_of: dict[int, list[int]] = {}
        for rule in rules:
            for tag in filter(None, map(_only_tag, _patterns_of_table(rule))):
                rules_of.setdefault(hash_string(tag), []).append(rule.number)
        self.tags: Final[Ids] = np.array([*sorted(rules_of), _LAST_ID], np.uint64)
        self._rules: Final = [rules_of[tag] for tag in self.tags[:-1].tolist()]

    def __len__(self) -> int:
        return len(self._rules)

    def last_rules(self, has_value: npt.NDArray[np.bool_]) -> Ints:
        """Return for each tag the last of some rules, -1 if there is none; and -1 for other tags.

        has_value  (R,)  whether a rule is one of them
        returns    (G + 1,)
        """
        last = [max((n for n in rules if has_value[n]), default=-1) for rules in self._rules]
        return np.array([*last, -1], np.int32)

    def places(self, tags: Ids) -> Ints:
        """Return the place of each tag in the table, G for other tags.

        tags     (N,)
        returns  (N,)
        """
        places = self.tags.searchsorted(tags)
        return np.where(self.tags.take(places) == tags, places, len(self))


def _patterns_of_table(rule: Rule) -> list[Pattern]:
    is_first = rule.index in {0, -1}
    return [pattern for pattern in rule.patterns if is_first and _only_tag(pattern) is not None]


def _only_tag(pattern: Pattern) -> str | None:
    if len(pattern) != 1 or len(pattern[0]) != 1:
        return None
    key, value = next(iter(pattern[0].items()))
    return value if is_key(key, "TAG") and isinstance(value, str) and value else None


class AttributeRules:
    """All rules, compiled."""

    def __init__(self, vocab: Vocab, rules: Sequence[Rule]) -> None:
        self._rules: Final = rules
        self._numbers: Final = {hash_string(rule.key): rule.number for rule in rules}
        self._tags: Final = TagTable(rules)
        self._matcher: Final = Matcher(vocab, validate=False)
        for rule in rules:
            in_table = _patterns_of_table(rule)
            others = [pattern for pattern in rule.patterns if pattern not in in_table]
            if others:
                self._matcher.add(rule.key, others)
        self._columns: Final = _Deciding(rules, self._tags, "columns")
        self._extensions: Final = _Deciding(rules, self._tags, "extensions")
        self._values: Final = {name: _values_of(name, rules) for name in self._columns.names}

    def annotate(self, docs: DocBatch) -> None:
        """Set the attributes of all docs."""
        places = self._tags.places(docs.column("tag"))  # (N,)
        rules, tokens = self._matches(docs)
        self.write(docs, places, rules, tokens)

    def _matches(self, docs: DocBatch) -> tuple[Ints, Ints]:
        """Return the rules that match, and the tokens in the batch that they change.

        returns  (M,) and (M,)
        """
        if not len(self._matcher):
            return np.zeros(0, np.int32), np.zeros(0, np.int32)
        offsets = docs.offsets.tolist()
        found = self._matcher.pipe(docs, return_matches=True, allow_missing=True)
        pairs = [
            (rule.number, offset + token)
            for (doc, matches), offset in zip(found, offsets, strict=False)
            for rule, token in self.targets(doc, matches)
        ]
        both = np.array(pairs, np.int32).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def targets(self, doc: Doc, matches: Iterable[tuple[int, int, int]]) -> Iterator[Any]:
        """Yield the rule of each match, and the token in `doc` that it changes.

        Raises ArgumentError if a match does not have the token.
        """
        for key, start, end in matches:
            rule = self._rules[self._numbers[key]]
            yield rule, rule.target(doc, start, end)

    def write_matches(self, doc: Doc, matches: Iterable[tuple[int, int, int]]) -> None:
        """Set the attributes for matches in one doc."""
        pairs = [(rule.number, token) for rule, token in self.targets(doc, matches)]
        both = np.array(pairs, np.int32).reshape(-1, 2)
        places = np.full(len(doc), len(self._tags))
        self.write(DocBatch([doc]), places, both[:, 0], both[:, 1])

    def write(self, docs: DocBatch, places: Ints, rules: Ints, tokens: Ints) -> None:
        """Set the attributes of tokens.

        places  (N,)  in the table of tags
        rules   (M,)
        tokens  (M,)
        """
        for name, last in self._columns.last_rules(places, rules, tokens):
            self._write_column(docs, name, last)
        for name, last in self._extensions.last_rules(places, rules, tokens):
            for doc, i, number in _changed(docs, last):
                doc[i]._.set(name, self._rules[number].values.extensions[name])

    def _write_column(self, docs: DocBatch, name: str, last: Ints) -> None:
        """Set an attribute.

        last  (N,)  the rules that decide it
        """
        if name == "dep":
            # Labels decide where sentences start, so that each is set with what follows from it.
            for doc, i, number in _changed(docs, last):
                doc[i].dep = int(self._values[name][number])
            return
        changed = np.flatnonzero(last >= 0)
        values = self._values[name].take(last[changed])
        if name == NORM:
            _write_norms(docs, changed, values)
            return
        column = docs.column(name)  # (N,)
        column[changed] = values
        docs.write(**{name: column})


class _Deciding:
    """The attributes that rules set, either columns or extensions, and the rules that set each."""

    def __init__(self, rules: Sequence[Rule], tags: TagTable, kind: str) -> None:
        self.names: Final = list(dict.fromkeys(n for r in rules for n in getattr(r.values, kind)))
        has_value = [[name in getattr(rule.values, kind) for name in self.names] for rule in rules]
        self._has_value = np.array(has_value, np.bool_).reshape(len(rules), -1)  # (R, K)
        of_tags = [tags.last_rules(has_value) for has_value in self._has_value.T]
        self._of_tags = np.array(of_tags, np.int32).reshape(-1, len(tags) + 1).T  # (G + 1, K)

    def last_rules(self, places: Ints, rules: Ints, tokens: Ints) -> Iterator[tuple[str, Ints]]:
        """Yield each attribute that a rule sets, with the last such rule for each token, or -1.

        places   (N,)  in the table of tags
        rules    (M,)
        tokens   (M,)
        yields   (N,)
        """
        if not self.names:
            return
        last = self._of_tags.take(places, axis=0)  # (N, K)
        if len(rules):
            setting = np.where(self._has_value[rules], rules[:, None], -1)  # (M, K)
            np.maximum.at(last, tokens, setting)
        is_set = last.max(axis=0, initial=-1) >= 0  # (K,)
        for name, of_name, is_name_set in zip(self.names, last.T, is_set.tolist(), strict=True):
            if is_name_set:
                yield name, of_name


def _values_of(name: str, rules: Sequence[Rule]) -> npt.NDArray[Any]:
    """Return what each rule sets an attribute to, 0 if it does not set it.

    returns  (R,)
    """
    values = [rule.values.columns.get(name, 0) for rule in rules]
    return np.array(values, np.int64 if min(values) < 0 else np.uint64)


def _write_norms(docs: DocBatch, changed: Ints, norms: Any) -> None:
    offsets = docs.offsets
    bounds = np.searchsorted(changed, offsets)
    for i, doc in enumerate(docs):
        low, high = bounds[i : i + 2]
        if low < high:
            tokens, lex = changed[low:high] - offsets[i], doc.lex.copy()
            lex[tokens] = doc.lexemes.variants(lex[tokens], norms[low:high])
            doc.lex = lex


def _changed(docs: DocBatch, last: Ints) -> Iterator[tuple[Doc, int, int]]:
    """Yield each token with a rule, by its doc and its index there, and the number of the rule.

    last  (N,)
    """
    offsets = docs.offsets
    for i, doc in enumerate(docs):
        of_doc = last[offsets[i] : offsets[i + 1]]
        tokens = np.flatnonzero(of_doc >= 0)
        for token, number in zip(tokens.tolist(), of_doc[tokens].tolist(), strict=True):
            yield doc, token, number
