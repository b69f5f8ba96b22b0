"""A doc in spaCy's byte format."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel.errors import LoadError, TextError
from kernel.files import pack, unpack
from kernel.text.docs.string_lifetimes import keep_labels
from kernel.text.words import attributes

if TYPE_CHECKING:
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
_N_WIDTH: Final = 2


def doc_strings(doc: Doc) -> set[str]:
    """Return every string that the doc's annotations name by id."""
    table, strings = doc.lexemes, doc.vocab.strings
    ids = {0, *np.unique(table.column(attributes.NORM)[doc.lex]).tolist()}
    for name in ("tag", "lemma", "dep", "morph", "ent_type", "ent_kb_id", "ent_id"):
        column = doc.columns.get(name)
        if column is not None:
            ids.update(np.unique(column).tolist())
    for group in (doc._spans or {}).values():
        ids.update(group.labels())
    words = {table.texts[row] for row in np.unique(doc.lex).tolist()}
    return words | {strings[key] for key in ids}


def to_dict(doc: Doc, exclude: Collection[str]) -> dict[str, Any]:
    """See `Doc.to_dict`."""
    data: dict[str, Any] = {
        "text": doc.text,
        "array_head": _ATTRS,
        "array_body": doc.to_array(_ATTRS),
        "sentiment": doc.sentiment,
        "tensor": doc.tensor,
        "cats": doc.cats,
        "spans": doc.spans.to_bytes(),
        "strings": sorted(doc_strings(doc)),
        "has_unknown_spaces": doc.has_unknown_spaces,
    }
    if doc.user_data and "user_data" not in exclude:
        data["user_data_keys"] = pack(list(doc.user_data.keys()))
        data["user_data_values"] = pack(list(doc.user_data.values()))
    return {key: value for key, value in data.items() if key not in exclude}


def to_bytes(doc: Doc, exclude: Collection[str]) -> bytes:
    """See `Doc.to_bytes`."""
    return pack(to_dict(doc, exclude))


def from_bytes(doc: Doc, data: bytes, exclude: Collection[str]) -> Doc:
    """See `Doc.from_bytes`."""
    return from_dict(doc, unpack(data, name="the doc"), exclude)


def from_dict(doc: Doc, data: Mapping[str, Any], exclude: Collection[str]) -> Doc:
    """See `Doc.from_dict`."""
    if len(doc):
        raise TextError("only an empty doc can be filled", hint="use Doc(vocab).from_bytes(...)")
    data = {key: value for key, value in data.items() if key not in exclude}
    doc.lexemes.intern_all(data.get("strings", []))
    if "text" in data and "array_body" in data:
        _fill_tokens(doc, data["text"], list(data["array_head"]), data["array_body"])
    doc.sentiment = data.get("sentiment", 0.0)
    doc.cats = dict(data.get("cats", {}))
    doc.has_unknown_spaces = bool(data.get("has_unknown_spaces", False))
    tensor = data.get("tensor")
    doc.tensor = None if tensor is None or not tensor.size else tensor
    if data.get("spans"):
        doc.spans.from_bytes(data["spans"])
    if "user_data_keys" in data and "user_data" not in exclude:
        keys = unpack(data["user_data_keys"], tuples=True)
        doc.user_data.update(zip(keys, unpack(data["user_data_values"]), strict=True))
    keep_labels([doc])
    return doc


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
    drop_unset(doc)


def drop_unset(doc: Doc) -> None:
    """Take out the columns in which nothing is set."""
    for name in list(doc.columns):
        values = doc.columns[name]
        if name == "head":
            is_set = "dep" in doc.columns or bool((values != np.arange(len(doc))).any())
        else:
            is_set = bool(values[1:].any() if name == "sent_start" else values.any())
        if not is_set:
            del doc.columns[name]
