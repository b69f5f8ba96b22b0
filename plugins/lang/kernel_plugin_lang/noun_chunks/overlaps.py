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
    is_taken = [False] * len(parse.pos)
    followers = _followers(parse, clauses)
    for noun, first, last in phrases:
        if is_taken[noun]:
            continue
        begin = max(first, free)
        while is_taken[begin]:
            begin += 1
        kept.append((noun, begin, last))
        free = noun + 1
        for index in range(noun, parse.right[noun] + 1):
            is_taken[index] = True
        # Popped, because the nouns of a clause share its words.
        for index in followers.pop(parse.head[noun], ()):
            is_taken[index] = True
    return kept


def _followers(parse: Parse, clauses: frozenset[int]) -> dict[int, list[int]]:
    """Return the words with a part of speech in `clauses`, and their dependents after them."""
    followers = {index: [index] for index, pos in enumerate(parse.pos) if pos in clauses}
    for index, head in enumerate(parse.head):
        if head in followers and index > head:
            followers[head].append(index)
    return followers
