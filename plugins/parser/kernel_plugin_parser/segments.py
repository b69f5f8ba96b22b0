"""Segments: parts of docs that are parsed at the same time, and joined where they meet.

A seam is a token that the parser reaches with an empty stack, before any action has changed it or a
later token. From there on, the parse depends only on this token and later ones. A segment can
therefore begin anywhere: its first arcs may be wrong, but once it reaches a seam that the previous
segment reaches too, both continue in the same way. Joined there, they give the same parse as
stepping through the whole doc.

Axes: B docs, N tokens of a batch, n of one doc, S segments, T slots, O slots in overlaps.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.text import Doc, DocBatch, hash_string

Ints = npt.NDArray[np.integer[Any]]
Masks = npt.NDArray[np.bool_]

# Tokens after its own ones that a segment may parse in search of a seam of the next segment.
OVERLAP = 48
# Marks that end sentences in most scripts. They only save work: docs may be cut anywhere.
_FULL_STOPS = ".!?\u2026\u3002\uff01\uff1f\u0964\u061f\u06d4\u1362\u104b\u17d4"
_HASHES = np.array([hash_string(text) for text in _FULL_STOPS], np.uint64)


@frozen
class Segments:
    """Parts of docs, in the order of their tokens.

    lows     (S,)  the first token
    ends     (S,)  the token after its own ones: the next segment begins, or the doc ends
    highs    (S,)  the token after the last one that it may reach
    stops    (S,)  the token after the last of its doc
    """

    lows: Ints
    ends: Ints
    highs: Ints
    stops: Ints

    def __len__(self) -> int:
        return len(self.lows)

    def groups(self, max_tokens: int) -> list[Segments]:
        """Return the segments in groups of similar size, with about `max_tokens` tokens at most."""
        n_tokens = int(self.ends[-1]) if len(self) else 0
        n_groups = -(-n_tokens // max_tokens)
        bounds = [n_tokens * number // n_groups for number in range(n_groups)]
        firsts = np.unique(np.append(np.searchsorted(self.lows, bounds), len(self)))
        return [
            Segments(self.lows[a:b], self.ends[a:b], self.highs[a:b], self.stops[a:b])
            for a, b in itertools.pairwise(firsts.tolist())
        ]


@frozen
class Windows:
    """The tokens that the segments of a group may reach, a slot each.

    tokens   (T,)
    owner    (T,)  the number of the segment
    bases    (S,)  the slot of each segment's first token
    beyond   (O,)  slots of overlaps: tokens that are not the segment's own
    """

    tokens: Ints
    owner: Ints
    bases: Ints
    beyond: Ints

    @classmethod
    def of(cls, group: Segments) -> Windows:
        """Return the windows of a group; the slots of its segments are concatenated."""
        sizes = group.highs - group.lows
        bases = np.cumsum(sizes) - sizes
        owner = np.repeat(np.arange(len(group)), sizes)
        tokens = np.arange(len(owner)) + (group.lows - bases)[owner]
        is_beyond = tokens >= group.ends[owner]
        # At the last slot the next token was unknown, so its parse is not used.
        is_beyond[bases + sizes - 1] = False
        return cls(tokens, owner, bases, np.flatnonzero(is_beyond))

    @property
    def is_last(self) -> Masks:
        """Whether a slot is the last one of its segment, (T,)."""
        last: Masks = np.append(np.diff(self.owner) > 0, True)
        return last

    def pairs(self, group: Segments) -> tuple[Ints, Ints]:
        """Return the slots of overlaps, and those of the same tokens in their own segments.

        Tokens that belong to a segment of another group are left out.
        """
        mine = self.beyond[self.owner[self.beyond] < len(group) - 1]
        following = self.owner[mine] + 1
        return mine, self.bases[following] + self.tokens[mine] - group.lows[following]


def cut(offsets: Ints, length: int, likely: Ints) -> Segments:
    """Cut docs into segments of about `length` tokens.

    offsets  (B + 1,)
    likely   (?,)  likely sentence starts, ascending; segments begin at a near one
    """
    sizes = np.diff(offsets)
    counts = np.maximum((sizes + length // 2) // length, sizes > 0)
    doc = np.repeat(np.arange(len(sizes)), counts)
    number = np.arange(len(doc)) - np.repeat(np.cumsum(counts) - counts, counts)
    lows: Ints = offsets[doc] + sizes[doc] * number // counts[doc]
    if len(likely):
        nearest = _nearest(likely, lows)
        lows = np.where((number > 0) & (abs(nearest - lows) <= length // 4), nearest, lows)
    ends = np.append(lows, offsets[-1])[1:]
    stops = offsets[doc + 1]
    # Not after the next segment's end, so that a segment meets only the next one.
    highs = np.minimum(np.minimum(ends + OVERLAP, np.append(ends, offsets[-1])[1:]), stops)
    return Segments(lows, ends, highs, stops)


def _nearest(values: Ints, to: Ints) -> Ints:
    indices = np.searchsorted(values, to)
    before, after = values[np.maximum(indices - 1, 0)], values[np.minimum(indices, len(values) - 1)]
    return np.where(abs(after - to) <= abs(to - before), after, before)


def likely_starts(docs: Sequence[Doc], sent_starts: Ints | None, *, least: int) -> Ints:
    """Return likely sentence starts: preset starts, and tokens after full stops.

    sent_starts (N,)  preset: 1 starts a sentence, -1 does not, 0 unknown; None: all unknown
    least       docs with fewer tokens are skipped
    returns     (?,)  ascending
    """
    found = [np.zeros(0, np.intp)] if sent_starts is None else [np.flatnonzero(sent_starts == 1)]
    batch = DocBatch(docs)
    for doc, first in zip(batch, batch.offsets.tolist(), strict=False):
        if len(doc) >= least:
            found.append(np.flatnonzero(_follows_full_stop(doc)) + first)
    return np.unique(np.concatenate(found))


def _follows_full_stop(doc: Doc) -> Masks:
    """Return for each token whether it is the first one after full stops, (n,)."""
    is_stop = np.isin(doc.to_array("ORTH"), _HASHES)
    follows: Masks = np.append(False, is_stop[:-1] & ~is_stop[1:])
    return follows
