"""A doc in spaCy's byte format, and the columns of plugins as files have them.

Axes: T tokens of all docs, D docs.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import frozen

from kernel.arrays import as_numpy
from kernel.errors import LoadError, TextError
from kernel.files import check_type, pack, unpack
from kernel.text.docs.columns import Bools, Values
from kernel.text.words import attributes
from kernel.text.words.column import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kernel.text.docs.doc import Doc

_NUMERIC: Final = "biuf"
_FIELDS: Final = {
    "text?": str,
    "array_head?": list[int] | tuple,
    "array_body?": Any,
    "sentiment?": float,
    "tensor?": Any,
    "cats?": dict[str, bool | float],
    "spans?": bytes,
    "strings?": list[str],
    "has_unknown_spaces?": bool,
    "user_data_keys?": bytes,
    "user_data_values?": bytes,
    "columns?": dict[str, dict[str, Any]],
}
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


@frozen(eq=False)
class StoredColumn:
    """A column of a plugin, as files have it.

    values   (T,)  unset values in docs that do not have it; tokens count from the start of a doc
    is_set   (D,)  which docs have it
    """

    kind: str
    values: Values
    is_set: Bools

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` takes, of values that MessagePack knows."""
        values = self.values.astype(self.values.dtype.newbyteorder("<"))
        return {
            "kind": self.kind,
            "dtype": self.values.dtype.name,
            "values": values.tobytes(),
            "is_set": self.is_set.tobytes(),
        }

    @classmethod
    def from_dict(cls, data: Any, *, what: str) -> StoredColumn:
        """Return the column that `to_dict` returned.

        Raises LoadError that starts with `what` if it is damaged.
        """
        fields = {"kind": str, "dtype": str, "values": bytes, "is_set": bytes}
        check_type(data, fields, what=what)
        try:
            dtype = np.dtype(data["dtype"])
            values = np.frombuffer(data["values"], dtype.newbyteorder("<")).astype(dtype)
        except (TypeError, ValueError) as error:
            raise LoadError(f"{what} is damaged: {error}") from error
        if dtype.kind not in _NUMERIC:
            raise LoadError(f"{what} is damaged: the type {dtype} is not one of numbers")
        return cls(data["kind"], values, np.frombuffer(data["is_set"], np.bool_))

    def fits(self, name: str) -> bool:
        """Return whether docs can have the column `name`, and as it is here."""
        column = COLUMNS.get(name)
        if column is None:
            return False
        return (column.kind, np.dtype(column.dtype)) == (self.kind, self.values.dtype)


def known_columns(stored: Mapping[str, StoredColumn]) -> dict[str, StoredColumn]:
    """Return the columns that docs can have; warns of the others, which are left out."""
    unknown = sorted(name for name, column in stored.items() if not column.fits(name))
    if unknown:
        warnings.warn(
            f"the doc columns {', '.join(f'`{name}`' for name in unknown)} are left out: no "
            "installed plugin has them, or has them of another type",
            stacklevel=3,
        )
    return {name: column for name, column in stored.items() if name not in unknown}


