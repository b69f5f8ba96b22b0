"""Which parts of docs an encoder reads at once.

A span getter is a function of docs that returns a list of spans for each. What is in no span gets
no vectors; a token in several spans gets the word pieces of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from kernel.errors import ArgumentError
from kernel.text import Doc, Span
from kernel_plugin_transformer.wordpiece_spans import WordpieceSpans

Spans = list[list[Span]]

# Longer windows cost more time per word piece, and most encoders were trained on at most 512.
DEFAULT_OVERLAP: Final = 32


def wordpiece_spans(
    max_pieces: int | None = None, overlap: int = DEFAULT_OVERLAP
) -> WordpieceSpans:
    """Read each doc whole if it fits into the encoder, and in windows otherwise.

    max_pieces  word pieces of a window, with `[CLS]` and the like, at most as many as the encoder
                can read; null: as many as it can read, at most 512
    overlap     word pieces at the start of a window that are also at the end of the one before, at
                most half of a window

    Windows are counted in word pieces, so that no token is ever cut off, whatever the text is. They
    are about equally long and end, where possible, at the end of a sentence (if the doc has
    sentences), at a line break, or at a space. The pieces of a single token that is longer than a
    window are in several windows.

    Raises `ArgumentError` for sizes that do not fit together.
    """
    if max_pieces is not None and max_pieces < 8:
        raise ArgumentError(f"`max_pieces` must be at least 8 or None, got {max_pieces!r}")
    if overlap < 0 or (max_pieces is not None and overlap * 2 > max_pieces):
        raise ArgumentError(
            f"`overlap` must be at least 0 and at most half of `max_pieces`, got {overlap!r}"
        )
    return WordpieceSpans(max_pieces, overlap)


def strided_spans(window: int, stride: int) -> Callable[[Iterable[Doc]], Spans]:
    """Read windows of `window` tokens, one every `stride` tokens; they overlap if it is smaller.

    Raises `ArgumentError` if a size is less than 1, or if tokens between the windows would be left
    out.
    """
    if window < 1 or stride < 1:
        raise ArgumentError(
            f"`window` and `stride` must be at least 1, got {window!r} and {stride!r}"
        )
    if stride > window:
        raise ArgumentError(
            f"`stride` is {stride}, more than the `window` of {window}: tokens between the windows "
            "would have no vectors"
        )

    def get_strided_spans(docs: Iterable[Doc]) -> Spans:
        return [
            [doc[start : start + window] for start in _starts(len(doc), window, stride)]
            for doc in docs
        ]

    return get_strided_spans


def _starts(length: int, window: int, stride: int) -> range:
    """Return where windows start; the last one reaches the end."""
    n_more = max(0, length - window + stride - 1) // stride
    return range(0, (n_more + 1) * stride, stride) if length else range(0)


def sent_spans() -> Callable[[Iterable[Doc]], Spans]:
    """Read each sentence by itself; docs need sentence boundaries."""

    def get_sent_spans(docs: Iterable[Doc]) -> Spans:
        return [list(doc.sents) for doc in docs]

    return get_sent_spans


def doc_spans() -> Callable[[Iterable[Doc]], Spans]:
    """Read each doc whole."""

    def get_doc_spans(docs: Iterable[Doc]) -> Spans:
        return [[doc[:]] for doc in docs]

    return get_doc_spans
