"""The lexeme table, with one row per word type and one column per attribute.

Axes: N rows to look up, R rows of the table, C columns.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.text.errors import UnknownKeyError
from kernel.text.words import attributes
from kernel.text.words.lexical import FLAG_GETTERS, Getter, base_norm, word_shape

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from kernel.text.words.strings import Generation, StringStore

Ids = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int32]
Values = npt.NDArray[Any]
ValueT = TypeVar("ValueT")

NO_RANK: Final = (1 << 64) - 1

_STRING_GETTERS: Final[dict[int, Getter]] = {
    attributes.LOWER: str.lower,
    attributes.NORM: base_norm,
    attributes.SHAPE: word_shape,
    attributes.PREFIX: lambda text: text[0:1],
    attributes.SUFFIX: lambda text: text[-3:],
    attributes.LANG: lambda _: "",
}
_COMPUTED_STRINGS: Final = attributes.LEXICAL[1:7]
_COLUMNS: Final = {attr: index for index, attr in enumerate(attributes.LEXICAL)}
# The first columns are ids of strings.
_N_STRINGS: Final = 7
_NORM: Final = _COLUMNS[attributes.NORM]
_OF_TEXT: Final = frozenset((attributes.ORTH, attributes.LENGTH))
_FLAGS: Final = len(attributes.LEXICAL)
_N_COLUMNS: Final = _FLAGS + 1
# For fewer new words than this, adding them one by one is faster.
_BATCH_FROM_WORDS: Final = 8
# A derived array or list is as long as the table, and few different ones are used.
_MAX_DERIVED: Final = 64


class LexemeTable:
    """The lexical attributes of all word types, in one growing matrix of 64-bit columns.

    A row belongs to the same word as long as the table exists. Views (`matrix`, `column`) show
    the rows that exist at the time of the call. Flags are computed at the first access to a
    flag. The strings of the rows are added to `generation` and live as long as the table; if
    `generation` is None, they are permanent.
    """

    def __init__(
        self,
        strings: StringStore,
        getters: Mapping[int, Getter] | None = None,
        *,
        generation: Generation | None = None,
    ) -> None:
        self.strings: Final = strings
        self.generation = generation
        # The number of rows copied from an older table.
        self.n_first = 0
        # The rows of words to keep, with the attributes set by hand: the bit of each is its id.
        self._kept: dict[int, int] = {}
        self._derived: dict[Hashable, tuple[int, Values]] = {}
        self._lists: dict[Hashable, list[Any]] = {}
        self.texts: Final[list[str]] = []
        self._getters = {**_STRING_GETTERS, **FLAG_GETTERS, **(getters or {})}
        self._values: Ids = np.zeros((256, _N_COLUMNS), np.uint64)
        self._rows: dict[str, int] = {}
        self._by_orth: dict[int, int] = {}
        self._bases: dict[int, int] = {}
        # The variants of each row, by their NORM.
        self._variants: dict[int, dict[int, int]] = {}
        self._n_flagged = 0
        self._lock = threading.RLock()

    def __len__(self) -> int:
        """Return the number of rows, variants included."""
        return len(self.texts)

    def __contains__(self, key: object) -> bool:
        return key in self._rows if isinstance(key, str) else key in self._by_orth

    # Looking up and adding

    def row(self, text: str) -> int:
        """Return the row of a word; an unknown word is added."""
        known = self._rows.get(text)
        if known is not None:
            return known
        self._add_all([text])
        return self._rows[text]

    def rows(self, texts: Sequence[str]) -> Rows:
        """Return the row of each word; unknown words are added.

        returns  (N,)
        """
        try:
            return np.fromiter(map(self._rows.__getitem__, texts), np.int32, len(texts))
        except KeyError:
            self._add_all(texts)
        return np.fromiter(map(self._rows.__getitem__, texts), np.int32, len(texts))

    def row_of_orth(self, orth: int) -> int:
        """Return the row of the word with this id; an unknown word is added.

        Raises UnknownKeyError if the string of the id is unknown.
        """
        known = self._by_orth.get(orth)
        return self.row(self.strings[orth]) if known is None else known

    def rows_of_orths(self, orths: Ids) -> Rows:
        """Return the row of each word, given by its id; unique ids are looked up once.

        orths    (N,)
        returns  (N,)
        """
        distinct, inverse = np.unique(orths, return_inverse=True)
        known = distinct.tolist()
        strings = self.strings
        self._add_all([strings[orth] for orth in known if orth not in self._by_orth])
        rows = np.fromiter(map(self._by_orth.__getitem__, known), np.int32, len(known))
        return rows[inverse]

    def variant(self, row: int, norm: int) -> int:
        """Return a row of the same word with the NORM `norm`, which is added if necessary.

        0 stands for the word's own NORM.
        """
        if norm == 0:
            return self._bases.get(row, row)
        if int(self._values[row, _NORM]) == norm:
            return row
        base = self._bases.get(row, row)
        if int(self._values[base, _NORM]) == norm:
            return base
        known = self._variants.get(base, {}).get(norm)
        return self._add_variant(base, norm) if known is None else known

    def variants(self, rows: Rows, norms: Ids) -> Rows:
        """Return `variant` of each row; unique pairs are looked up once.

        rows     (N,)
        norms    (N,)
        returns  (N,)
        """
        other = np.flatnonzero(self._values[rows, _NORM] != norms)
        if not len(other):
            return rows
        pairs = list(zip(rows[other].tolist(), norms[other].tolist(), strict=True))
        made = {pair: self.variant(*pair) for pair in dict.fromkeys(pairs)}
        changed = rows.copy()
        changed[other] = [made[pair] for pair in pairs]
        return changed

    def base(self, row: int) -> int:
        """Return the row of the same word with its own NORM."""
        return self._bases.get(row, row)

    def base_rows(self) -> Collection[int]:
        """Return the rows that are not variants, in the order in which they were made."""
        return self._rows.values()

    # Values

    @property
    def matrix(self) -> Ids:
        """All values, without an update of the flags; see `column_index`.

        returns  (R, C)  a view, for reading only; `set_value` changes a value
        """
        return self._values[: len(self.texts)]

    def take(self, rows: Rows) -> Ids:
        """Return all values of some rows, without an update of the flags; see `column_index`.

        rows     (N,)
        returns  (N, C)
        """
        return self._values.take(rows, axis=0)

    @staticmethod
    def column_index(attr: int) -> int | None:
        """Return the column of a lexical attribute in `matrix`, None if it has no column."""
        return _COLUMNS.get(attr)

    def column(self, attr: int | str) -> Ids:
        """Return the values of one lexical attribute; a flag has the values 0 and 1.

        returns  (R,)  a view, or a copy for a flag

        Raises UnknownKeyError if the attribute is not lexical.
        """
        number = attributes.attr_id(attr)
        index = _COLUMNS.get(number)
        if index is not None:
            return self.matrix[:, index]
        if number not in attributes.FLAGS:
            raise UnknownKeyError(f"`{attributes.attr_name(number)}` is not a lexical attribute")
        return (self.flags >> np.uint64(number)) & np.uint64(1)

    def values_from(self, attr: int, start: int) -> Ids:
        """Return the values of one lexical attribute from the row `start` on; see `column`."""
        index = _COLUMNS.get(attr)
        if index is not None:
            return self.matrix[start:, index]
        return (self.flags[start:] >> np.uint64(attr)) & np.uint64(1)

    def derived(self, key: Hashable, make: Callable[[LexemeTable, int], Values]) -> Values:
        """Return an array with one value per row, computed by `make` and cached under `key`.

        make     function of the table and a row that returns the values from that row on, (r, ...)
        returns  (R, ...)  or longer, for reading only

        When the table has grown, only new rows are computed. When a value in the table has
        changed, all rows are computed again.
        """
        known = self._derived.get(key)
        if known is not None and known[0] == len(self.texts):
            return known[1]
        values, n_rows = _extended(known, make(self, known[0] if known else 0))
        with self._lock:
            _make_room(self._derived, key)
            self._derived[key] = n_rows, values
        return values

    def derived_list(
        self, key: Hashable, make: Callable[[LexemeTable, int], list[ValueT]]
    ) -> list[ValueT]:
        """Return a list with one value per row, computed by `make` and cached under `key`.

        The same as `derived`: for a short doc, looking up its rows in a list takes a third of the
        time. The list has at least as many values as there are rows; it must not be changed.
        """
        known = self._lists.get(key)
        if known is None or len(known) < len(self.texts):
            with self._lock:
                if known is None:
                    _make_room(self._lists, key)
                    known = self._lists[key] = []
                known.extend(make(self, len(known)))
        return known

    def _forget_derived(self) -> None:
        self._derived = {}
        self._lists = {}

    def whitespace(self) -> npt.NDArray[np.bool_]:
        """Return the flag IS_SPACE of each row without computing the other flags.

        returns  (R,)  or longer
        """
        return self.derived(attributes.IS_SPACE, _whitespace_from)

    @property
    def flags(self) -> Ids:
        """All flags of every row; the bit of a flag is its attribute id.

        returns  (R,)  a view
        """
        self._update_flags()
        return self.matrix[:, _FLAGS]

    def known_flags(self, start: int) -> Ids:
        """Return all flags of the rows from `start` on whose flags have been computed.

        returns  (r,)  a view
        """
        return self._values[start : self._n_flagged, _FLAGS]

    def value(self, row: int, attr: int) -> int:
        """Return one lexical attribute of one row."""
        index = _COLUMNS.get(attr)
        if index is not None:
            return self._values.item(row, index)
        return self.flags_of(row) >> attr & 1

    def flags_of(self, row: int) -> int:
        """Return all flags of one row."""
        self._update_flags()
        return int(self._values[row, _FLAGS])

    def set_value(self, row: int, attr: int, value: int) -> None:
        """Set one lexical attribute or flag of a word, which is kept from now on.

        All variants get the value too, unless it is the NORM.

        Raises TextError if the attribute is not lexical, or follows from the text of the word.
        """
        if not attributes.is_lexical(attr) or attr in _OF_TEXT:
            raise TextError(f"`{attributes.attr_name(attr)}` of a word cannot be set")
        base = self.base(row)
        self._kept[base] = self._kept.get(base, 0) | 1 << attr
        self._forget_derived()
        variants = () if attr == attributes.NORM else self._variants.get(base, {}).values()
        index = _COLUMNS.get(attr)
        if index is not None:
            for each in (base, *variants):
                self._values[each, index] = value
            return
        self._update_flags()
        for each in (base, *variants):
            flags = int(self._values[each, _FLAGS]) & ~(1 << attr)
            self._values[each, _FLAGS] = flags | (bool(value) << attr)

    def keep(self, rows: Iterable[int]) -> None:
        """Keep the words of some rows when a new table replaces this one."""
        for row in rows:
            self._kept.setdefault(self.base(row), 0)

    def values_set(self) -> Iterator[tuple[str, int, int]]:
        """Yield each value that was set by hand: the word, the attribute and the value.

        The value of an attribute that is a string is the string's id.
        """
        for row, bits in self._kept.items():
            rest = bits
            while rest:
                attr = rest.bit_length() - 1
                rest ^= 1 << attr
                yield self.texts[row], attr, self.value(row, attr)

    def reset_ranks(self) -> None:
        """Set the rank (the attribute ID) of every row to unset."""
        self.matrix[:, _COLUMNS[attributes.ID]] = NO_RANK
        self._kept = {row: bits & ~(1 << attributes.ID) for row, bits in self._kept.items()}
        self._forget_derived()

    # Strings and generations

    def intern(self, text: str) -> int:
        """Add a string and return its id; the string lives at least as long as the table."""
        return self.strings.add(text, generation=self.generation)

    def intern_all(self, texts: Collection[str]) -> Ids:
        """Add strings and return their ids; see `intern`.

        returns  (N,)
        """
        return self.strings.add_all(texts, generation=self.generation)

    def _intern_derived(self, texts: Collection[str]) -> Ids:
        return self.strings.add_all(texts, generation=self.generation, derived=True)

    def successor(self, generation: Generation | None) -> LexemeTable:
        """Return a new table with only the words to keep: those with a value set by hand.

        All other words can be computed from their text when they occur again.
        """
        with self._lock:
            kept = sorted(self._kept)
            made = LexemeTable(self.strings, self._getters, generation=generation)
            made._reserve(len(kept))
            made.texts.extend(self.texts[row] for row in kept)
            made._values[: len(kept)] = self._values[kept]
            numbers = range(len(kept))
            made._rows.update(zip(made.texts, numbers, strict=True))
            orths = made.column(attributes.ORTH).tolist()
            made._by_orth.update(zip(orths, numbers, strict=True))
            made._kept.update(zip(numbers, map(self._kept.__getitem__, kept), strict=True))
            made.n_first = len(kept)
            made._n_flagged = bisect_left(kept, self._n_flagged)
            self.strings.keep(orths)
            derived = np.unique(made._values[: len(kept), 1:_N_STRINGS]).tolist()
            self.strings.keep(derived, derived=True)
            return made

    # Computing values

    def set_getter(self, attr: int, getter: Getter) -> None:
        """Compute an attribute with `getter` from now on, and for all existing rows.

        Values that were set by hand stay.
        """
        with self._lock:
            own = [row for row, bits in self._kept.items() if bits >> attr & 1]
            values = [self.value(row, attr) for row in own]
            self._getters[attr] = getter
            self._forget_derived()
            if attr in _COLUMNS:
                if self.texts:
                    rows = np.fromiter(self._rows.values(), np.int64, len(self._rows))
                    self._values[rows, _COLUMNS[attr]] = self._make(attr, list(self._rows))
            elif self._n_flagged:
                self._set_flag(attr, slice(0, self._n_flagged))
            for row, value in zip(own, values, strict=True):
                self.set_value(row, attr, value)

    def getter(self, attr: int) -> Callable[[str], Any] | None:
        """Return the function that computes an attribute, None if it has none."""
        return self._getters.get(attr)

    def _make(self, attr: int, texts: list[str]) -> Ids:
        return self._intern_derived([self._getters[attr](text) for text in texts])

    def _add_all(self, texts: Sequence[str]) -> None:
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._rows]
            if len(new) < _BATCH_FROM_WORDS:
                for text in new:
                    self._add_one(text)
                return
            start, stop = len(self.texts), len(self.texts) + len(new)
            self._reserve(stop)
            # Getters may raise, so they are called before the table changes.
            made = self._values[start:stop]
            self._fill(made, new)
            orths = made[:, _COLUMNS[attributes.ORTH]].tolist()
            self.texts.extend(new)
            numbers = range(start, stop)
            self._by_orth.update(zip(orths, numbers, strict=True))
            self._rows.update(zip(new, numbers, strict=True))

    def _add_one(self, text: str) -> None:
        row = len(self.texts)
        self._reserve(row + 1)
        add, generation, getters = self.strings.add, self.generation, self._getters
        orth = add(text, generation=generation)
        made = [
            add(getters[attr](text), generation=generation, derived=True)
            for attr in _COMPUTED_STRINGS
        ]
        self._values[row] = (orth, *made, len(text), NO_RANK, 0, 0)
        self.texts.append(text)
        self._by_orth[orth] = row
        self._rows[text] = row

    def _fill(self, values: Ids, texts: list[str]) -> None:
        n = len(texts)
        strings: list[str] = []
        for attr in _COMPUTED_STRINGS:
            strings.extend(map(self._getters[attr], texts))
        values[:, 0] = self.intern_all(texts)
        values[:, 1:_N_STRINGS] = self._intern_derived(strings).reshape(_N_STRINGS - 1, n).T
        values[:, _COLUMNS[attributes.LENGTH]] = list(map(len, texts))
        values[:, _COLUMNS[attributes.ID]] = NO_RANK

    def _add_variant(self, base: int, norm: int) -> int:
        if norm not in self.strings:
            raise UnknownKeyError(f"no string with the id {norm}")
        with self._lock:
            if base in self._kept:
                # A flag may have been set by hand, so the variant must copy the flags.
                self._update_flags()
            row = len(self.texts)
            self._reserve(row + 1)
            self._values[row] = self._values[base]
            self._values[row, _NORM] = norm
            self.texts.append(self.texts[base])
            self._bases[row] = base
            self._variants.setdefault(base, {})[norm] = row
            if base in self._kept:
                self._n_flagged = row + 1
            return row

    def _reserve(self, n_rows: int) -> None:
        if n_rows > len(self._values):
            grown = np.zeros((max(n_rows, 2 * len(self._values)), _N_COLUMNS), np.uint64)
            grown[: len(self.texts)] = self.matrix
            self._values = grown

    def _update_flags(self) -> None:
        if self._n_flagged == len(self.texts):
            return
        with self._lock:
            todo = slice(self._n_flagged, len(self.texts))
            for attr in self._getters.keys() & set(attributes.FLAGS):
                self._set_flag(attr, todo)
            self._n_flagged = todo.stop

    def _set_flag(self, attr: int, rows: slice) -> None:
        getter = self._getters[attr]
        texts = self.texts[rows]
        values = np.fromiter((bool(getter(text)) for text in texts), np.uint64, len(texts))
        column = self._values[rows, _FLAGS]
        column &= np.uint64(~(1 << attr) & NO_RANK)
        column |= values << np.uint64(attr)


def _make_room(derived: dict[Hashable, Any], key: Hashable) -> None:
    """Forget the oldest entry if there are too many."""
    if len(derived) >= _MAX_DERIVED and key not in derived:
        del derived[next(iter(derived))]


def _whitespace_from(table: LexemeTable, start: int) -> npt.NDArray[np.bool_]:
    # Computing all flags of a row takes 18 times as long as this one.
    is_space = table.getter(attributes.IS_SPACE) or str.isspace
    values = np.fromiter(map(is_space, table.texts[start:]), np.bool_)
    flagged = table.known_flags(start) >> np.uint64(attributes.IS_SPACE) & np.uint64(1)
    values[: len(flagged)] = flagged
    return values


def _extended(known: tuple[int, Values] | None, fresh: Values) -> tuple[Values, int]:
    """Append the values of new rows to the known values.

    known    the number of rows with values, and an array of at least that length
    fresh    (r, ...)  the values of the rows after them
    returns  (R, ...)  and the number of rows; the array may be longer, to have space to grow
    """
    if known is None:
        return fresh, len(fresh)
    n_done, values = known
    n_rows = n_done + len(fresh)
    if n_rows > len(values):
        grown = np.zeros((max(n_rows, 2 * len(values)), *values.shape[1:]), values.dtype)
        grown[:n_done] = values[:n_done]
        values = grown
    values[n_done:n_rows] = fresh
    return values, n_rows
