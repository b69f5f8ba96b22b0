"""Embedding of words by their first and last bytes.

Axes: U words, C bytes of a word, D width of a byte's vector.

A word's bytes (UTF-8) are taken from both ends in turn: the first, the last, the second, the last
but one, and so on. Each position has its own table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.ops import Floats, Packed, WeightNode, add_rows, gradient_of, packed
from kernel_plugin_tok2vec import features

# Means "no byte"; this value never occurs in UTF-8.
NO_BYTE: Final = 255
_N_BYTES: Final = 256


def char_embed(nM: int = 64, nC: int = 8) -> WeightNode[Any, Any]:
    """Embed the bytes of each word and concatenate their vectors.

    X        B docs or spans
    returns  `Packed`, B of (n_i, nC * nM)

    Params: `E` (nC, 256, nM), zero.
    """
    return WeightNode(
        "charembed",
        _forward,
        init=_init,
        params={"E": None},
        shapes={"E": ("nC", "nV", "nM")},
        dims={"nO": nM * nC, "nM": nM, "nC": nC, "nV": _N_BYTES},
    )


def _forward(
    model: Any, docs: Sequence[Any], is_train: bool
) -> tuple[Packed, Callable[[Sequence[Floats]], Any]]:
    tables, xp = model.get_param("E"), model.ops.xp
    n_chars, _, width = tables.shape
    words = [word for doc in docs for word in _texts(doc)]
    starts = _N_BYTES * np.arange(n_chars)
    keys = xp.asarray(end_bytes(words, n_chars) + starts)  # (N, C)
    Y = tables.reshape(-1, width).take(keys, axis=0).reshape(len(keys), n_chars * width)

    def backprop(dY: Sequence[Floats]) -> list[Any]:
        d_rows = packed(dY, width=n_chars * width, xp=xp).data.reshape(-1, width)
        # Add up all occurrences of a byte; spaCy keeps only the last one of each doc.
        add_rows(model.ops, gradient_of(model, "E").reshape(-1, width), keys.reshape(-1), d_rows)
        return []

    return Packed(Y, features.lengths_of(docs)), backprop


def _init(model: Any, X: Any = None, Y: Any = None) -> None:
    shape = model.get_dim("nC"), model.get_dim("nV"), model.get_dim("nM")
    model.set_param("E", model.ops.alloc3f(*shape))


def end_bytes(words: Sequence[str], n_chars: int) -> npt.NDArray[np.uint8]:
    """Return bytes of each word: first, last, second, last but one, ...; padded with 255.

    returns  (U, n_chars)
    """
    # Half of a surrogate pair cannot be encoded, but occurs in truncated texts.
    encoded = [word.encode("utf8", "surrogatepass") for word in words]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))[:, None]  # (U, 1)
    ends = lengths.cumsum(axis=0)
    positions = np.arange(n_chars)
    is_front = positions % 2 == 0
    at = np.where(is_front, ends - lengths + positions // 2, ends - (positions + 1) // 2)  # (U, C)
    whole = np.frombuffer(b"".join(encoded) or b"\xff", np.uint8)
    found = whole.take(at, mode="clip")
    found[positions >= lengths] = NO_BYTE
    return found


def _texts(doc: Any) -> list[str]:
    texts = doc.doc.lexemes.texts
    return [texts[row] for row in features.table_rows([doc]).tolist()]
