"""Windows that are counted in word pieces.

Axes: B docs, N tokens of all docs, n tokens of a doc, M word pieces of all docs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen

from kernel.errors import UnsupportedError
from kernel.ops import Ints
from kernel.text import Doc
from kernel_plugin_transformer.encoded import offsets, ranges
from kernel_plugin_transformer.pieces import Characters, Pieces, pairs
from kernel_plugin_transformer.windows import Reader, Windows, encode_spans

# Longer windows cost more time per word piece, and most encoders were trained on at most 512.
MAX_PIECES: Final = 512
# A window may be this much shorter than its share of the doc to end at a better place.
_SLACK: Final = 0.25


@frozen
class WordpieceSpans:
    """Reads docs in windows of word pieces; see `kernel.wordpiece_spans.v1`."""

    max_pieces: int | None
    overlap: int

    def __call__(self, docs: Sequence[Doc]) -> Any:
        """Raise an error: without an encoder, nothing is known about word pieces."""
        raise UnsupportedError(
            "`kernel.wordpiece_spans.v1` counts word pieces, which only the encoder knows",
            hint="use it as `get_spans` of a transformer model",
        )

    def windows(self, docs: Sequence[Doc], characters: Characters, reader: Reader) -> Windows:
        """Return each doc as one window if it fits, in several otherwise; none for an empty doc."""
        lengths = np.diff(characters.doc_tokens)
        doc_spans = (lengths > 0).astype(np.int32)
        bounds = np.stack([np.zeros_like(lengths), lengths], axis=1)[lengths > 0]
        whole = encode_spans(docs, characters, bounds.astype(np.int32), doc_spans, reader)
        size = self.size(reader)
        if (whole.pieces.lengths <= size).all():
            return whole
        return self._split(docs, characters, reader, whole)

    def size(self, reader: Reader) -> int:
        """Return how many word pieces a window may have, with those that the tokenizer adds."""
        sizes = [MAX_PIECES if self.max_pieces is None else self.max_pieces, reader.max_pieces]
        return min(size for size in sizes if size is not None)

    def _split(
        self, docs: Sequence[Doc], characters: Characters, reader: Reader, whole: Windows
    ) -> Windows:
        pieces, size = whole.pieces, self.size(reader)
        room = size - reader.n_before - reader.n_after
        overlap = min(self.overlap, room // 2)
        first, end = _pieces_of_tokens(pieces, characters)
        starts = offsets(pieces.lengths)
        parts: list[tuple[int, int, int, int]] = []  # first and last piece, first and last token
        of_doc, numbers = [], np.cumsum(whole.doc_spans) - 1
        for number, (doc, has_window) in enumerate(zip(docs, whole.doc_spans, strict=True)):
            before = len(parts)
            if has_window and pieces.lengths[numbers[number]] <= size:
                window = numbers[number]
                parts.append(
                    (
                        starts[window] + reader.n_before,
                        starts[window + 1] - reader.n_after,
                        0,
                        len(doc),
                    )
                )
            elif has_window:
                own = slice(*characters.doc_tokens[number : number + 2])
                parts += _windows(first[own], end[own], _end_ranks(doc), room, overlap)
            of_doc.append(len(parts) - before)
        doc_spans = np.array(of_doc, np.int32)
        docs_of = np.repeat(numbers, doc_spans)  # (S,) the whole doc of each window
        table = np.array(parts, np.int64).reshape(-1, 4)
        taken = _with_added(table[:, :2], starts[docs_of], starts[docs_of + 1], reader)
        return Windows(pieces.take(*taken), table[:, 2:].astype(np.int32), doc_spans)


def _with_added(contents: Ints, starts: Ints, ends: Ints, reader: Reader) -> tuple[Ints, Ints]:
    """Return the rows of windows, with the added pieces of their docs, and their lengths.

    contents  (S, 2)  first and last row of each window, without added pieces
    starts    (S,)    where the pieces of its doc start
    ends      (S,)    where they end
    """
    before = np.full(len(starts), reader.n_before)
    after = np.full(len(starts), reader.n_after)
    sizes = np.stack([before, contents[:, 1] - contents[:, 0], after], axis=1)  # (S, 3)
    firsts = np.stack([starts, contents[:, 0], ends - after], axis=1)  # (S, 3)
    rows = ranges(firsts.reshape(-1), sizes.reshape(-1))
    return rows, sizes.sum(axis=1).astype(np.int32)


def _pieces_of_tokens(pieces: Pieces, characters: Characters) -> tuple[Ints, Ints]:
    """Return the first piece and the end of the pieces of each token.

    returns  (N,), (N,)  neither decreases; a token without pieces has the end of those before it
    """
    tokens, rows = pairs(pieces.chars, characters)
    n = len(characters.starts)
    first = np.full(n, len(pieces.ids))
    end = np.zeros(n, np.int64)
    np.minimum.at(first, tokens, rows)
    np.maximum.at(end, tokens, rows + 1)
    first = np.minimum.accumulate(first[::-1])[::-1]
    return np.minimum(first, np.maximum.accumulate(end)), np.maximum.accumulate(end)


def _end_ranks(doc: Doc) -> Ints:
    """Return how good a place the end of each token is for the end of a window; 0 is best.

    returns  (n,)  0 end of a sentence, 1 line break, 2 space, 3 inside of a word
    """
    n = len(doc)
    ranks = np.full(n, 3)
    is_space = doc.whitespace()
    ranks[np.flatnonzero(doc.spaces | is_space)] = 2
    for token in np.flatnonzero(is_space).tolist():
        if "\n" in doc[token].text:
            ranks[token] = 1
    if doc.has_annotation("SENT_START"):
        starts = np.array([span.start for span in doc.sents])
        ranks[starts[starts > 0] - 1] = 0
    ranks[-1] = 0
    return ranks


def _windows(
    first: Ints, end: Ints, ranks: Ints, room: int, overlap: int
) -> Iterator[tuple[int, int, int, int]]:
    """Yield first and last piece, first and last token of each window of a doc.

    first  (n,)  the first piece of each token
    end    (n,)  the end of its pieces
    ranks  (n,)  how good a place its end is for the end of a window
    """
    n, token = len(end), 0
    while token < n:
        start = int(first[token])
        stop = int(np.searchsorted(end, start + room, side="right"))  # tokens before it fit
        if stop <= token:
            for piece in range(start, int(end[token]), room):
                yield piece, min(piece + room, int(end[token])), token, token + 1
            token += 1
            continue
        if stop < n:
            stop = _best_end(token, stop, end, ranks, start, room, overlap)
        yield start, int(end[stop - 1]), token, stop
        if stop == n:
            return
        again = int(np.searchsorted(first, end[stop - 1] - overlap, side="left"))
        token = min(max(again, token + 1), stop)


def _best_end(
    token: int, stop: int, end: Ints, ranks: Ints, start: int, room: int, overlap: int
) -> int:
    """Return where a window ends: near its equal share of what is left, at a good place.

    token  the first token of the window
    stop   the last possible end
    """
    left = int(end[-1]) - start - overlap
    share = overlap + math.ceil(left / math.ceil(left / (room - overlap)))
    shortest = max(1 + overlap, share * (1 - _SLACK))
    ends = np.arange(token + 1, stop + 1)
    sizes = end[ends - 1] - start
    possible = ends[sizes >= shortest]
    if not len(possible):
        return stop
    distances = np.abs(end[possible - 1] - start - share)
    return int(possible[np.lexsort((distances, ranks[possible - 1]))[0]])
