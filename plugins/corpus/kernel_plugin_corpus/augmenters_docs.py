"""Copies of docs with other words or with more whitespace tokens, and their annotation.

Axes: N tokens.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.text import COLUMNS, Doc

# Annotation of whitespace tokens, set if the doc has this kind; their lemma is their text.
_OF_SPACE: Final = {"tag": "_SP", "pos": "SPACE", "dep": "dep"}
_BEGIN, _OUT, _IN = 3, 2, 1


def replace_words(doc: Doc, words: Sequence[str]) -> Doc:
    """Return a copy of the doc and its annotation with these words, one per token."""
    made = doc.copy()
    known = doc.words()
    changed = [i for i, word in enumerate(words) if word != known[i]]
    # Unchanged words keep their rows, including norms set on single tokens.
    made.lex[changed] = doc.lexemes.rows([words[i] for i in changed])
    made.user_data = _moved(doc, made, np.arange(len(doc)))
    made.tensor = np.zeros((0,), np.float32)
    return made


def insert_space(doc: Doc, space: str, index: int) -> Doc:
    """Return a copy of the doc with a whitespace token inserted before token `index`.

    The head of the new token is the token before it, or the next one at the start of the doc.
    Inside an entity it is part of the entity. The doc must not have spans; its tensor is dropped.
    """
    row = doc.lexemes.rows([space])
    made = Doc.from_rows(
        doc.vocab,
        np.insert(doc.lex, index, row),
        np.insert(doc.spaces, index, False),
        doc.lexemes,
    )
    for name, column in doc.annotations.items():
        is_token = COLUMNS[name].kind == "token"
        values = column + (column >= index).astype(column.dtype) if is_token else column
        made.annotations[name] = np.insert(values, index, 0, axis=0)
    _annotate_space(made, space, index)
    made.cats = dict(doc.cats)
    made.sentiment = doc.sentiment
    made.has_unknown_spaces = doc.has_unknown_spaces
    rows = np.arange(len(doc))
    made.user_data = _moved(doc, made, rows + (rows >= index))
    return made


def _annotate_space(made: Doc, space: str, index: int) -> None:
    token = made[index]
    columns = made.annotations
    for name, value in _OF_SPACE.items():
        if name in columns and columns[name].any():
            setattr(token, f"{name}_", value)
    if "lemma" in columns and columns["lemma"].any():
        token.lemma_ = space
    if "ent_iob" in columns:
        _annotate_in_entity(columns, index)
    if "head" in columns:
        columns["head"][index] = index - 1 if index else 1
    if "sent_start" in columns:
        columns["sent_start"][index] = -1
        if not index and "head" in columns:
            # Its head is the next token, so that the first sentence starts with it.
            columns["sent_start"][:2] = [1, -1]


def _annotate_in_entity(columns: dict[str, npt.NDArray[Any]], index: int) -> None:
    iob = columns["ent_iob"]
    is_inside = index + 1 < len(iob) and iob[index + 1] == _IN
    if not is_inside:
        iob[index] = _OUT if iob.any() else 0
        return
    for name in ("ent_iob", "ent_type", "ent_id"):
        if name in columns:
            columns[name][index] = columns[name][index + 1]


def _moved(doc: Doc, made: Doc, indices: npt.NDArray[np.intp]) -> dict[Any, Any]:
    """Return the user data of `doc`, with character offsets changed to those of `made`.

    indices  (N,)  the index in `made` of each token of `doc`
    """
    if not doc.user_data:
        return {}
    starts = dict(
        zip(doc.char_starts().tolist(), made.char_starts()[indices].tolist(), strict=True)
    )
    ends = dict(zip(doc.char_ends().tolist(), made.char_ends()[indices].tolist(), strict=True))
    return {
        _moved_key(key, starts, ends): value for key, value in copy.deepcopy(doc.user_data).items()
    }


def _moved_key(key: Any, starts: dict[int, int], ends: dict[int, int]) -> Any:
    # Values of extension attributes of tokens and spans are stored by character offsets.
    if not (isinstance(key, tuple) and len(key) == 4 and key[0] == "._."):
        return key
    kind, name, start, end = key
    return (kind, name, starts.get(start, start), ends.get(end, end))
