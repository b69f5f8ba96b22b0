"""From a text to codes: where whitespace cuts it, and what becomes of the whitespace.

A single space after a word belongs to the word. Any other whitespace is a token of its own,
less that one space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kernel_plugin_lang.encoding import ChunkEncoder, without_space

# Whitespace that is more than single spaces after words.
_ODD_WHITESPACE: Final = re.compile(r"\A\s+|\s\s+|[^\S ]")
_SEGMENT: Final = re.compile(r"(\S+)( ?)|\s+")


class EncodedText(NamedTuple):
    """The codes of a text's tokens.

    Without `ends_in_space`, the space that the last code says is not there. `has_cut` says
    whether rules may have cut a special case.
    """

    codes: bytes
    ends_in_space: bool
    has_cut: bool


class Segment(NamedTuple):
    """A chunk, or a run of whitespace, and whether a space follows that belongs to it."""

    text: str
    space: bool


def segments(text: str) -> Iterator[Segment]:
    """Yield the chunks and the runs of whitespace that make up a text."""
    for match in _SEGMENT.finditer(text):
        yield Segment(match[1] or match[0], bool(match[2]))


def encode_text(text: str, encoder: ChunkEncoder) -> EncodedText:
    """Return the codes of a text; the common case does nothing for single tokens."""
    chunks = text.split(" ")
    ends_in_space = not chunks[-1]
    if ends_in_space:
        del chunks[-1]
    try:
        return EncodedText(encoder.known(chunks), ends_in_space, False)
    except KeyError:
        # A new word, or whitespace that is no single space.
        if _ODD_WHITESPACE.search(text) is not None:
            return _encode_with_whitespace(text, encoder)
    codes, has_cut = encoder.encode(chunks)
    return EncodedText(codes, ends_in_space, has_cut)


def _encode_with_whitespace(text: str, encoder: ChunkEncoder) -> EncodedText:
    parts: list[bytes] = []
    has_cut = False
    position = 0
    for match in _ODD_WHITESPACE.finditer(text):
        start, end = match.span()
        space = 0
        if start > position:
            space = int(text[start] == " ")
            codes, is_cut = encoder.encode(text[position:start].split(" "))
            parts.append(codes if space else without_space(codes))
            has_cut |= is_cut
        if start + space < end:
            parts.append(encoder.encode_whitespace(text[start + space : end]))
        position = end
    if position < len(text):
        chunks = text[position:].split(" ")
        space = int(not chunks[-1])
        codes, is_cut = encoder.encode(chunks[: len(chunks) - space])
        parts.append(codes if space else without_space(codes))
        has_cut |= is_cut
    return EncodedText(b"".join(parts), True, has_cut)
