"""The parts of docs that an encoder reads, as word pieces.

Axes: B docs, N tokens of all docs, S windows, M word pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import frozen

from kernel.errors import ArgumentError
from kernel.ops import Ints
from kernel.text import Doc, Span
from kernel_plugin_transformer.encoded import ranges
from kernel_plugin_transformer.pieces import Characters, Pieces, encode

# A function of docs that returns spans of each, or a `Windowing`.
SpanGetter = Any


@frozen(eq=False)
class Windows:
    """The parts of docs that an encoder reads.

    pieces     their word pieces, with offsets as in `Characters`
    bounds     (S, 2)  the tokens of each window, start and end in its doc
    doc_spans  (B,)    windows per doc
    """

    pieces: Pieces
    bounds: Ints
    doc_spans: Ints


@frozen
class Reader:
    """The tokenizer of an encoder, and how many word pieces the encoder reads at once.

    tokenizer   a tokenizer of transformers
    max_pieces  word pieces of a window, with those that the tokenizer adds; None: no limit
    n_before    pieces that the tokenizer adds before a text
    n_after     pieces that the tokenizer adds after a text
    """

    tokenizer: Any
    max_pieces: int | None
    n_before: int
    n_after: int


@runtime_checkable
class Windowing(Protocol):
    """A span getter that sees the word pieces; it is not called as a function by the model."""

    def windows(self, docs: Sequence[Doc], characters: Characters, reader: Reader) -> Windows:
        """Return the windows of docs."""
        ...


def make_windows(
    get_spans: SpanGetter, docs: Sequence[Doc], characters: Characters, reader: Reader
) -> Windows:
    """Return what a span getter selects of docs, as word pieces.

    Raises `ArgumentError` if `get_spans` is not a function, or does not return a list of spans of
    each doc.
    """
    if isinstance(get_spans, Windowing):
        return get_spans.windows(docs, characters, reader)
    if not callable(get_spans):
        raise ArgumentError(
            f"`get_spans` is {get_spans!r:.60}, expected a function of docs",
            hint='in a config: `@span_getters = "kernel.wordpiece_spans.v1"`',
        )
    spans = _checked(get_spans(list(docs)), docs)
    doc_spans = np.array([len(found) for found in spans], np.int32)
    bounds = np.array(
        [(span.start, span.end) for found in spans for span in found], np.int32
    ).reshape(-1, 2)
    return encode_spans(docs, characters, bounds, doc_spans, reader)


def _checked(found: Any, docs: Sequence[Doc]) -> list[list[Span]]:
    """Return what a span getter returned as lists.

    Raises `ArgumentError` if these are not spans of each doc, in the order of the docs.
    """
    expected = "expected a list of spans for each doc"
    if not isinstance(found, Iterable):
        raise ArgumentError(f"`get_spans` returned a `{type(found).__name__}`, {expected}")
    rows = list(found)
    if len(rows) != len(docs):
        raise ArgumentError(
            f"`get_spans` returned spans of {len(rows)} docs, {expected}: there are {len(docs)}"
        )
    spans = []
    for doc, row in zip(docs, rows, strict=True):
        if not isinstance(row, Iterable) or isinstance(row, str | Doc | Span):
            raise ArgumentError(
                f"`get_spans` returned a `{type(row).__name__}` for a doc, {expected}"
            )
        spans.append(list(row))
        for span in spans[-1]:
            if not isinstance(span, Span):
                raise ArgumentError(
                    f"`get_spans` returned a `{type(span).__name__}` as a span, {expected}"
                )
            if span.doc is not doc:
                raise ArgumentError(
                    f"`get_spans` returned the span {span.text!r:.60} for a doc that it is not in: "
                    f"{doc.text!r:.60}",
                    hint="the lists must be in the order of the docs",
                )
    return spans


def encode_spans(
    docs: Sequence[Doc], characters: Characters, bounds: Ints, doc_spans: Ints, reader: Reader
) -> Windows:
    """Return the word pieces of spans, each read as a text of its own.

    bounds     (S, 2)
    doc_spans  (B,)
    """
    numbers = np.repeat(np.arange(len(docs)), doc_spans)  # (S,) the doc of each span
    first = characters.doc_tokens[numbers]
    is_empty = bounds[:, 0] >= bounds[:, 1]
    padded_starts = np.append(characters.starts, 0)
    padded_ends = np.append(characters.ends, 0)
    starts = np.where(is_empty, 0, padded_starts[first + bounds[:, 0]])
    ends = np.where(is_empty, 0, padded_ends[first + bounds[:, 1] - 1])
    in_doc = np.where(is_empty, 0, characters.text_starts[numbers])
    texts = [doc.text for doc in docs]
    parts = [
        texts[number][start:end]
        for number, start, end in zip(
            numbers.tolist(), (starts - in_doc).tolist(), (ends - in_doc).tolist(), strict=True
        )
    ]
    pieces = encode(reader.tokenizer, parts).shifted(starts)
    return Windows(pieces, bounds, doc_spans)


def cut(windows: Windows, reader: Reader) -> tuple[Windows, Ints]:
    """Cut off the pieces of each window that the encoder has no room for.

    The pieces that the tokenizer adds at the end stay.

    returns  the windows that the encoder can read, and the rows of `windows.pieces` that it
             cannot, (X,)
    """
    pieces, limit = windows.pieces, reader.max_pieces
    if limit is None or not (pieces.lengths > limit).any():
        return windows, np.zeros(0, np.int64)
    lengths = pieces.lengths
    position = ranges(np.zeros_like(lengths), lengths)  # (M,) in its window
    room = np.repeat(np.where(lengths > limit, limit - reader.n_after, lengths), lengths)
    end = np.repeat(lengths - reader.n_after, lengths)
    is_kept = (position < room) | (position >= end)
    (kept,), (dropped,) = np.nonzero(is_kept), np.nonzero(~is_kept)
    return Windows(
        pieces.take(kept, np.minimum(lengths, limit)), windows.bounds, windows.doc_spans
    ), dropped
