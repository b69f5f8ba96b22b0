"""Attributes of a whole doc as arrays, out and in.

Axes: N tokens, K attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.errors import TextError
from kernel.text.docs.tree import sent_starts_of_heads
from kernel.text.words import attributes
from kernel.text.words.attributes import COLUMN_OF_ATTR, COLUMNS, attr_id
from kernel.text.words.lexemes import LexemeTable

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc
    from kernel.text.docs.token import Token

Ints = npt.NDArray[np.int32]
Ids = npt.NDArray[np.uint64]
Attr = str | int
_Place = tuple[slice, int]

_MAX_IOB: Final = 3
# Annotations whose column is what an array shows, zeros if nothing has set it.
_PLAIN_COLUMNS: Final = COLUMN_OF_ATTR.keys() - {attributes.HEAD, attributes.SENT_START}


def join(words: Sequence[str], spaces: npt.NDArray[np.bool_]) -> str:
    """Return the words as one text.

    spaces   (N,)  whether a space follows
    """
    pairs = zip(words, spaces.tolist(), strict=True)
    return "".join([word + " " if space else word for word, space in pairs])


def lengths(doc: Doc) -> Ints:
    """Return the characters of each token.

    returns  (N,)
    """
    found: Ints = doc.lexemes.column(attributes.LENGTH)[doc.lex].astype(np.int32)
    return found


def char_starts(doc: Doc) -> Ints:
    """Return the offset in characters of each token.

    returns  (N,)
    """
    steps = lengths(doc) + doc.spaces  # (N,)
    starts = np.zeros(len(steps), np.int32)
    np.cumsum(steps[:-1], out=starts[1:])
    return starts


# Annotation columns


def column_dtype(name: str) -> np.dtype[Any]:
    """Return the type of a column; raises TextError if there is none called `name`."""
    known = COLUMNS.get(name)
    if known is None:
        raise TextError(f"no doc column `{name}`", hint=f"there are: {', '.join(COLUMNS)}")
    return np.dtype(known.dtype)


def unset_column(name: str, n: int) -> npt.NDArray[Any]:
    """Return a column that nothing has set.

    returns  (N,)
    """
    dtype = column_dtype(name)
    if name == "head":
        return np.arange(n, dtype=dtype)
    values = np.full(n, COLUMNS[name].default, dtype)
    if name == "sent_start":
        values[:1] = 1
    return values


def read_column(doc: Doc, name: str) -> npt.NDArray[Any]:
    """Return a column to read, that of unset values if nothing has set it.

    returns  (N,)
    """
    values = doc.columns.get(name)
    return unset_column(name, len(doc)) if values is None else values


def has_annotation(doc: Doc, attr: Attr, *, require_complete: bool) -> bool:
    """See `Doc.has_annotation`."""
    number = attr_id(attr)
    if number == attributes.HEAD:
        number = attributes.DEP
    is_start = number == attributes.SENT_START
    if is_start and doc.hook(0, "sents") is not None:
        return True
    n = len(doc)
    if n == 0 or (is_start and n == 1):
        return True
    column = COLUMN_OF_ATTR.get(number)
    values = to_array(doc, number) if column is None else doc.columns.get(column)  # (N,)
    if values is None:
        return False
    values = values[1:] if is_start else values
    return bool(values.all() if require_complete else values.any())


# Out


@frozen(eq=False)
class _Plan:
    """Where each of K attributes comes from; made once for each list that is asked for.

    `lexical` has the attributes of the lexeme table, None in the places of others; `columns`
    pairs of a place in the array and an annotation; `others` of a place and an attribute that
    is worked out.
    """

    lexical: tuple[int | None, ...]
    columns: tuple[tuple[_Place, str], ...]
    others: tuple[tuple[_Place, int], ...]


@lru_cache(maxsize=256)
def _plan(names: tuple[Attr, ...]) -> _Plan:
    numbers = list(map(attr_id, names))
    is_lexical = [n in attributes.FLAGS or LexemeTable.column_index(n) is not None for n in numbers]
    lexical = tuple(n if own else None for n, own in zip(numbers, is_lexical, strict=True))
    rest = [((slice(None), k), n) for k, n in enumerate(numbers) if not is_lexical[k]]
    columns = tuple((k, COLUMN_OF_ATTR[n]) for k, n in rest if n in _PLAIN_COLUMNS)
    return _Plan(lexical, columns, tuple((k, n) for k, n in rest if n not in _PLAIN_COLUMNS))


def to_array(doc: Doc, names: Attr | Sequence[Attr]) -> Ids:
    """See `Doc.to_array`."""
    # Most docs are short, and what is not the gather itself is most of the time.
    plan = _plan(tuple(names) if names.__class__ is list else _as_tuple(names))
    # One gather fetches every lexical attribute, and leaves zeros for the others.
    table = doc.lexemes
    out = table.gathers.get(table, plan, plan.lexical).take(doc.lex, 0)  # (N, K)
    columns = doc.columns
    for place, name in plan.columns:
        if name in columns:
            out[place] = columns[name]
    for place, number in plan.others:
        out[place] = _work_out(doc, number)
    return out[:, 0] if len(plan.lexical) == 1 else out


def _as_tuple(names: Attr | Sequence[Attr]) -> tuple[Attr, ...]:
    return (names,) if isinstance(names, str | int | np.integer) else tuple(names)


def _encode_heads(heads: Ints) -> npt.NDArray[np.int64]:
    return heads - np.arange(len(heads))


def _work_out(doc: Doc, number: int) -> Any:
    """Return an attribute that is in no column; anything that fits (N,) uint64."""
    if number in {attributes.HEAD, attributes.SENT_START}:
        name = COLUMN_OF_ATTR[number]
        values = read_column(doc, name)
        return _encode_heads(values) if name == "head" else values
    if number == attributes.SPACY:
        return doc.spaces
    return char_starts(doc) if number == attributes.IDX else 0


# In


def from_array(doc: Doc, names: Attr | Sequence[Attr], array: npt.ArrayLike) -> None:
    """See `Doc.from_array`."""
    numbers = [attr_id(name) for name in _as_tuple(names)]
    values = as_uint64(array)
    values = values.reshape(-1, 1) if values.ndim == 1 and len(numbers) == 1 else values  # (N, K)
    if values.shape != (len(doc), len(numbers)):
        raise TextError(
            f"expected an array of {len(doc)} tokens and {len(numbers)} attributes, "
            f"got {values.shape}"
        )
    by_number = {number: values[:, k] for k, number in enumerate(numbers)}
    if attributes.SENT_START in by_number and attributes.HEAD in by_number:
        deps = by_number.get(attributes.DEP)
        if deps is not None and deps.any():
            # Heads win over sentence starts.
            del by_number[attributes.SENT_START]
    for number, column in by_number.items():
        _set_values(doc, number, column)
    if (
        attributes.HEAD in by_number
        and doc.columns.get("dep") is not None
        and doc.columns["dep"].any()
    ):
        doc.columns["sent_start"] = sent_starts_of_heads(doc.columns["head"])


def as_uint64(array: npt.ArrayLike) -> Ids:
    """Return the numbers as unsigned ones; negative ones wrap around."""
    values = np.asarray(array)
    if values.dtype == np.uint64:
        return values
    if values.dtype.kind == "f":
        raise TextError(f"expected whole numbers, got an array of {values.dtype}")
    return (
        values.astype(np.int64).view(np.uint64) if values.dtype.kind == "i" else values.astype("u8")
    )


def decode_heads(relative: Ids) -> Ints:
    """Return absolute heads of relative ones.

    relative (N,)
    returns  (N,)
    """
    found: Ints = (relative.astype(np.int64) + np.arange(len(relative))).astype(np.int32)
    return found


def _set_values(doc: Doc, number: int, values: Ids) -> None:
    if number == attributes.NORM:
        doc.lex = doc.lexemes.variants(doc.lex, values)
        return
    if number == attributes.SPACY:
        doc.spaces = values.astype(np.bool_)
        return
    column = COLUMN_OF_ATTR.get(number)
    if column is None:
        return
    if column == "head":
        heads = decode_heads(values)
        if len(heads) and (heads.min() < 0 or heads.max() >= len(doc)):
            raise TextError(
                "a head lies outside of the doc", hint="heads are relative to the token"
            )
        doc.columns["head"] = heads
        return
    if column == "ent_iob" and len(values) and values.max() > _MAX_IOB:
        raise TextError(f"expected ENT_IOB from 0 to 3, got {int(values.max())}")
    doc.columns[column] = values.astype(column_dtype(column))


def count_by(
    doc: Doc,
    attr: str | int,
    exclude: Callable[[Token], bool] | None,
    counts: dict[int, int] | None,
) -> dict[int, int]:
    """See `Doc.count_by`."""
    values = to_array(doc, attr)  # (N,)
    if exclude is not None:
        values = values[[not exclude(token) for token in doc]]
    totals: dict[int, int] = {} if counts is None else counts
    for value, count in zip(*np.unique(values, return_counts=True), strict=True):
        totals[int(value)] = totals.get(int(value), 0) + int(count)
    return totals


def to_utf8_array(doc: Doc, nr_char: int) -> npt.NDArray[np.uint8]:
    """See `Doc.to_utf8_array`."""
    encoded = [word.encode("utf8") for word in doc.words()]
    width = max(map(len, encoded), default=0) if nr_char < 0 else nr_char
    out = np.full((len(encoded), width), 255, np.uint8)
    for row, word in zip(out, encoded, strict=True):
        taken = np.frombuffer(word, np.uint8)[:width] if len(word) <= width else None
        if taken is None:
            half = np.frombuffer(word, np.uint8)
            taken = np.concatenate((half[: (width + 1) // 2], half[len(half) - width // 2 :]))
        middle = (len(taken) + 1) // 2
        row[0 : len(taken) : 2] = taken[:middle]
        row[1 : len(taken) : 2] = taken[middle:][::-1]
    return out
