"""Filtering spans, and aligning words with a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kernel.errors import TextError

if TYPE_CHECKING:
    from kernel.text import Span


def filter_spans(spans: Iterable[Span]) -> list[Span]:
    """Return spans that do not overlap, in order; longer spans win, then earlier ones."""
    chosen: list[Span] = []
    taken: set[int] = set()
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        # Longer spans come first, so a taken span cannot lie inside of this one.
        if span.start not in taken and span.end - 1 not in taken:
            chosen.append(span)
            taken.update(range(span.start, span.end))
    return sorted(chosen, key=lambda span: span.start)


def filter_chain_spans(*spans: Iterable[Span]) -> list[Span]:
    """Return the result of `filter_spans` for the spans of several lists."""
    return filter_spans([span for each in spans for span in each])


def get_words_and_spaces(words: Iterable[str], text: str) -> tuple[list[str], list[bool]]:
    """Return words and spaces that cover the text; extra whitespace becomes words.

    Raises TextError if the words differ from the text in more than whitespace.
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
    """Return the bounds of a slice of a sequence with `length` items, by Python's rules.

    Raises TextError for a step other than 1.
    """
    if step not in (None, 1):
        raise TextError(f"a span has no gaps: expected no step, got {step}")
    first, end, _ = slice(start, stop).indices(length)
    return first, max(first, end)