def to_dict(doc: Doc, *, exclude: Collection[str] = ()) -> dict[str, Any]:
    """Return what `Doc.to_bytes` packs, fields in `exclude` left out.

    Warns if there are user hooks, which are functions, unless "user_hooks" is in `exclude`.
    """
    if "user_hooks" not in exclude and doc.hooks is not None and any(doc.hooks.values()):
        warnings.warn("the user hooks of a doc are not saved", stacklevel=3)
    strings = {"", *doc.named_strings(), *doc.vocab.strings.known(doc.span_ids())}
    data: dict[str, Any] = {
        "text": doc.text,
        "array_head": _ATTRS,
        "array_body": doc.to_array(_ATTRS),
        "sentiment": doc.sentiment,
        "tensor": as_numpy(doc.tensor),
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
    """Fill this doc, which must be empty, from what `to_dict` returned; returns it.

    Raises LoadError if `msg` is not what `to_dict` returns.
    """
    if len(doc):
        raise TextError("only an empty doc can be filled", hint="use Doc(vocab).from_bytes(...)")
    check_type(msg, _FIELDS, what="the doc")
    data = {key: value for key, value in msg.items() if key not in exclude}
    if "user_data" in exclude:
        data.pop("user_data_keys", None)
    doc.lexemes.intern_all(data.get("strings", []))
    try:
        if "text" in data and "array_body" in data:
            _fill_tokens(doc, data["text"], list(data.get("array_head", ())), data["array_body"])
        _fill_columns(doc, data.get("columns", {}))
        fill_rest(doc, data)
        doc.check_strings()
    except LoadError:
        raise
    except TextError as error:
        raise LoadError(f"the doc is damaged: {error.message}", hint=error.hint) from error
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
    if tensor is not None and not hasattr(tensor, "size"):
        raise LoadError("the doc is damaged: the tensor is not an array")
    doc.tensor = None if tensor is None or not tensor.size else tensor
    if data.get("spans"):
        doc.spans.from_bytes(data["spans"])
    if "user_data_keys" in data:
        _fill_user_data(doc, data["user_data_keys"], data.get("user_data_values", b"\x90"))


def _fill_user_data(doc: Doc, packed_keys: bytes, packed_values: bytes) -> None:
    what = "the user data"
    keys = unpack(packed_keys, tuples=True, what=what)
    values = unpack(packed_values, what=what)
    if not isinstance(keys, tuple) or not isinstance(values, list) or len(keys) != len(values):
        raise LoadError(f"{what} is damaged: the numbers of keys and values differ")
    try:
        doc.user_data.update(zip(keys, values, strict=True))
    except TypeError as error:  # a map as a key
        raise LoadError(f"{what} is damaged: {error}") from error


def _fill_columns(doc: Doc, packed: Mapping[str, Any]) -> None:
    stored = {
        name: StoredColumn.from_dict(each, what=f"the doc column `{name}`")
        for name, each in packed.items()
    }
    for name, column in known_columns(stored).items():
        if column.kind == "token" and ((column.values < 0) | (column.values >= len(doc))).any():
            raise LoadError(f"the doc is damaged: a {name} lies outside of the doc")
        doc.set_column(name, column.values)


def _fill_tokens(doc: Doc, text: str, names: list[int], body: Any) -> None:
    """Set words, spaces and columns.

    names    (K,)    ids of attributes, LENGTH and SPACY among them
    body     (N, K)  their values
    """
    values = np.asarray(body)
    if values.dtype.kind not in "iu" or not {attributes.LENGTH, attributes.SPACY} <= {*names}:
        raise LoadError("the doc is damaged: it has no array of attributes with LENGTH and SPACY")
    if values.size % len(names) or values.shape not in {(len(values), len(names)), (0,)}:
        raise LoadError(f"the doc is damaged: {len(names)} attributes, but {values.shape} values")
    values = values.astype(np.uint64).reshape(-1, len(names))
    lengths = values[:, names.index(attributes.LENGTH)].astype(np.int64)
    spaces = values[:, names.index(attributes.SPACY)].astype(np.bool_)
    ends = np.cumsum(lengths + spaces) - spaces
    n_characters = int(ends[-1]) + int(spaces[-1]) if len(ends) else 0
    if n_characters != len(text) or (lengths < 0).any():
        raise LoadError("the doc is damaged: its text is not as long as its tokens")
    bounds = zip((ends - lengths).tolist(), ends.tolist(), strict=True)
    doc.lex = doc.lexemes.rows([text[start:end] for start, end in bounds])
    doc.spaces = spaces
    kept = [k for k, name in enumerate(names) if name not in {attributes.LENGTH, attributes.SPACY}]
    doc.from_array([names[k] for k in kept], values[:, kept])
    doc.drop_unset()
