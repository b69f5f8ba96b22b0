"""A doc in spaCy's byte format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel.errors import LoadError, TextError
from kernel.files import pack, unpack
from kernel.text.files.stored_column import StoredColumn, known_columns
from kernel.text.words import attributes
from kernel.text.words.column import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kernel.text.docs.doc import Doc

_ATTRS: Final = (
    attributes.LENGTH,
    attributes.SPACY,
    attributes.ORTH,
    attributes.NORM,
    attributes.TAG,
    attributes.HEAD,
    attributes.DEP,
    attributes.ENT_IOB,
    attributes.ENT_TYPE,
    attributes.ENT_KB_ID,
    attributes.ENT_ID,
    attributes.LEMMA,
    attributes.MORPH,
    attributes.POS,
    attributes.SENT_START,
)


def to_dict(doc: Doc, *, exclude: Collection[str] = ()) -> dict[str, Any]:
    """Return what `Doc.to_bytes` packs, fields in `exclude` left out."""
    strings = {"", *doc.named_strings()}.union(doc.vocab.strings[key] for key in doc.span_ids())
    data: dict[str, Any] = {
        "text": doc.text,
        "array_head": _ATTRS,
        "array_body": doc.to_array(_ATTRS),
        "sentiment": doc.sentiment,
        "tensor": doc.tensor,
        "cats": doc.cats,
        "spans": doc.spans.to_bytes(),
        "strings": sorted(strings),
        "has_unknown_spaces": doc.has_unknown_spaces,
    }
    if "user_data" not in exclude:
        data |= packed_user_data(doc)
    columns = {
        column.name: StoredColumn(
            column.kind, doc.annotations[column.name], np.ones(1, np.bool_)
        ).to_dict()
        for column in COLUMNS.added()
        if column.name in doc.annotations
    }
    if columns:
        data["columns"] = columns
    return {key: value for key, value in data.items() if key not in exclude}


def from_dict(doc: Doc, msg: Mapping[str, Any], *, exclude: Collection[str] = ()) -> Doc:
    """Fill this doc, which must be empty, from what `to_dict` returned; returns it."""
    if len(doc):
        raise TextError("only an empty doc can be filled", hint="use Doc(vocab).from_bytes(...)")
    data = {key: value for key, value in msg.items() if key not in exclude}
    doc.lexemes.intern_all(data.get("strings", []))
    if "text" in data and "array_body" in data:
        _fill_tokens(doc, data["text"], list(data["array_head"]), data["array_body"])
    if "user_data" in exclude:
        data.pop("user_data_keys", None)
    fill_rest(doc, data)
    stored = {name: StoredColumn.from_dict(each) for name, each in data.get("columns", {}).items()}
    for name, column in known_columns(stored).items():
        doc.set_column(name, column.values)
    doc.keep_labels()
    return doc


def packed_user_data(doc: Doc) -> dict[str, bytes]:
    """Return keys and values of user data: keys have tuples, where values may have lists."""
    if not doc.user_data:
        return {}
    return {
        "user_data_keys": pack(list(doc.user_data.keys())),
        "user_data_values": pack(list(doc.user_data.values())),
    }


def fill_rest(doc: Doc, data: Mapping[str, Any]) -> None:
    """Set what a doc has besides columns."""
    doc.sentiment = data.get("sentiment", 0.0)
    doc.cats = dict(data.get("cats", {}))
    doc.has_unknown_spaces = bool(data.get("has_unknown_spaces", False))
    tensor = data.get("tensor")
    doc.tensor = None if tensor is None or not tensor.size else tensor
    if data.get("spans"):
        doc.spans.from_bytes(data["spans"])
    if "user_data_keys" in data:
        keys = unpack(data["user_data_keys"], tuples=True)
        doc.user_data.update(zip(keys, unpack(data["user_data_values"]), strict=True))


def _fill_tokens(doc: Doc, text: str, names: list[int], values: Any) -> None:
    values = np.asarray(values, np.uint64).reshape(-1, len(names))
    lengths = values[:, names.index(attributes.LENGTH)].astype(np.int64)
    spaces = values[:, names.index(attributes.SPACY)].astype(np.bool_)
    ends = np.cumsum(lengths + spaces) - spaces
    if len(ends) and int(ends[-1]) + int(spaces[-1]) != len(text):
        raise LoadError("the doc is damaged: its text is not as long as its tokens")
    bounds = zip((ends - lengths).tolist(), ends.tolist(), strict=True)
    doc.lex = doc.lexemes.rows([text[start:end] for start, end in bounds])
    doc.spaces = spaces
    kept = [k for k, name in enumerate(names) if name not in {attributes.LENGTH, attributes.SPACY}]
    doc.from_array([names[k] for k in kept], values[:, kept])
    doc.drop_unset()
