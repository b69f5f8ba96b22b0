"""The tokens of many docs as one matrix, and back.

Axes: T tokens of all docs, D docs, K attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.errors import LoadError
from kernel.text.docs.arrays import column_dtype
from kernel.text.docs.doc import Doc
from kernel.text.docs.string_lifetimes import keep_label_ids
from kernel.text.docs.tree import sent_starts_of_heads
from kernel.text.vocab.vocab import Vocab
from kernel.text.words import attributes
from kernel.text.words.attributes import COLUMN_OF_ATTR, STRING_ATTRS
from kernel.text.words.lexemes import LexemeTable
from kernel.text.words.symbols import IDS

Ints = npt.NDArray[np.int32]
Ids = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]

_EMPTY: Final = np.uint64(IDS["_"])
_NAMED: Final = tuple(sorted(STRING_ATTRS - {attributes.POS}))


@frozen(eq=False)
class TokenArrays:
    """The tokens of D docs.

    tokens   (T, K)  attributes
    spaces   (T,)    whether a space follows
    lengths  (D,)    tokens of each doc
    """

    tokens: Ids
    spaces: Bools
    lengths: Ints

    @classmethod
    def empty(cls, n_attrs: int) -> TokenArrays:
        """Return the tokens of no doc."""
        return cls(np.zeros((0, n_attrs), np.uint64), np.zeros(0, np.bool_), np.zeros(0, np.int32))

    def part(self, first: int, last: int, start: int, end: int) -> TokenArrays:
        """Return the docs `first` to `last`, which have the tokens `start` to `end`."""
        return TokenArrays(self.tokens[start:end], self.spaces[start:end], self.lengths[first:last])

    def joined(self, other: TokenArrays) -> TokenArrays:
        """Return these docs and those of `other`."""
        if not len(self.lengths):
            return other
        return TokenArrays(
            np.concatenate((self.tokens, other.tokens)),
            np.concatenate((self.spaces, other.spaces)),
            np.concatenate((self.lengths, other.lengths)),
        )


@frozen(eq=False)
class Snapshot:
    """A doc's columns as they were when it was added."""

    vocab: Vocab
    lexemes: LexemeTable
    lex: Ints
    spaces: Bools
    columns: dict[str, npt.NDArray[Any]]

    @classmethod
    def of(cls, doc: Doc) -> Snapshot:
        """Copy a doc's columns."""
        columns = {name: values.copy() for name, values in doc.columns.items()}
        return cls(doc.vocab, doc.lexemes, doc.lex.copy(), doc.spaces.copy(), columns)


def encode(docs: Sequence[Snapshot], numbers: Sequence[int]) -> TokenArrays:
    """Return the attributes of the tokens of all docs.

    returns  with `tokens` (T, K)
    """
    whole = TokenArrays.empty(len(numbers))
    for _, group in groupby(docs, key=lambda doc: id(doc.lexemes)):
        whole = whole.joined(_encode_group(list(group), numbers))
    return whole


def _encode_group(docs: Sequence[Snapshot], numbers: Sequence[int]) -> TokenArrays:
    """Encode docs that share one table, by way of one big doc."""
    lengths = np.array([len(doc.lex) for doc in docs], np.int32)
    big = Doc.from_rows(
        docs[0].vocab,
        np.concatenate([doc.lex for doc in docs]),
        np.concatenate([doc.spaces for doc in docs]),
        docs[0].lexemes,
    )
    starts = np.cumsum(lengths) - lengths
    for name in {name for doc in docs for name in doc.columns}:
        big.columns[name] = _joined_column(docs, name, starts)
    # Where nothing has set sentence starts, the first token of each doc still is one.
    big.column("sent_start")[starts[lengths > 0]] = 1
    tokens = big.to_array(numbers).reshape(len(big), len(numbers))
    return TokenArrays(tokens, big.spaces, lengths)


def _joined_column(docs: Sequence[Snapshot], name: str, starts: npt.NDArray[Any]) -> Any:
    dtype = column_dtype(name)
    parts = []
    for doc, start in zip(docs, starts.tolist(), strict=True):
        values = doc.columns.get(name)
        if name == "head":
            own = np.arange(start, start + len(doc.lex), dtype=dtype)
            parts.append(own if values is None else values + dtype.type(start))
        else:
            parts.append(np.zeros(len(doc.lex), dtype) if values is None else values)
    return np.concatenate(parts)


def strings_of(docs: Sequence[Snapshot], numbers: Sequence[int]) -> set[str]:
    """Return every string that the docs name by id, the words too."""
    found = {""}
    names = [COLUMN_OF_ATTR[attr] for attr in _NAMED if attr in COLUMN_OF_ATTR]
    for _, run in groupby(docs, key=lambda doc: id(doc.lexemes)):
        group = list(run)
        table, strings = group[0].lexemes, group[0].vocab.strings
        rows = np.unique(np.concatenate([doc.lex for doc in group]))
        found.update(table.texts[row] for row in rows.tolist())
        ids = (
            np.unique(table.column(attributes.NORM)[rows]).tolist()
            if attributes.NORM in numbers
            else []
        )
        for name in names:
            columns = [doc.columns[name] for doc in group if name in doc.columns]
            if columns:
                named = np.unique(np.concatenate(columns))
                # An empty analysis needs no string: its `_` is a symbol.
                ids += named[named != _EMPTY].tolist() if name == "morph" else named.tolist()
        found.update(strings[key] for key in set(ids))
    return found


