"""Which phrases remain where the phrases of several nouns overlap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from kernel_plugin_lang.noun_chunks.parse import Parse

Phrase: TypeAlias = tuple[int, int, int]
"""The index of the noun, of the first and of the last word of the phrase."""


def first_phrases(phrases: Iterable[Phrase]) -> list[Phrase]:
    """Return the phrases that begin after the ones before them."""
    kept = []
    free = 0
    for noun, first, last in phrases:
        if first >= free:
            kept.append((noun, first, last))
            free = last + 1
    return kept


def last_phrases(phrases: list[Phrase]) -> list[Phrase]:
    """Return the phrases whose noun comes before the ones after them."""
    kept = phrases[-1:]
    for phrase in reversed(phrases[:-1]):
        if phrase[0] < kept[-1][1]:
            kept.append(phrase)
    return kept[::-1]


def rests_of_phrases(
    phrases: Iterable[Phrase], parse: Parse, clauses: frozenset[int]
) -> list[Phrase]:
    """Return the phrases without words that depend on a noun before them.

    If the head of a noun has a part of speech in `clauses`, that head and its dependents after
    it are left out too.
    """
    kept = []
    free = 0
    dependents = _dependents(parse)
    below: set[int] = set()
    of_clauses: set[int] = set()
    # The nouns of a clause share its words, which are added once.
    clause_heads: set[int] = set()
    for noun, first, last in phrases:
        if noun in below or noun in of_clauses:
            continue
        begin = max(first, free)
        while begin in below or begin in of_clauses:
            begin += 1
        kept.append((noun, begin, last))
        free = noun + 1
        _add_subtree(noun, dependents, below)
        head = parse.head[noun]
        if parse.pos[head] in clauses and head not in clause_heads:
            clause_heads.add(head)
            of_clauses.update([head, *(word for word in dependents[head] if word > head)])
    return kept


def _add_subtree(root: int, dependents: list[list[int]], found: set[int]) -> None:
    """Add a word and all below it to `found`, which has whole subtrees only."""
    todo = [root]
    while todo:
        word = todo.pop()
        if word not in found:
            found.add(word)
            todo += dependents[word]


def _dependents(parse: Parse) -> list[list[int]]:
    """Return the dependents of each word."""
    dependents: list[list[int]] = [[] for _ in parse.head]
    for index, head in enumerate(parse.head):
        if head != index:
            dependents[head].append(index)
    return dependents
