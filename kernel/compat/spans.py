"""Choosing among spans, and laying words out in a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kernel.errors import TextError

if TYPE_CHECKING:
    from kernel.text import Span


def filter_spans(spans: Iterable[Span]) -> list[Span]:
    """Return spans of which no two overlap: the longest, of equals the first; in their order."""
    chosen: list[Span] = []
    taken: set[int] = set()
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        # What is longer was looked at before, so it cannot lie inside.
        if span.start not in taken and span.end - 1 not in taken:
            chosen.append(span)
            taken.update(range(span.start, span.end))
    return sorted(chosen, key=lambda span: span.start)


def filter_chain_spans(*spans: Iterable[Span]) -> list[Span]:
    """Return `filter_spans` of the spans of several lists."""
    return filter_spans([span for each in spans for span in each])


def get_words_and_spaces(words: Iterable[str], text: str) -> tuple[list[str], list[bool]]:
    """Return words that cover the text, whitespace as words of its own, and their spaces.

    Raises TextError if the words are not those of the text.
    """
    given = list(words)
    if "".join("".join(given).split()) != "".join(text.split()):
        raise TextError("the words are not those of the text", hint="only whitespace may differ")
    found: list[str] = []
    spaces: list[bool] = []
    position = 0
    for word in (word for word in given if not word.isspace()):
        start = text.index(word, position)
        if start > position:
            found.append(text[position:start])
            spaces.append(False)
        position = start + len(word)
        has_space = text[position : position + 1] == " "
        found.append(word)
        spaces.append(has_space)
        position += has_space
    if position < len(text):
        found.append(text[position:])
        spaces.append(False)
    return found, spaces


def normalize_slice(
    length: int, start: int | None, stop: int | None, step: int | None = None
) -> tuple[int, int]:
    """Return the bounds of a slice of `length` things, as Python cuts them.

    Raises TextError for a step.
    """
    if step not in (None, 1):
        raise TextError(f"a span has no gaps: expected no step, got {step}")
    first, end, _ = slice(start, stop).indices(length)
    return first, max(first, end)
