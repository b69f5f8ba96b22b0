"""Docs as they travel from one process to another: whole columns, nothing left out.

Axes: D docs, N tokens of all of them, U distinct words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.arrays import as_numpy
from kernel.errors import TextError
from kernel.files import pack, unpack
from kernel.text.docs.columns import Columns
from kernel.text.docs.copies import in_table
from kernel.text.docs.doc import Doc
from kernel.text.files.doc_bytes import fill_rest, packed_user_data
from kernel.text.words.attributes import NORM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kernel.text.vocab.vocab import Vocab


def pack_docs(docs: Sequence[Doc]) -> bytes:
    """Return docs of one vocabulary as bytes, for `unpack_docs`.

    Raises TextError for user data that MessagePack does not know.
    """
    if not docs:
        return pack({"lengths": np.zeros(0, np.int32)})
    table, strings = docs[0].lexemes, docs[0].vocab.strings
    whole = Columns.joined([in_table(doc, table) for doc in docs])
    rows, codes = np.unique(whole.lex, return_inverse=True)  # (U,) and (N,)
    span_ids = set().union(*(doc.span_ids() for doc in docs if doc.has_spans))
    data = {
        "lengths": np.array([len(doc) for doc in docs], np.int32),
        "texts": [table.texts[row] for row in rows.tolist()],
        "norms": table.column(NORM)[rows],
        "codes": codes.astype(np.int32),
        "spaces": whole.spaces,
        "columns": whole.annotations,
        "is_set": {
            name: np.array([name in doc.annotations for doc in docs]) for name in whole.annotations
        },
        "strings": list(whole.named_strings() | strings.known(span_ids)),
    }
    rest = [_rest(doc) for doc in docs]
    try:
        return pack({**data, "rest": rest})
    except (TypeError, ValueError, OverflowError) as error:
        raise TextError(
            f"the user data of a doc cannot go from one process to another: {error}",
            hint="keep strings, numbers, arrays, lists and dicts there, or use n_process=1",
        ) from error


def unpack_docs(data: bytes, vocab: Vocab) -> list[Doc]:
    """Return the docs that `pack_docs` packed, as docs of `vocab`."""
    parts = unpack(data, what="a batch of docs")
    lengths = parts["lengths"]
    if not len(lengths):
        return []
    table = vocab.table_for_docs()
    table.intern_all(parts["strings"])
    rows = table.variants(table.rows(parts["texts"]), parts["norms"])  # (U,)
    whole = Columns(vocab, table, rows[parts["codes"]], parts["spaces"], parts["columns"])
    whole.keep_labels()
    docs = []
    start = 0
    cut = whole.cut(lengths, parts["is_set"])
    for n, own, rest in zip(lengths.tolist(), cut, parts["rest"], strict=True):
        # Copied, so that one doc that is kept does not keep the memory of the whole batch.
        lex, spaces = whole.lex[start : start + n].copy(), whole.spaces[start : start + n].copy()
        doc = Doc.from_rows(vocab, lex, spaces, table)
        doc.annotations = {name: values.copy() for name, values in own.items()}
        if rest:
            fill_rest(doc, rest)
        if "vector" in rest:
            doc.vector, doc.vector_norm = rest["vector"]
        docs.append(doc)
        start += n
    return docs


def _rest(doc: Doc) -> dict[str, Any]:
    """Return what is set besides columns."""
    values = {
        "cats": doc.cats,
        "sentiment": doc.sentiment,
        "has_unknown_spaces": doc.has_unknown_spaces,
        "spans": doc.spans.to_bytes() if doc.has_spans else b"",
        **packed_user_data(doc),
    }
    rest = {key: value for key, value in values.items() if value}
    vector, norm = doc.own_vector
    if vector is not None or norm is not None:
        rest["vector"] = vector if vector is None else np.ascontiguousarray(as_numpy(vector)), norm
    if doc.tensor.size:
        rest["tensor"] = np.ascontiguousarray(as_numpy(doc.tensor))
    return rest
