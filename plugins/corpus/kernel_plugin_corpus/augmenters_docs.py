"""Docs with other words, or with whitespace between them, and all annotation in its place.

Axes: N tokens.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.text import COLUMNS, Doc

# Annotation that a whitespace token has wherever the doc has it; what it is made of is its lemma.
_OF_SPACE: Final = {"tag": "_SP", "pos": "SPACE", "dep": "dep"}
_BEGIN, _OUT, _IN = 3, 2, 1


def replace_words(doc: Doc, words: Sequence[str]) -> Doc:
    """Return a copy of the doc with these words, one a token, and its annotation."""
    made = doc.copy()
    known = doc.words()
    changed = [i for i, word in enumerate(words) if word != known[i]]
    # The words that stay keep their rows, and with them norms that only these tokens have.
    made.lex[changed] = doc.lexemes.rows([words[i] for i in changed])
    made.user_data = _moved(doc, made, np.arange(len(doc)))
    made.tensor = np.zeros((0,), np.float32)
    return made


def insert_space(doc: Doc, space: str, place: int) -> Doc:
    """Return a copy of the doc with a whitespace token before the one at `place`.

    The token depends on the one before it, the first one on the one after. Inside an entity it
    is part of the entity. The doc may have no spans, and loses its tensor.
    """
    row = doc.lexemes.rows([space])
    made = Doc.from_rows(
        doc.vocab,
        np.insert(doc.lex, place, row),
        np.insert(doc.spaces, place, False),
        doc.lexemes,
    )
    for name, column in doc.annotations.items():
        is_token = COLUMNS[name].kind == "token"
        values = column + (column >= place).astype(column.dtype) if is_token else column
        made.annotations[name] = np.insert(values, place, 0, axis=0)
    _annotate_space(made, space, place)
    made.cats = dict(doc.cats)
    made.sentiment = doc.sentiment
    made.has_unknown_spaces = doc.has_unknown_spaces
    rows = np.arange(len(doc))
    made.user_data = _moved(doc, made, rows + (rows >= place))
    return made


def _annotate_space(made: Doc, space: str, place: int) -> None:
    token = made[place]
    columns = made.annotations
    for name, value in _OF_SPACE.items():
        if name in columns and columns[name].any():
            setattr(token, f"{name}_", value)
    if "lemma" in columns and columns["lemma"].any():
        token.lemma_ = space
    if "ent_iob" in columns:
        _place_in_entity(columns, place)
    if "head" in columns:
        columns["head"][place] = place - 1 if place else 1
    if "sent_start" in columns:
        columns["sent_start"][place] = -1
        if not place and "head" in columns:
            # It depends on the next token, so that the first sentence starts with it.
            columns["sent_start"][:2] = [1, -1]


def _place_in_entity(columns: dict[str, npt.NDArray[Any]], place: int) -> None:
    iob = columns["ent_iob"]
    is_inside = place + 1 < len(iob) and iob[place + 1] == _IN
    if not is_inside:
        iob[place] = _OUT if iob.any() else 0
        return
    for name in ("ent_iob", "ent_type", "ent_id"):
        if name in columns:
            columns[name][place] = columns[name][place + 1]


def _moved(doc: Doc, made: Doc, places: npt.NDArray[np.intp]) -> dict[Any, Any]:
    """Return the user data of `doc`, what belongs to characters being where `made` has them.

    places   (N,)  where each token of `doc` is in `made`
    """
    if not doc.user_data:
        return {}
    starts = dict(zip(doc.char_starts().tolist(), made.char_starts()[places].tolist(), strict=True))
    ends = dict(zip(doc.char_ends().tolist(), made.char_ends()[places].tolist(), strict=True))
    return {
        _moved_key(key, starts, ends): value for key, value in copy.deepcopy(doc.user_data).items()
    }


def _moved_key(key: Any, starts: dict[int, int], ends: dict[int, int]) -> Any:
    # What extension attributes of tokens and spans hold is kept under their characters.
    if not (isinstance(key, tuple) and len(key) == 4 and key[0] == "._."):
        return key
    kind, name, start, end = key
    return (kind, name, starts.get(start, start), ends.get(end, end))
