"""Docs as they travel from one process to another: whole columns, nothing left out.

Axes: D docs, N tokens of all of them, U distinct words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.files import pack, unpack
from kernel.text.docs.doc import Doc
from kernel.text.docs.string_lifetimes import keep_labels
from kernel.text.words.attributes import NORM

if TYPE_CHECKING:
    from kernel.text.vocab.vocab import Vocab

_TEXT_COLUMNS: Final = np.dtype(np.uint64)


def pack_docs(docs: Sequence[Doc]) -> bytes:
    """Return docs of one vocabulary as bytes, for `unpack_docs`.

    Raises TextError for user data that is no plain value.
    """
    if not docs:
        return pack({"lengths": np.zeros(0, np.int32)})
    texts, norms, codes = _distinct_words(docs)
    columns = {name: _joined(docs, name) for name in _column_names(docs)}
    data = {
        "lengths": np.array([len(doc) for doc in docs], np.int32),
        "texts": texts,
        "norms": norms,
        "codes": codes,
        "spaces": np.concatenate([doc.spaces for doc in docs]),
        "columns": columns,
        "strings": _strings(docs, norms, columns),
        "rest": [_rest(doc) for doc in docs],
    }
    try:
        return pack(data)
    except (TypeError, ValueError, OverflowError) as error:
        raise TextError(
            f"the user data of a doc cannot go from one process to another: {error}",
            hint="keep strings, numbers, arrays, lists and dicts there, or use n_process=1",
        ) from error


def unpack_docs(data: bytes, vocab: Vocab) -> list[Doc]:
    """Return the docs that `pack_docs` packed, as docs of `vocab`."""
    parts = unpack(data, name="a batch of docs")
    ends = np.cumsum(parts["lengths"]).tolist()
    if not ends:
        return []
    table = vocab.table_for_docs()
    table.intern_all(parts["strings"])
    rows = table.variants(table.rows(parts["texts"]), parts["norms"])  # (U,)
    lex = rows[parts["codes"]]  # (N,)
    docs = []
    for start, end, rest in zip([0, *ends], ends, parts["rest"], strict=False):
        # Copied, for one doc that is kept not to keep the whole batch.
        doc = Doc.from_rows(vocab, lex[start:end].copy(), parts["spaces"][start:end].copy(), table)
        _fill(doc, rest)
        docs.append(doc)
    for name, column in parts["columns"].items():
        _share_out(docs, name, column)
    keep_labels(docs)
    return docs


def _distinct_words(
    docs: Sequence[Doc],
) -> tuple[list[str], npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Return texts (U) and norms (U,) of the distinct words, and which each token is, (N,)."""
    tables = {id(doc.lexemes): doc.lexemes for doc in docs}
    texts: list[str] = []
    norms: list[npt.NDArray[np.uint64]] = []
    codes: dict[int, npt.NDArray[np.int32]] = {}
    for key, table in tables.items():
        own = [i for i, doc in enumerate(docs) if id(doc.lexemes) == key]
        rows, places = np.unique(np.concatenate([docs[i].lex for i in own]), return_inverse=True)
        cuts = np.cumsum([len(docs[i]) for i in own])[:-1]
        parts = np.split((places + len(texts)).astype(np.int32), cuts)
        codes.update(zip(own, parts, strict=True))
        texts += [table.texts[row] for row in rows.tolist()]
        norms.append(table.column(NORM)[rows])
    return texts, np.concatenate(norms), np.concatenate([codes[i] for i in range(len(docs))])


def _column_names(docs: Sequence[Doc]) -> list[str]:
    return list(dict.fromkeys(name for doc in docs for name in doc.columns))


def _joined(docs: Sequence[Doc], name: str) -> dict[str, Any]:
    having = [i for i, doc in enumerate(docs) if name in doc.columns]
    values = np.concatenate([docs[i].columns[name] for i in having])
    return {"docs": None if len(having) == len(docs) else having, "values": values}


def _share_out(docs: Sequence[Doc], name: str, column: Mapping[str, Any]) -> None:
    having = docs if column["docs"] is None else [docs[i] for i in column["docs"]]
    start = 0
    for doc in having:
        doc.columns[name] = column["values"][start : start + len(doc)].copy()
        start += len(doc)


def _strings(
    docs: Sequence[Doc], norms: npt.NDArray[np.uint64], columns: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    strings = docs[0].vocab.strings
    ids = set(norms.tolist())
    for column in columns.values():
        if column["values"].dtype == _TEXT_COLUMNS:
            ids.update(np.unique(column["values"]).tolist())
    for doc in docs:
        for group in (doc._spans or {}).values():
            ids.update(group.labels())
    # A column of a plugin may hold numbers that are no strings.
    return [strings[key] for key in ids if key in strings]


def _rest(doc: Doc) -> dict[str, Any]:
    """Return what is no column, as far as there is something to say."""
    rest: dict[str, Any] = {}
    if doc.cats:
        rest["cats"] = doc.cats
    if doc.sentiment:
        rest["sentiment"] = doc.sentiment
    if doc.has_unknown_spaces:
        rest["has_unknown_spaces"] = True
    if doc._tensor is not None and doc.tensor.size:
        rest["tensor"] = np.ascontiguousarray(doc.tensor)
    if doc._spans:
        rest["spans"] = doc._spans.to_bytes()
    if doc.user_data:
        # Keys are tuples, values may be lists: each is unpacked in its own way.
        rest["user_keys"] = pack(list(doc.user_data.keys()))
        rest["user_values"] = list(doc.user_data.values())
    return rest


def _fill(doc: Doc, rest: Mapping[str, Any]) -> None:
    doc.cats = dict(rest.get("cats", {}))
    doc.sentiment = rest.get("sentiment", 0.0)
    doc.has_unknown_spaces = rest.get("has_unknown_spaces", False)
    if "tensor" in rest:
        doc.tensor = rest["tensor"]
    if "spans" in rest:
        doc.spans.from_bytes(rest["spans"])
    if "user_keys" in rest:
        keys = unpack(rest["user_keys"], tuples=True)
        doc.user_data.update(zip(keys, rest["user_values"], strict=True))