def decode(
    part: TokenArrays,
    numbers: Sequence[int],
    vocab: Vocab,
    table: LexemeTable,
    unknown_spaces: Sequence[bool],
) -> Iterator[Doc]:
    """Yield the docs of a part; what the strings of the ids are must be known to `table`.

    The docs share the memory of their columns, each with a part of its own.

    Raises LoadError for heads outside of a doc, or an ENT_IOB that is none.
    """
    ends = np.cumsum(part.lengths)
    starts = ends - part.lengths
    by_number = {number: part.tokens[:, k] for k, number in enumerate(numbers)}
    lex = table.rows_of_orths(by_number[attributes.ORTH])  # (T,)
    if attributes.NORM in by_number:
        lex = table.variants(lex, by_number[attributes.NORM])
    keep_label_ids(vocab, table, by_number)
    spaces = part.spaces | np.repeat(np.asarray(unknown_spaces, np.bool_), part.lengths)
    columns = _decode_columns(by_number, starts, part.lengths)
    is_set = {name: _any_by_doc(mask, starts, part.lengths) for name, (_, mask) in columns.items()}
    if "head" in is_set and "dep" in is_set:
        is_set["head"] |= is_set["dep"]
    bounds = zip(starts.tolist(), ends.tolist(), strict=True)
    flags = {name: mask.tolist() for name, mask in is_set.items() if mask.any()}
    for i, (start, end) in enumerate(bounds):
        doc = Doc.from_rows(vocab, lex[start:end], spaces[start:end], table)
        doc.columns = {name: columns[name][0][start:end] for name, mask in flags.items() if mask[i]}
        doc.has_unknown_spaces = bool(unknown_spaces[i])
        yield doc


def _decode_columns(
    by_number: dict[int, Ids], starts: Ints, lengths: Ints
) -> dict[str, tuple[npt.NDArray[Any], Bools]]:
    """Return the annotation columns of all docs, each with where it is set.

    returns  (T,) and (T,)  by name
    """
    columns: dict[str, tuple[npt.NDArray[Any], Bools]] = {}
    for number, values in by_number.items():
        name = COLUMN_OF_ATTR.get(number)
        if name is None:
            continue
        column = values.astype(column_dtype(name)) if name != "head" else values
        columns[name] = (column, values != 0)
    if "ent_iob" in columns and (by_number[attributes.ENT_IOB] > 3).any():
        raise LoadError("the file is damaged: an ENT_IOB is not from 0 to 3")
    first_of_doc = np.repeat(starts, lengths)
    if "sent_start" in columns:
        columns["sent_start"][1][starts[lengths > 0]] = False
    if "head" in columns:
        heads = _decode_heads(columns["head"][0], first_of_doc, np.repeat(lengths, lengths))
        if "dep" in columns:
            sent_starts, is_set = _sentences(heads + first_of_doc, columns, starts, lengths)
            columns["sent_start"] = (sent_starts, is_set)
        columns["head"] = (heads, columns["head"][1])
    return columns


def _decode_heads(relative: Ids, first_of_doc: npt.NDArray[Any], sizes: npt.NDArray[Any]) -> Ints:
    steps = np.ascontiguousarray(relative).view(np.int64)
    heads = steps + np.arange(len(steps)) - first_of_doc
    if ((heads < 0) | (heads >= sizes)).any():
        raise LoadError("the file is damaged: a head lies outside of its doc")
    found: Ints = heads.astype(np.int32)
    return found


def _sentences(
    heads: npt.NDArray[Any],
    columns: dict[str, tuple[npt.NDArray[Any], Bools]],
    starts: Ints,
    lengths: Ints,
) -> tuple[npt.NDArray[np.int8], Bools]:
    """Return sentence starts: from the heads in docs that have labels, else as they are written.

    heads    (T,)  counted over all docs
    returns  (T,) and (T,)
    """
    from_heads = sent_starts_of_heads(heads)
    from_heads[starts[lengths > 0]] = 1
    is_parsed = np.repeat(_any_by_doc(columns["dep"][1], starts, lengths), lengths)
    written, is_set = columns.get("sent_start", (np.zeros(len(heads), np.int8), is_parsed))
    return np.where(is_parsed, from_heads, written).astype(np.int8), is_set | is_parsed


def _any_by_doc(mask: Bools, starts: Ints, lengths: Ints) -> Bools:
    """Say for each doc whether the mask is true of any of its tokens.

    mask     (T,)
    returns  (D,)
    """
    total = np.zeros(len(mask) + 1, np.int64)
    np.cumsum(mask, out=total[1:])
    found: Bools = total[starts + lengths] > total[starts]
    return found
