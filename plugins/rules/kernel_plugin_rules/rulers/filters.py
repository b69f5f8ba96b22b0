"""Filters of spans that overlap, for the span ruler.

A filter takes the spans that are there and the new ones, and returns those to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from kernel.text import Span

SpansFilter: TypeAlias = Callable[[Iterable[Span], Iterable[Span]], Iterable[Span]]


def make_first_longest_spans_filter() -> SpansFilter:
    """Return a filter that keeps the longest spans, and of equally long ones the first."""
    return first_longest_spans_filter


def make_prioritize_existing_ents_filter() -> SpansFilter:
    """Return a filter that keeps all existing entities, and new ones that do not overlap."""
    return prioritize_existing_ents_filter


def make_prioritize_new_ents_filter() -> SpansFilter:
    """Return a filter that keeps new entities, and existing ones that do not overlap."""
    return prioritize_new_ents_filter


def first_longest_spans_filter(entities: Iterable[Span], spans: Iterable[Span]) -> list[Span]:
    """Return the longest of all spans, in the order of the text."""
    return sorted(_longest([*entities, *spans], set()), key=lambda span: span.start)


def prioritize_existing_ents_filter(entities: Iterable[Span], spans: Iterable[Span]) -> list[Span]:
    """Return the entities, and the longest of the spans that do not overlap with one."""
    kept = list(entities)
    return [*kept, *_longest(spans, _tokens(kept))]


def prioritize_new_ents_filter(entities: Iterable[Span], spans: Iterable[Span]) -> list[Span]:
    """Return the longest of the spans, after the entities that do not overlap with one."""
    chosen = _longest(spans, set())
    taken = _tokens(chosen)
    return [*(each for each in entities if taken.isdisjoint(range(each.start, each.end))), *chosen]


def _longest(spans: Iterable[Span], taken: set[int]) -> list[Span]:
    """Return spans without tokens of others, and none in `taken`; the longest come first."""
    chosen = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        tokens = range(span.start, span.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            chosen.append(span)
    return chosen


def _tokens(spans: Iterable[Span]) -> set[int]:
    return {token for span in spans for token in range(span.start, span.end)}
