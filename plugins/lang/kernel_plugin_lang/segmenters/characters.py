"""Chinese character by character: each is a token, without a loop over characters.

Axes: C characters of the text, N tokens.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernel.text import Doc, Vocab

Bools = npt.NDArray[np.bool_]


def doc_of_characters(vocab: Vocab, text: str) -> Doc:
    """Return a doc with a token for each character that is not whitespace.

    A space after a character belongs to it. Any further run of whitespace is a token.
    """
    lexemes = vocab.table_for_docs()
    rows = lexemes.rows(text)  # (C,)
    is_whitespace = lexemes.whitespace().take(rows)  # (C,)
    if not is_whitespace.any():
        return Doc.from_rows(vocab, rows, np.zeros(len(rows), np.bool_), lexemes)
    follows = is_whitespace & ~_before(is_whitespace)  # (C,)
    follows[0] = False
    follows &= rows == lexemes.row(" ")
    others = is_whitespace & ~follows  # (C,)
    starts = others & ~_before(others)  # (C,)
    ends = np.flatnonzero(others & ~_after(others)) + 1
    for start, end in zip(np.flatnonzero(starts).tolist(), ends.tolist(), strict=True):
        if end > start + 1:
            rows[start] = lexemes.row(text[start:end])
    kept = ~is_whitespace | starts  # (C,), N of them
    return Doc.from_rows(vocab, rows[kept], _after(follows)[kept], lexemes)


def _before(mask: Bools) -> Bools:
    """Return the mask of the characters whose previous one is in `mask`; (C,) to (C,)."""
    return np.concatenate(([False], mask[:-1]))


def _after(mask: Bools) -> Bools:
    """Return the mask of the characters whose next one is in `mask`; (C,) to (C,)."""
    return np.concatenate((mask[1:], [False]))
