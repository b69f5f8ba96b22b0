"""The distinct feature rows of a batch of docs.

Axes: N tokens, F features, U distinct feature rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.ops import Ints, distinct_rows
from kernel.text import attributes

Ids = npt.NDArray[np.uint64]

SPACY: Final = attributes.attr_id("SPACY")
# A word is followed by a space or not.
N_VARIANTS: Final = 2


@frozen(eq=False)
class Features:
    """The distinct feature rows of the tokens of a batch.

    values   (F, U)  uint64
    indices  (N,)    the index of each token's feature row
    """

    values: Ids
    indices: Ints


def attribute_ids(names: Sequence[str | int]) -> tuple[int, ...]:
    """Return the ids of attributes given by name or id; raises `TextError` for an unknown one."""
    return tuple(attributes.attr_id(name) for name in names)


def lengths_of(docs: Sequence[Any]) -> Ints:
    """Return the number of tokens of each doc.

    returns  (B,)
    """
    return np.fromiter(map(len, docs), "int32", len(docs))


def extract(docs: Sequence[Any], columns: Sequence[int]) -> Features:
    """Return the distinct features of the tokens of docs or spans."""
    if not all(map(attributes.is_lexical, columns)):
        return _extract_tokens(docs, columns)
    tables = {id(_table(doc)): _table(doc) for doc in docs}
    if len(tables) == 1:
        (table,) = tables.values()
        all_rows = table_rows(docs)
        rows, indices = distinct_rows(all_rows, int(all_rows.max(initial=-1)) + 1)
        return Features(lexical_values(table, rows, columns), indices)
    return _extract_tables(docs, columns)


def table_rows(docs: Sequence[Any]) -> Ints:
    """Return the row of each token in the table of its doc.

    returns  (N,)
    """
    rows = [_rows(doc) for doc in docs]
    return np.concatenate(rows) if rows else np.zeros(0, "int32")


def single_table(docs: Sequence[Any]) -> Any:
    """Return the lexeme table that all docs share, or None."""
    first = _table(docs[0]) if docs else None
    return first if all(_table(doc) is first for doc in docs) else None


def lexical_values(table: Any, rows: Ints, columns: Sequence[int]) -> Ids:
    """Return lexical attributes of rows of a table.

    rows     (U,)
    returns  (F, U)
    """
    values = np.empty((len(columns), len(rows)), dtype="uint64")
    for number, attr in enumerate(columns):
        values[number] = table.column(attr)[rows]
    return values


def variant_rows(docs: Sequence[Any], columns: Sequence[int]) -> Ints | None:
    """Return a number for each token that determines the values of `columns`, or None.

    There is one if each column is lexical, or says whether a space follows: `N_VARIANTS` times the
    token's row in the table of its doc, plus 1 if a space follows.

    returns  (N,)
    """
    others = [attr for attr in columns if not attributes.is_lexical(attr)]
    if any(attr != SPACY for attr in others):
        return None
    rows = N_VARIANTS * table_rows(docs)
    if others and len(rows):
        rows += np.concatenate([doc.to_array(SPACY) for doc in docs]).astype(rows.dtype)
    return rows


def variant_values(table: Any, rows: Ints, columns: Sequence[int]) -> Ids:
    """Return the attributes that the numbers of `variant_rows` determine.

    rows     (U,)
    returns  (F, U)
    """
    values = np.empty((len(columns), len(rows)), dtype="uint64")
    own, spaces = np.divmod(rows, N_VARIANTS)
    for number, attr in enumerate(columns):
        values[number] = spaces if attr == SPACY else table.column(attr)[own]
    return values


def _extract_tables(docs: Sequence[Any], columns: Sequence[int]) -> Features:
    values = [lexical_values(_table(doc), _rows(doc), columns) for doc in docs]
    return _distinct(np.concatenate(values, axis=1) if values else _no_values(columns))


def _extract_tokens(docs: Sequence[Any], columns: Sequence[int]) -> Features:
    arrays = [doc.to_array(list(columns)).reshape(len(doc), len(columns)) for doc in docs]
    if not arrays:
        return _distinct(_no_values(columns))
    return _distinct(np.concatenate(arrays).astype("uint64", copy=False).T)


def _distinct(values: Ids) -> Features:
    """Find the distinct columns of a matrix, (F, N)."""
    unique, indices = np.unique(values, axis=1, return_inverse=True)
    return Features(np.ascontiguousarray(unique), indices.reshape(-1))


def _no_values(columns: Sequence[int]) -> Ids:
    return np.zeros((len(columns), 0), dtype="uint64")


# A span is a part of its doc.


def _rows(doc: Any) -> Ints:
    if hasattr(doc, "lex"):
        rows: Ints = doc.lex
        return rows
    part: Ints = doc.doc.lex[doc.start : doc.end]
    return part


def _table(doc: Any) -> Any:
    return doc.lexemes if hasattr(doc, "lexemes") else doc.doc.lexemes
