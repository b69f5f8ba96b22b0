"""Splitting a text at whitespace, and encoding the parts.

A single space after a word belongs to the word. Any further whitespace is a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kernel_plugin_lang.encoding import ChunkEncoder, without_space

# Whitespace other than single spaces after words.
_ODD_WHITESPACE: Final = re.compile(r"\A\s+|\s\s+|[^\S ]")
_SEGMENT: Final = re.compile(r"(\S+)( ?)|\s+")


class EncodedText(NamedTuple):
    """The codes of a text's tokens.

    If `ends_in_space` is false, the text has no space after the last token, whatever the last
    code says. `has_cut` tells whether the rules may have split a special case.
    """

    codes: bytes
    ends_in_space: bool
    has_cut: bool


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
        return EncodedText(encoder.known(chunks), ends_in_space, encoder.has_cut(chunks))
    except KeyError:
        return None


def encode_text(text: str, encoder: ChunkEncoder) -> EncodedText:
    """Return the codes of a text, and cache its new chunks."""
    known = encode_known(text, encoder)
    if known is not None:
        return known
    parts: list[bytes] = []
    has_cut = False
    position = 0
    for match in _ODD_WHITESPACE.finditer(text):
        start, end = match.span()
        space = 0
        if start > position:
            space = int(text[start] == " ")
            chunks = text[position:start].split(" ")
            codes, is_cut = encoder.encode(chunks)
            parts.append(codes if space else without_space(codes))
            has_cut |= is_cut
        if start + space < end:
            parts.append(encoder.encode_whitespace(text[start + space : end]))
        position = end
    if position < len(text):
        chunks = text[position:].split(" ")
        space = int(not chunks[-1])
        chunks = chunks[: len(chunks) - space]
        codes, is_cut = encoder.encode(chunks)
        parts.append(codes if space else without_space(codes))
        has_cut |= is_cut
    return EncodedText(b"".join(parts), True, has_cut)
