"""What all matchers do with the docs and spans that they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from kernel.errors import ArgumentError
from kernel.text import Doc, Span

ItemT = TypeVar("ItemT")


def bounds(text: Doc | Span, matcher: str) -> tuple[Doc, int, int]:
    """Return the doc, and the tokens between which a matcher looks for matches.

    Raises ArgumentError for anything else.
    """
    if isinstance(text, Doc):
        return text, 0, len(text.lex)
    if isinstance(text, Span):
        return text.doc, text.start, text.end
    name = type(text).__name__  # type: ignore[unreachable]
    raise ArgumentError(f"a {matcher} finds matches in a Doc or a Span, got a {name}")


def batches(items: Iterable[ItemT], size: int) -> Iterator[list[ItemT]]:
    """Yield lists of `size` items; the last one may be shorter."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def pipe(
    docs: Iterable[Any],
    batch_size: int,
    find: Callable[[list[Doc]], list[Any]],
    *,
    return_matches: bool,
    as_tuples: bool,
) -> Iterator[Any]:
    """Yield what `pipe` of a matcher yields; `find` returns the matches of each doc of a batch."""
    for batch in batches(docs, batch_size):
        docs_of_batch = [given[0] for given in batch] if as_tuples else batch
        matches = find(docs_of_batch)
        found = zip(docs_of_batch, matches, strict=True) if return_matches else docs_of_batch
        yield from zip(found, (given[1] for given in batch), strict=True) if as_tuples else found


def call_functions(
    functions: Mapping[int, Any], matcher: object, doc: Doc, matches: list[Any]
) -> None:
    """Call for each match the function of its rule; `functions` has no entry for other rules."""
    for i, match in enumerate(matches):
        function = functions.get(match[0])
        if function is not None:
            function(matcher, doc, i, matches)
