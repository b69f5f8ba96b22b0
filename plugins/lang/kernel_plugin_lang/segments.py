"""Splitting a text at whitespace, and encoding the parts.

A single space after a word belongs to the word. Any further whitespace is a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kernel_plugin_lang.encoding import ChunkEncoder, without_space

# Whitespace other than single spaces after words.
_ODD_WHITESPACE: Final = re.compile(r"(\A\s+|\s\s+|[^\S ])")
_SEGMENT: Final = re.compile(r"(\S+)( ?)|\s+")


class EncodedText(NamedTuple):
    """The codes of a text's tokens.

    If `ends_in_space` is false, the text has no space after the last token, whatever the last
    code says. `has_cut` tells whether the rules may have split a special case, `has_start`
    whether one with whitespace may start in the text.
    """

    codes: bytes
    ends_in_space: bool
    has_cut: bool
    has_start: bool


class Segment(NamedTuple):
    """A chunk or a run of whitespace, and whether a space that belongs to it follows."""

    text: str
    space: bool


def segments(text: str) -> Iterator[Segment]:
    """Yield the chunks and runs of whitespace of a text, in order."""
    for match in _SEGMENT.finditer(text):
        yield Segment(match[1] or match[0], bool(match[2]))


def encode_known(text: str, encoder: ChunkEncoder) -> EncodedText | None:
    """Return the codes of a text without a loop over tokens.

    Return None if a chunk is not cached, or if the whitespace is not all single spaces.
    """
    chunks = text.split(" ")
    ends_in_space = not chunks[-1]
    if ends_in_space:
        del chunks[-1]
    try:
        codes = encoder.known(chunks)
    except KeyError:
        return None
    return EncodedText(codes, ends_in_space, encoder.has_cut(chunks), encoder.has_start(chunks))


def encode_text(text: str, encoder: ChunkEncoder) -> EncodedText:
    """Return the codes of a text, and cache its new chunks."""
    known = encode_known(text, encoder)
    if known is not None:
        return known
    runs, gaps = _runs_and_gaps(text)
    encoded, has_cut, has_start = encoder.encode([run.split(" ") if run else [] for run in runs])
    parts: list[bytes] = []
    for run, gap, codes in zip(runs, gaps, encoded, strict=True):
        space = run != "" and gap.startswith(" ")
        parts.append(codes if space or not run else without_space(codes))
        parts.append(encoder.encode_whitespace(gap[space:]))
    return EncodedText(b"".join(parts), True, has_cut, has_start)


def _runs_and_gaps(text: str) -> tuple[list[str], list[str]]:
    """Return the runs of chunks with single spaces between them, and the whitespace after each.

    Only the first and the last run may be empty, and only the last gap.
    """
    pieces = _ODD_WHITESPACE.split(text)
    last = pieces[-1]
    gap = " " if last.endswith(" ") else ""
    return [*pieces[:-1:2], last.removesuffix(" ")], [*pieces[1::2], gap]
