"""The tokens of many docs as one matrix, and back.

Axes: T tokens of all docs, D docs, K attributes.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from kernel.errors import LoadError, TextError
from kernel.text.docs.columns import Bools, Columns, Ids, Ints
from kernel.text.docs.doc import Doc
from kernel.text.files.doc_bytes import StoredColumn
from kernel.text.words import attributes
from kernel.text.words.column import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable


@frozen(eq=False)
class TokenArrays:
    """The tokens of D docs.

    tokens   (T, K)  attributes
    spaces   (T,)    whether a space follows
    lengths  (D,)    tokens of each doc
    columns          those of plugins, by name
    """

    tokens: Ids
    spaces: Bools
    lengths: Ints
    columns: dict[str, StoredColumn] = field(factory=dict)

    def part(self, first: int, last: int, start: int, end: int) -> TokenArrays:
        """Return the docs `first` to `last`, which have the tokens `start` to `end`."""
        columns = {
            name: StoredColumn(column.kind, column.values[start:end], column.is_set[first:last])
            for name, column in self.columns.items()
        }
        return TokenArrays(
            self.tokens[start:end], self.spaces[start:end], self.lengths[first:last], columns
        )

    @classmethod
    def joined(cls, parts: Sequence[TokenArrays], n_attrs: int) -> TokenArrays:
        """Return the docs of all parts, each of which has `n_attrs` attributes."""
        if len(parts) == 1:
            return parts[0]
        names = dict.fromkeys(name for part in parts for name in part.columns)
        return cls(
            np.concatenate([np.zeros((0, n_attrs), np.uint64), *(part.tokens for part in parts)]),
            np.concatenate([np.zeros(0, np.bool_), *(part.spaces for part in parts)]),
            np.concatenate([np.zeros(0, np.int32), *(part.lengths for part in parts)]),
            {name: _joined_column(parts, name) for name in names},
        )


def _joined_column(parts: Sequence[TokenArrays], name: str) -> StoredColumn:
    found = [part.columns[name] for part in parts if name in part.columns]
    kinds = {(column.kind, column.values.dtype) for column in found}
    if len(kinds) > 1:
        raise TextError(f"the doc column `{name}` is of different types and cannot be joined")
    kind, dtype = kinds.pop()
    columns = [
        part.columns.get(name)
        or StoredColumn(
            kind, np.zeros(len(part.tokens), dtype), np.zeros(len(part.lengths), np.bool_)
        )
        for part in parts
    ]
    return StoredColumn(
        kind,
        np.concatenate([column.values for column in columns]),
        np.concatenate([column.is_set for column in columns]),
    )


def encode(
    docs: Sequence[Columns], numbers: Sequence[int], names: Collection[str] | None
) -> tuple[list[TokenArrays], set[str]]:
    """Return the tokens of all docs, and every string that they name by id, the words too.

    numbers  (K,)  the attributes to keep
    names    the columns of plugins to keep, all if None
    """
    parts, strings = [], {""}
    for _, run in groupby(docs, key=lambda doc: id(doc.lexemes)):
        group = list(run)
        whole = Columns.joined(group)
        strings |= whole.named_strings(has_norms=attributes.NORM in numbers)
        parts.append(_encode_group(group, whole, numbers, names))
    return parts, strings


def _encode_group(
    docs: Sequence[Columns], whole: Columns, numbers: Sequence[int], names: Collection[str] | None
) -> TokenArrays:
    lengths = np.fromiter(map(len, docs), np.int32, len(docs))
    starts = np.cumsum(lengths) - lengths
    # Where nothing has set sentence starts, the first token of each doc still is one.
    whole.ensure_column("sent_start")[starts[lengths > 0]] = 1
    stored = {}
    for column in COLUMNS.added():
        values = whole.annotations.get(column.name)
        if values is not None and (names is None or column.name in names):
            if column.kind == "token":
                values = values - np.repeat(starts.astype(values.dtype), lengths)
            is_set = np.array([column.name in doc.annotations for doc in docs], np.bool_)
            stored[column.name] = StoredColumn(column.kind, values, is_set)
    tokens = whole.to_array(numbers).reshape(len(whole), len(numbers))
    return TokenArrays(tokens, whole.spaces, lengths, stored)


def decode(
    part: TokenArrays,
    numbers: Sequence[int],
    vocab: Vocab,
    table: LexemeTable,
    unknown_spaces: Sequence[bool],
) -> Iterator[Doc]:
    """Yield the docs of a part; what the strings of the ids are must be known to `table`.

    The docs share the memory of their columns, each with a part of its own.

    Raises LoadError for tokens outside of a doc, numbers that a column cannot have, and the ids
    of unknown strings.
    """
    lengths = part.lengths
    starts = np.cumsum(lengths) - lengths
    by_number = {number: part.tokens[:, k] for k, number in enumerate(numbers)}
    spaces = part.spaces | np.repeat(np.asarray(unknown_spaces, np.bool_), lengths)
    try:
        lex = table.rows_of_orths(by_number[attributes.ORTH])  # (T,)
        whole = Columns(vocab, table, lex, spaces)
        whole.set_attributes(by_number)
    except TextError as error:
        raise LoadError(error.message) from error
    is_set = whole.is_set(lengths)
    if "head" in is_set:
        _check_tokens("head", whole.annotations["head"], starts, lengths)
        _set_sentences(whole, is_set, starts, lengths)
    _add_columns(whole, is_set, part, starts)
    try:
        whole.check_strings()
    except TextError as error:
        raise LoadError(error.message) from error
    whole.keep_labels()
    cut = whole.cut(lengths, is_set)
    for start, n, unknown in zip(starts.tolist(), lengths.tolist(), unknown_spaces, strict=True):
        doc = Doc.from_rows(vocab, whole.lex[start : start + n], spaces[start : start + n], table)
        doc.annotations = next(cut)
        doc.has_unknown_spaces = bool(unknown)
        yield doc


def _add_columns(
    whole: Columns, is_set: dict[str, Bools], part: TokenArrays, starts: npt.NDArray[Any]
) -> None:
    """Set the columns of plugins."""
    for name, stored in part.columns.items():
        is_set[name] = stored.is_set
        values = stored.values
        if stored.kind == "token":
            values = values + np.repeat(starts.astype(values.dtype), part.lengths)
            _check_tokens(name, values, starts, part.lengths)
        whole.annotations[name] = values


def _check_tokens(name: str, tokens: Ints, starts: npt.NDArray[Any], lengths: Ints) -> None:
    first = np.repeat(starts, lengths)
    if ((tokens < first) | (tokens >= first + np.repeat(lengths, lengths))).any():
        raise LoadError(f"a {name} lies outside of its doc")


def _set_sentences(
    whole: Columns, is_set: dict[str, Bools], starts: npt.NDArray[Any], lengths: Ints
) -> None:
    """Let sentences start where trees do in docs that have labels, else as they are written."""
    if "dep" not in is_set:
        return
    is_parsed = is_set["dep"]
    of_trees = whole.tree_starts()
    of_trees[starts[lengths > 0]] = 1
    written = whole.column("sent_start")
    whole.annotations["sent_start"] = np.where(np.repeat(is_parsed, lengths), of_trees, written)
    is_set["sent_start"] = is_set.get("sent_start", is_parsed) | is_parsed
