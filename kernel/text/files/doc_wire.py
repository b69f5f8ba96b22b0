"""Docs as they travel from one process to another: whole columns, nothing left out.

Axes: D docs, N tokens of all of them, U distinct words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.files import pack, unpack
from kernel.text.docs.columns import concatenate, named_ids, write_parts
from kernel.text.docs.doc import Doc
from kernel.text.words.attributes import NORM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kernel.text.vocab.vocab import Vocab


def pack_docs(docs: Sequence[Doc]) -> bytes:
    """Return docs of one vocabulary as bytes, for `unpack_docs`.

    Raises TextError for user data that MessagePack does not know.
    """
    if not docs:
        return pack({"lengths": np.zeros(0, np.int32)})
    texts, norms, codes = _distinct_words(docs)
    names = dict.fromkeys(name for doc in docs for name in doc.annotations)
    columns = {name: _joined(docs, name) for name in names}
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
        having = docs if column["docs"] is None else [docs[i] for i in column["docs"]]
        write_parts(having, name, column["values"])
    for doc in docs:
        doc.keep_labels()
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


def _joined(docs: Sequence[Doc], name: str) -> dict[str, Any]:
    having = [i for i, doc in enumerate(docs) if name in doc.annotations]
    values = concatenate([docs[i] for i in having], name)
    return {"docs": None if len(having) == len(docs) else having, "values": values}


def _strings(
    docs: Sequence[Doc], norms: npt.NDArray[np.uint64], columns: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    strings = docs[0].vocab.strings
    ids = set(norms.tolist()) | named_ids({name: each["values"] for name, each in columns.items()})
    for doc in docs:
        ids |= doc.span_ids()
    return [strings[key] for key in ids]


def _rest(doc: Doc) -> dict[str, Any]:
    """Return what is set besides columns."""
    rest: dict[str, Any] = {}
    if doc.cats:
        rest["cats"] = doc.cats
    if doc.sentiment:
        rest["sentiment"] = doc.sentiment
    if doc.has_unknown_spaces:
        rest["has_unknown_spaces"] = True
    if doc.tensor.size:
        rest["tensor"] = np.ascontiguousarray(doc.tensor)
    if doc.has_spans:
        rest["spans"] = doc.spans.to_bytes()
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
