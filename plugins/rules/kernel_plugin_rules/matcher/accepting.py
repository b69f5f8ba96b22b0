"""Which nodes of an automaton accept each token of a doc.

What depends on the word alone is computed once for each row of the lexeme table: rows that the
same nodes accept are one class of words. Annotations and extension attributes narrow that down,
and only in docs in which the words let a match start at all.

Axes: N tokens, R rows of a lexeme table, C classes of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.text import COLUMNS, Doc, LexemeTable, attributes
from kernel_plugin_rules.matcher.attribute_bits import AttributeBits
from kernel_plugin_rules.matcher.automaton import Automaton
from kernel_plugin_rules.matcher.token_patterns import Node, Source
from kernel_plugin_rules.matcher.values import Read, read_attribute, read_extension, read_morph

Ints = npt.NDArray[np.signedinteger[Any]]
Ids = npt.NDArray[np.uint64]

# Patterns share the bits of a filter, which is an array of 64-bit numbers.
_N_GROUPS: Final = 64


class Accepting:
    """The nodes that accept tokens, as bits; see `Automaton`."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._lexical: dict[int, AttributeBits] = {}
        self._annotated: dict[int, AttributeBits] = {}
        self._extended: dict[str, AttributeBits] = {}
        self._needs_extensions = 0
        for pattern in automaton.patterns:
            for offset, node in enumerate(pattern.nodes):
                self._add(1 << pattern.base + offset, node)
        for table in (self._lexical, self._annotated, self._extended):
            for bits in table.values():
                bits.freeze()
        self._class_of: dict[int, int] = {}
        self._class_bits: list[int] = []
        self._filter = _Filter(automaton)

    def _add(self, bit: int, node: Node) -> None:
        for source, conditions in node.conditions:
            if isinstance(source, str):
                self._needs_extensions |= bit
            self._bits_of(source).add(bit, conditions)

    def _bits_of(self, source: Source) -> AttributeBits:
        table: dict[Any, AttributeBits] = self._annotated
        read: Read = read_morph if source == attributes.MORPH else read_attribute
        if isinstance(source, str):
            table, read = self._extended, read_extension
        elif attributes.is_lexical(source):
            table = self._lexical
        if source not in table:
            table[source] = AttributeBits(read, self._automaton.every)
        return table[source]

    # Words

    def classes(self, table: LexemeTable) -> Ints:
        """Return the class of each word.

        returns  (R,)  or longer
        """
        return table.derived(self, self._classes_from)

    def _classes_from(self, table: LexemeTable, start: int) -> Ints:
        n_rows = len(table) - start
        found = [self._automaton.every] * n_rows
        for attr, bits in self._lexical.items():
            values = table.values_from(attr, start)[:n_rows].tolist()
            found = bits.narrow(found, values, table.strings, keep=False)
        return np.fromiter(map(self._class, found), np.int32, n_rows)

    def _class(self, bits: int) -> int:
        known = self._class_of.get(bits)
        if known is None:
            known = self._class_of[bits] = len(self._class_bits)
            self._class_bits.append(bits)
            self._filter.add(bits)
        return known

    # Tokens

    def starts(self, classes: Ints, is_last: npt.NDArray[np.bool_] | None = None) -> Ints:
        """Return the tokens at which, going by the words, a match may start.

        classes  (N,)
        is_last  (N,)  whether the token is the last one of its text; None: of a single text
        returns  (S,)
        """
        return self._filter.starts(classes, is_last)

    def of_tokens(self, doc: Doc, start: int, end: int, classes: Sequence[int]) -> list[int]:
        """Return the nodes that accept each token from `start` to before `end`.

        classes  (N,)
        returns  (N,)
        """
        accepting = list(map(self._class_bits.__getitem__, classes))
        for attr, bits in self._annotated.items():
            values = annotation(doc, attr)[start:end].tolist()
            accepting = bits.narrow(accepting, values, doc.vocab.strings, keep=True)
        if self._needs_extensions:
            for i, bits_of_token in enumerate(accepting):
                # An extension may be a slow function, so it is called only if it may matter.
                if bits_of_token & self._needs_extensions:
                    accepting[i] = self._with_extensions(doc, start + i, bits_of_token)
        negated = self._automaton.negated
        return [bits_of_token ^ negated for bits_of_token in accepting] if negated else accepting

    def _with_extensions(self, doc: Doc, i: int, accepting: int) -> int:
        extensions = doc[i]._
        for name, bits in self._extended.items():
            accepting &= bits.of_value(extensions.get(name), doc.vocab.strings)
        return accepting


def annotation(doc: Doc, attr: int) -> npt.NDArray[Any]:
    """Return an attribute of each token that does not depend on the word alone.

    returns  (N,)
    """
    if attr == attributes.SENT_START:
        return doc.column("sent_start") == 1
    column = COLUMNS.of_attr(attr)
    if column is None or column.kind == "token":
        return doc.to_array(attr)
    return doc.column(column.name)


class _Filter:
    """Finds the tokens at which a match may start, by the words of the token and of the next.

    Each pattern belongs to one of 64 groups. For each class of words there is a number whose
    bits are the groups with a pattern that may start with the class, and one with those whose
    second token may be of the class.
    """

    def __init__(self, automaton: Automaton) -> None:
        self._negated = automaton.negated
        first, second = [0] * _N_GROUPS, [0] * _N_GROUPS
        for number, nodes in enumerate(automaton.firsts):
            first[number % _N_GROUPS] |= nodes
            second[number % _N_GROUPS] |= automaton.after(nodes)
        self._groups = [
            (1 << group, *each)
            for group, each in enumerate(zip(first, second, strict=True))
            if each[0]
        ]
        # Groups in which a match may have a single token, so that any token may come next.
        self._single = np.uint64(
            sum(group for group, _, nodes in self._groups if nodes & ~automaton.every)
        )
        self._every = automaton.every
        self._first: Ids = np.zeros(16, np.uint64)
        self._second: Ids = np.zeros(16, np.uint64)
        self._n_classes = 0

    def add(self, accepting: int) -> None:
        """Add the next class of words, with the nodes that accept it."""
        if self._n_classes == len(self._first):
            self._first = np.concatenate([self._first, np.zeros_like(self._first)])
            self._second = np.concatenate([self._second, np.zeros_like(self._second)])
        # Whether a negated node accepts the token may depend on more than the word.
        accepting |= self._negated
        first = second = 0
        for group, first_nodes, second_nodes in self._groups:
            if accepting & first_nodes:
                first |= group
            if accepting & second_nodes:
                second |= group
        self._first[self._n_classes] = first
        self._second[self._n_classes] = np.uint64(second) | self._single
        self._n_classes += 1

    def starts(self, classes: Ints, is_last: npt.NDArray[np.bool_] | None) -> Ints:
        """Return the tokens at which a match may start; see `Accepting.starts`."""
        groups = self._first.take(classes)  # (N,)
        if not len(groups):
            return np.zeros(0, np.int32)
        following = self._second.take(classes[1:])  # (N - 1,)
        if is_last is not None:
            following[is_last[:-1]] = self._single
        groups[:-1] &= following
        groups[-1] &= self._single
        return groups.nonzero()[0]
