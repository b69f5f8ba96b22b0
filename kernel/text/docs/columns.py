"""The columns of a set of tokens, below `Doc`: what is read, written, joined, cut and stored.

Axes: N tokens, K attributes, D parts (docs, say) that the tokens belong to.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.errors import TextError
from kernel.text.docs.tree import sent_starts_of_heads
from kernel.text.errors import UnknownKeyError
from kernel.text.words import attributes
from kernel.text.words.attributes import attr_id
from kernel.text.words.column import COLUMNS, Column
from kernel.text.words.symbols import IDS, NAMES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable

Ints = npt.NDArray[np.int32]
Ids = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]
Attr = str | int
_Place = tuple[slice, int]

_NO_FEATURES: Final = IDS["_"]
_IDS_OF_ENTS: Final = {"ent_kb_id", "ent_id"}


class Columns:
    """The words of some tokens, the spaces after them, and what annotates them.

    lex          (N,)  row of each token in `lexemes`
    spaces       (N,)  whether a space follows
    annotations  (N,)  each, by name: the columns that something has set
    """

    __slots__ = ("annotations", "lex", "lexemes", "spaces", "vocab")

    vocab: Vocab
    lexemes: LexemeTable
    lex: Ints
    spaces: Bools
    annotations: dict[str, Values]

    def __init__(
        self,
        vocab: Vocab,
        lexemes: LexemeTable,
        lex: Ints,
        spaces: Bools,
        annotations: dict[str, Values] | None = None,
    ) -> None:
        self.vocab = vocab
        self.lexemes = lexemes
        self.lex = lex
        self.spaces = spaces
        self.annotations = {} if annotations is None else annotations

    def __len__(self) -> int:
        return len(self.lex)

    def words(self) -> list[str]:
        """Return the text of each token."""
        return list(map(self.lexemes.texts.__getitem__, self.lex.tolist()))

    def whitespace(self) -> Bools:
        """Return for each token whether it is whitespace.

        returns  (N,)
        """
        return self.lexemes.whitespace().take(self.lex)

    def char_lengths(self) -> Ints:
        """Return the characters of each token, the space after it not counted.

        returns  (N,)
        """
        return self.lexemes.column(attributes.LENGTH)[self.lex].astype(np.int32)

    def char_starts(self) -> Ints:
        """Return the offset in characters of each token.

        returns  (N,)
        """
        steps = self.char_lengths() + self.spaces  # (N,)
        starts = np.zeros(len(steps), np.int32)
        np.cumsum(steps[:-1], out=starts[1:])
        return starts

    def char_ends(self) -> Ints:
        """Return the offset of the character after each token, spaces not counted.

        returns  (N,)
        """
        return self.char_starts() + self.char_lengths()

    # One column

    def column(self, name: str) -> Values:
        """Return an annotation column to read; the unset values if nothing has set it.

        returns  (N,)  read-only if nothing has set it

        Raises TextError for an unknown column.
        """
        values = self.annotations.get(name)
        if values is None:
            values = COLUMNS[name].unset_values(len(self.lex))
            values.flags.writeable = False
        return values

    def ensure_column(self, name: str) -> Values:
        """Return an annotation column to write to; it is set from now on.

        returns  (N,)

        Raises TextError for an unknown column.
        """
        values = self.annotations.get(name)
        if values is None:
            values = self.annotations[name] = COLUMNS[name].unset_values(len(self.lex))
        return values

    def set_column(self, name: str, values: npt.ArrayLike) -> None:
        """Set an annotation column as a whole.

        values   (N,)

        Raises TextError for an unknown column, or another number of values.
        """
        made = np.asarray(values, COLUMNS[name].dtype)
        if made.shape != self.lex.shape:
            raise TextError(f"expected {len(self.lex)} values of `{name}`, got {made.shape}")
        self.annotations[name] = made

    def has_annotation(self, attr: Attr, *, require_complete: bool = False) -> bool:
        """Return whether any token (or every one) has a value of the attribute.

        True of no tokens. HEAD asks for DEP; the start of the first sentence does not count.
        """
        number = attr_id(attr)
        column = COLUMNS.of_attr(attributes.DEP if number == attributes.HEAD else number)
        if column is None:
            is_set = self.to_array(number) != 0
        else:
            values = self.annotations.get(column.name)
            skipped = 0 if column.first is None else 1
            if values is None:
                return len(self.lex) <= skipped
            # Zeros are unset in most columns, and count as false.
            is_zero_unset = column.kind != "token" and not column.unset
            is_set = (values if is_zero_unset else column.is_set(values))[skipped:]
        return bool(is_set.all() if require_complete or not len(is_set) else is_set.any())

    # Strings

    def add_string(self, name: str, text: str) -> int:
        """Return the id of a value of the column `name`.

        Those of a column of kind "string" live as long as docs that were made at the same time.
        """
        column = COLUMNS.get(name)
        is_transient = column is not None and column.kind == "string"
        return self.lexemes.intern(text) if is_transient else self.vocab.strings.add(text)

    def add_strings(self, name: str, texts: Sequence[str]) -> Ids:
        """Return the ids of values of the column `name`; see `add_string`.

        returns  (N,)
        """
        is_transient = COLUMNS[name].kind == "string"
        return (self.lexemes.intern_all if is_transient else self.vocab.strings.add_all)(texts)

    def named_strings(self, *, has_norms: bool = True) -> set[str]:
        """Return the words, and every string that norms and annotations name by id."""
        rows = np.unique(self.lex)
        ids = named_ids(self.annotations)
        if has_norms:
            ids.update(self.lexemes.column(attributes.NORM)[rows].tolist())
        texts = self.lexemes.texts
        return {texts[row] for row in rows.tolist()} | self.vocab.strings.known(ids)

    def check_strings(self) -> None:
        """Raise UnknownKeyError if an annotation has the id of an unknown string.

        For columns that were read from somewhere. Ids of entities need no string, and norms are
        checked when they are set.
        """
        strings = self.vocab.strings
        checked = {name: self.annotations[name] for name in self.annotations.keys() - _IDS_OF_ENTS}
        for key in named_ids(checked):
            if key not in strings:
                raise UnknownKeyError(f"no string with the id {key}")
        pos = self.annotations.get("pos")
        if pos is not None and pos.max(initial=0) >= len(NAMES):
            raise UnknownKeyError(f"no symbol with the id {pos.max()}")

    def keep_labels(self) -> None:
        """Make the strings of labels permanent.

        For columns that were read from somewhere, whose strings came together with those of
        the words, which are not permanent.
        """
        if self.lexemes.generation is None:
            return
        for name, values in self.annotations.items():
            if COLUMNS[name].kind == "label":
                self.vocab.strings.keep(_distinct(values))

    # Many columns

    def to_array(self, py_attr_ids: Attr | Sequence[Attr]) -> Ids:
        """Return attributes of every token; heads are relative and, like all, unsigned.

        returns  (N, K); (N,) for a single attribute
        """
        # Most docs are short, and what is not the gather itself is most of the time.
        is_list = py_attr_ids.__class__ is list
        plan = _plan(tuple(py_attr_ids) if is_list else _as_tuple(py_attr_ids))  # type: ignore[arg-type]
        # One gather fetches every lexical attribute, and leaves zeros for the others.
        out = self.lexemes.derived(plan, plan.lexical_values).take(self.lex, 0)  # (N, K)
        annotations = self.annotations
        for place, name in plan.plain:
            if name in annotations:
                out[place] = annotations[name]
        for place, column in plan.encoded:
            out[place] = column.encode(self.column(column.name))
        for place, number in plan.others:
            out[place] = self.spaces if number == attributes.SPACY else self.char_starts()
        return out[:, 0] if len(plan.lexical) == 1 else out

    def set_attributes(self, by_number: Mapping[int, Ids]) -> None:
        """Set attributes, given by their ids as `to_array` returns them; unknown ones are left out.

        by_number  (N,)  each

        Raises TextError for values that a column cannot have.
        """
        for number, values in by_number.items():
            column = COLUMNS.of_attr(number)
            if column is not None:
                self.annotations[column.name] = column.decode(values)
            elif number == attributes.NORM:
                self.lex = self.lexemes.variants(self.lex, values)
            elif number == attributes.SPACY:
                self.spaces = values.astype(np.bool_)

    def has_tree(self) -> bool:
        """Return whether any token has a dependency label, without which heads mean nothing."""
        labels = self.annotations.get("dep")
        return labels is not None and bool(labels.any())

    def set_sentences_of_tree(self) -> None:
        """Let sentences start where trees do, if there are trees."""
        if self.has_tree():
            self.annotations["sent_start"] = self.tree_starts()

    def tree_starts(self) -> npt.NDArray[np.int8]:
        """Return 1 where a sentence starts according to the heads, -1 elsewhere.

        returns  (N,)
        """
        has_label = self.annotations["dep"] != 0 if self.has_tree() else None
        return sent_starts_of_heads(self.column("head"), has_label)

    # Parts

    def snapshot(self) -> Columns:
        """Return a copy of the columns as they are now."""
        copied = {name: values.copy() for name, values in self.annotations.items()}
        return Columns(self.vocab, self.lexemes, self.lex.copy(), self.spaces.copy(), copied)

    def part(self, start: int, end: int) -> Columns:
        """Return a copy of the columns of the tokens from `start` to before `end`.

        Indices of tokens outside of the part become those of the tokens that have them.
        """
        cut = {
            name: COLUMNS[name].part(values, start, end)
            for name, values in self.annotations.items()
        }
        lex, spaces = self.lex[start:end].copy(), self.spaces[start:end].copy()
        return Columns(self.vocab, self.lexemes, lex, spaces, cut)

    @classmethod
    def joined(cls, parts: Sequence[Columns], names: Collection[str] | None = None) -> Columns:
        """Return the columns of all parts, which share a table, one after the other.

        `names` are the columns to keep, all if None.
        """
        kept = dict.fromkeys(name for part in parts for name in part.annotations)
        first = parts[0]
        return Columns(
            first.vocab,
            first.lexemes,
            np.concatenate([part.lex for part in parts]),
            np.concatenate([part.spaces for part in parts]),
            {name: concatenate(parts, name) for name in kept if names is None or name in names},
        )

    def is_set(self, lengths: Ints) -> dict[str, Bools]:
        """Return for each column in which parts any token has a value.

        lengths  (D,)  tokens of each part
        returns  (D,)  each, by name
        """
        starts = np.cumsum(lengths) - lengths
        found = {}
        for name, values in self.annotations.items():
            column = COLUMNS[name]
            mask = column.is_set(values)
            if column.first is not None:
                mask[starts[lengths > 0]] = False
            found[name] = _any_by_part(mask, starts, lengths)
        if "head" in found and "dep" in found:
            found["head"] |= found["dep"]
        return found

    def cut(self, lengths: Ints, is_set: Mapping[str, Bools]) -> Iterator[dict[str, Values]]:
        """Yield the annotations of each part that are set there.

        lengths  (D,)  tokens of each part
        is_set   (D,)  each, by name
        yields   views
        """
        ends = np.cumsum(lengths)
        local = {name: values for name, values in self.annotations.items() if is_set[name].any()}
        for name, values in local.items():
            if COLUMNS[name].kind == "token":
                local[name] = values - np.repeat((ends - lengths).astype(values.dtype), lengths)
        flags = {name: is_set[name].tolist() for name in local}
        bounds = zip((ends - lengths).tolist(), ends.tolist(), strict=True)
        for i, (start, end) in enumerate(bounds):
            yield {name: local[name][start:end] for name, flag in flags.items() if flag[i]}

    def drop_unset(self) -> None:
        """Forget the columns in which no token has a value."""
        lengths = np.array([len(self)], np.int32)
        self.annotations = next(self.cut(lengths, self.is_set(lengths)))


def named_ids(annotations: Mapping[str, Values]) -> set[int]:
    """Return the ids of strings in columns."""
    ids: set[int] = set()
    for name, values in annotations.items():
        column = COLUMNS[name]
        if column.is_string and not column.has_symbols:
            ids.update(_distinct(values))
    # An analysis without features is a symbol, which every store knows.
    return ids - {_NO_FEATURES}


def _distinct(values: Values) -> list[int]:
    """Return the different values of a column.

    values  (N,)
    """
    # Columns with a single value are common, and found in a fraction of the time.
    is_constant = len(values) > 0 and values.min() == values.max()
    found: list[int] = (values[:1] if is_constant else np.unique(values)).tolist()
    return found


def concatenate(parts: Sequence[Columns], name: str) -> Values:
    """Return a column of all parts; indices of tokens count through all of them.

    returns  (N,)  a copy; the unset values where a part does not have it
    """
    column = COLUMNS[name]
    if not parts or (column.first is None and not is_set_in_any(parts, name)):
        return column.unset_values(sum(len(part.lex) for part in parts))
    try:
        values = np.concatenate([part.annotations[name] for part in parts])
    except KeyError:
        values = np.concatenate([part.column(name) for part in parts])
    if column.kind == "token":
        lengths = np.fromiter(map(len, parts), np.int64, len(parts))
        values += np.repeat(np.cumsum(lengths) - lengths, lengths).astype(values.dtype)
    return values


def is_set_in_any(parts: Iterable[Columns], name: str) -> bool:
    """Return whether something has set a column of any part."""
    return any(name in part.annotations for part in parts)


def write_parts(parts: Sequence[Columns], name: str, values: npt.ArrayLike) -> None:
    """Set a column of all parts; indices of tokens count through all of them.

    values   (N,)

    Raises TextError for another number of values.
    """
    column = COLUMNS[name]
    whole, lengths = np.asarray(values, column.dtype), [len(part.lex) for part in parts]
    if whole.shape != (sum(lengths),):
        raise TextError(f"expected {sum(lengths)} values of `{name}`, got {whole.shape}")
    is_token = column.kind == "token"
    start = 0
    for part, length in zip(parts, lengths, strict=True):
        own = whole[start : start + length]
        # Copied, so that one part does not keep the memory of all.
        part.annotations[name] = own - start if is_token else own.copy()
        start += length


@frozen(eq=False)
class _Plan:
    """Where each of K attributes comes from; made once for each list that is asked for.

    `lexical` has the attributes of the lexeme table, None in the places of others. The rest
    pair a place in the array with a column whose values are shown as they are (zeros if nothing
    has set it), one that encodes them, or an attribute that is worked out.
    """

    lexical: tuple[int | None, ...]
    plain: tuple[tuple[_Place, str], ...]
    encoded: tuple[tuple[_Place, Column], ...]
    others: tuple[tuple[_Place, int], ...]

    def lexical_values(self, table: LexemeTable, start: int) -> Ids:
        """Return the lexical attributes of the rows of `table` from `start` on, zeros for others.

        returns  (r, K)
        """
        values = np.zeros((len(table) - start, len(self.lexical)), np.uint64)
        for k, number in enumerate(self.lexical):
            if number is not None:
                values[:, k] = table.values_from(number, start)[: len(values)]
        return values


@lru_cache(maxsize=256)
def _plan(names: tuple[Attr, ...]) -> _Plan:
    numbers = list(map(attr_id, names))
    lexical = tuple(number if attributes.is_lexical(number) else None for number in numbers)
    plain, encoded, others = [], [], []
    for k, number in enumerate(numbers):
        place, column = (slice(None), k), COLUMNS.of_attr(number)
        if column is not None and _is_plain(column):
            plain.append((place, column.name))
        elif column is not None:
            encoded.append((place, column))
        elif number in {attributes.SPACY, attributes.IDX}:
            others.append((place, number))
    return _Plan(lexical, tuple(plain), tuple(encoded), tuple(others))


COLUMNS.listen(lambda column, is_added: _plan.cache_clear())


def _is_plain(column: Column) -> bool:
    is_whole = column.kind != "token" and np.dtype(column.dtype).kind != "f"
    return is_whole and not column.unset and column.first is None


def _as_tuple(names: Any) -> tuple[Attr, ...]:
    is_single = isinstance(names, str | int | np.integer)
    return (names,) if is_single else tuple(names)


def by_attribute(names: Attr | Sequence[Attr], array: npt.ArrayLike, n: int) -> dict[int, Ids]:
    """Return the columns of what `to_array` returned, by the ids of the attributes.

    array    (N, K); (N,) for a single attribute
    returns  (N,)  each

    Raises TextError if that is not the shape for `n` tokens.
    """
    numbers = [attr_id(name) for name in _as_tuple(names)]
    values = _as_uint64(array)
    values = values.reshape(-1, 1) if values.ndim == 1 and len(numbers) == 1 else values  # (N, K)
    if values.shape != (n, len(numbers)):
        raise TextError(
            f"expected an array of {n} tokens and {len(numbers)} attributes, got {values.shape}"
        )
    return {number: values[:, k] for k, number in enumerate(numbers)}


def _as_uint64(array: npt.ArrayLike) -> Ids:
    """Return the numbers as unsigned ones; negative ones wrap around."""
    values = np.asarray(array)
    if values.dtype == np.uint64:
        return values
    if values.dtype.kind == "f":
        raise TextError(f"expected whole numbers, got an array of {values.dtype}")
    is_signed = values.dtype.kind == "i"
    return values.astype(np.int64).view(np.uint64) if is_signed else values.astype(np.uint64)


def _any_by_part(mask: Bools, starts: Values, lengths: Ints) -> Bools:
    """Return for each part whether the mask is true of any of its tokens.

    mask     (N,)
    returns  (D,)
    """
    total = np.zeros(len(mask) + 1, np.int64)
    np.cumsum(mask, out=total[1:])
    return total[starts + lengths] > total[starts]
