"""Chinese character by character: each is a token, without a loop over characters.

Axes: C characters of the text, N tokens.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from kernel.text import Doc, Vocab

_WHITESPACE: Final = re.compile(r"\s+")


def doc_of_characters(vocab: Vocab, text: str) -> Doc:
    """Return a doc with a token for each character that is not whitespace.

    A space after a character belongs to it. Any further run of whitespace is a token.
    """
    lexemes = vocab.table_for_docs()
    rows = lexemes.rows(text)  # (C,)
    spaces = np.zeros(len(rows), np.bool_)  # (C,)
    runs = [match.span() for match in _WHITESPACE.finditer(text)]
    if not runs:
        return Doc.from_rows(vocab, rows, spaces, lexemes)
    is_token = np.ones(len(rows), np.bool_)  # (C,)
    for start, end in runs:
        first = start + (text[start] == " " and start > 0)
        if first > start:
            spaces[start - 1] = True
        is_token[start:end] = False
        if first < end:
            is_token[first] = True
            rows[first] = lexemes.row(text[first:end])
    return Doc.from_rows(vocab, rows[is_token], spaces[is_token], lexemes)
