"""The noun phrases of a parsed doc."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from kernel.text import Doc, Span
from kernel_plugin_lang.noun_chunks.bounds import find_firsts, find_lasts
from kernel_plugin_lang.noun_chunks.nouns import find_nouns
from kernel_plugin_lang.noun_chunks.overlaps import (
    Phrase,
    first_phrases,
    last_phrases,
    rests_of_phrases,
)
from kernel_plugin_lang.noun_chunks.parse import Parse, parse_of

if TYPE_CHECKING:
    from kernel_plugin_lang.noun_chunks.rules import Drop, NounChunkRules

_LABEL: Final = "NP"


def noun_chunks(part: Doc | Span, *, rules: NounChunkRules) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and label of each noun phrase in a doc or span, in order.

    Phrases are not empty and do not overlap.

    Raises TextError if there is no dependency parse.
    """
    doc = part.doc
    label = doc.vocab.strings.add(_LABEL)
    start, end = (part.start, part.end) if isinstance(part, Span) else (0, len(doc))
    for first, stop in find_phrases(parse_of(doc), rules):
        if start <= first and stop <= end:
            yield first, stop, label


def find_phrases(parse: Parse, rules: NounChunkRules) -> list[tuple[int, int]]:
    """Return start and end of each noun phrase of a parse, in order."""
    nouns = find_nouns(parse, rules)
    firsts = find_firsts(nouns, parse, rules)
    lasts = find_lasts(nouns, parse, rules)
    phrases = list(zip(nouns, firsts, lasts, strict=True))
    if rules.overlap == "rest":
        phrases = rests_of_phrases(phrases, parse, rules.clauses)
    elif rules.overlap == "last":
        phrases = last_phrases(phrases)
    else:
        phrases = first_phrases(phrases)
    return _disjoint(_without_borders(phrases, nouns, parse, rules.drop))


def _without_borders(
    phrases: list[Phrase], nouns: Mapping[int, bool], parse: Parse, drop: Drop
) -> list[tuple[int, int]]:
    """Return start and end of each phrase, without the words to drop."""
    pos, dep = parse.pos, parse.dep
    found = []
    for noun, first, last in phrases:
        start, end = first, last + 1
        if dep[noun] in drop.coordinator_of and first < noun:
            start = parse.right[first] + 1
        elif pos[first] in (drop.first if nouns[noun] else drop.first_of_conjunct):
            start += 1
        if pos[last] in drop.last:
            end -= 1
        found.append((start, end))
    return found


def _disjoint(phrases: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return phrases that end where the next one starts, at the latest; none is empty."""
    found: list[tuple[int, int]] = []
    for start, end in reversed(phrases):
        last = min(end, found[-1][0]) if found else end
        if start < last:
            found.append((start, last))
    return found[::-1]
