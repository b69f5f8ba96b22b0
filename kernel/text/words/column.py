"""Annotation columns: their kinds, and the registry of all columns that docs can have.

Axes: N tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt
from attrs import Factory, field, frozen

from kernel.errors import PluginError, TextError
from kernel.text.words.strings import hash_string
from kernel.text.words.symbols import IDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Ids = npt.NDArray[np.uint64]
Values = npt.NDArray[Any]
Kind = Literal["label", "string", "number", "token"]

_DTYPES: Final = {"label": "uint64", "string": "uint64", "number": "float32", "token": "int32"}


@frozen(kw_only=True)
class Column:
    """An annotation column of docs, with one value per token.

    `kind` decides how values are kept in memory, concatenated, split and stored:

    - "label": the id of one of few strings, such as tags; these strings are permanent
    - "string": the id of one of many strings, such as lemmas; known as long as docs use them
    - "number": a number of the type `dtype`, given by NumPy's name
    - "token": the index of a token in the same doc, which follows that token

    `unset` is the number of a token before it is set, `first` that of the first token of a doc
    if it differs, and `maximum` the largest allowed number. An id is 0 before it is set, and a
    token index is that of the token itself. `has_symbols` means that all strings are symbols,
    which every string store knows.

    Raises PluginError for settings that contradict each other.
    """

    name: str
    kind: Kind
    dtype: str = field(default=Factory(lambda self: _DTYPES.get(self.kind, ""), takes_self=True))
    unset: float = 0
    first: float | None = None
    maximum: int | None = None
    has_symbols: bool = False
    attr: int = field(init=False, eq=False)

    @attr.default
    def _attr_id(self) -> int:
        upper = self.name.upper()
        return IDS[upper] if upper in _BUILT_IN_ATTRS else hash_string(upper)

    def __attrs_post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise PluginError(f"the doc column `{self.name}` {problem}")

    def _problem(self) -> str:
        if not self.name.isidentifier() or self.name != self.name.lower():
            return "needs a name of lower-case letters, digits and underscores"
        if self.kind not in _DTYPES:
            return f"has the unknown kind {self.kind!r}; expected one of {', '.join(_DTYPES)}"
        if self.kind != "number":
            is_plain = (self.dtype, self.unset, self.first) == (_DTYPES[self.kind], 0, None)
            return "" if is_plain else f"of kind {self.kind!r} has no `dtype`, `unset` and `first`"
        if not _is_numeric(self.dtype):
            return f"has the type {self.dtype!r}; expected a numeric type"
        for number in (self.unset, self.first):
            if number is not None and not _holds(self.dtype, number):
                return f"is {number} where it is not set, which {self.dtype} does not hold"
        return ""

    @property
    def is_string(self) -> bool:
        """Whether values are ids of strings."""
        return self.kind in {"label", "string"}

    @property
    def is_built_in(self) -> bool:
        """Whether the column belongs to the kernel, and so to spaCy's formats."""
        return self.name.upper() in _BUILT_IN_ATTRS

    def unset_values(self, n: int) -> Values:
        """Return the values of `n` tokens before they are set.

        returns  (N,)
        """
        if self.kind == "token":
            return np.arange(n, dtype=self.dtype)
        # Zeros, which most columns have, are much faster than other numbers.
        values = np.full(n, self.unset, self.dtype) if self.unset else np.zeros(n, self.dtype)
        if self.first is not None:
            values[:1] = self.first
        return values

    def is_set(self, values: Values) -> npt.NDArray[np.bool_]:
        """Return for each value whether it differs from the unset value; `first` is ignored.

        values   (N,)
        returns  (N,)
        """
        unset = np.arange(len(values)) if self.kind == "token" else self.unset
        return values != unset

    def part(self, values: Values, start: int, end: int) -> Values:
        """Return a copy of the values of the tokens from `start` up to `end`.

        An index of a token outside of the part becomes the index of the token that has it.

        values   (N,)
        returns  (end - start,)
        """
        if self.kind != "token":
            return values[start:end].copy()
        moved = values[start:end] - start
        is_inside = (moved >= 0) & (moved < end - start)
        return np.where(is_inside, moved, np.arange(end - start)).astype(self.dtype)

    def encode(self, values: Values) -> Values:
        """Return values in the form used by `Doc.to_array`, which has unsigned integers.

        Token indices become relative to the token that has them; floats become the bits of a
        float64.

        values   (N,)
        returns  (N,)  of a type that can be cast to uint64; negative numbers wrap around
        """
        if self.kind == "token":
            return values - np.arange(len(values))
        return values.astype(np.float64).view(np.uint64) if values.dtype.kind == "f" else values

    def decode(self, encoded: Ids) -> Values:
        """Return the values encoded by `encode`.

        encoded  (N,)
        returns  (N,)

        Raises TextError for a token outside of the doc, or a number that the column cannot have.
        """
        if self.kind == "token":
            tokens = encoded.astype(np.int64) + np.arange(len(encoded))
            if len(tokens) and (tokens.min() < 0 or tokens.max() >= len(tokens)):
                raise TextError(
                    f"a {self.name} lies outside of the doc",
                    hint=f"a {self.name} is relative to its token",
                )
            return tokens.astype(self.dtype)
        if np.dtype(self.dtype).kind == "f":
            return np.ascontiguousarray(encoded).view(np.float64).astype(self.dtype)
        if self.maximum is not None and len(encoded) and encoded.max() > self.maximum:
            name = self.name.upper()
            raise TextError(f"expected {name} from 0 to {self.maximum}, got {int(encoded.max())}")
        if self.kind == "number" and len(encoded):
            _check_fits(self.name, encoded.astype(np.int64), np.dtype(self.dtype))
        return encoded.astype(self.dtype)


def _check_fits(name: str, numbers: npt.NDArray[np.int64], dtype: np.dtype[Any]) -> None:
    if dtype.kind in "iu" and dtype.itemsize < numbers.itemsize:
        limits = np.iinfo(dtype)
        if numbers.min() < limits.min or numbers.max() > limits.max:
            raise TextError(f"expected {name.upper()} from {limits.min} to {limits.max}")


def _is_numeric(dtype: str) -> bool:
    try:
        return np.dtype(dtype).kind in "biuf"
    except TypeError:
        return False


def _holds(dtype: str, number: float) -> bool:
    """Return whether a value of the type can be equal to `number`."""
    if np.dtype(dtype).kind == "f":
        return not np.isnan(number)
    try:
        with np.errstate(invalid="ignore"):
            return bool(np.array(number).astype(dtype) == number)
    except OverflowError:
        return False


_LABELS: Final = ("tag", "pos", "dep", "morph", "ent_type")
_STRINGS: Final = ("lemma", "ent_kb_id", "ent_id")
_BUILT_IN_ATTRS: Final = frozenset(
    name.upper() for name in (*_LABELS, *_STRINGS, "ent_iob", "head", "sent_start")
)
_BUILT_IN: Final = (
    *(Column(name=name, kind="label", has_symbols=name == "pos") for name in _LABELS),
    *(Column(name=name, kind="string") for name in _STRINGS),
    Column(name="ent_iob", kind="number", dtype="int8", maximum=3),
    Column(name="head", kind="token"),
    Column(name="sent_start", kind="number", dtype="int8", first=1),
)


class ColumnRegistry:
    """All columns that docs can have, by name: built-in columns and those of plugins.

    The only instance is `COLUMNS`. Columns of plugins (`kernel_doc_columns`) are added when the
    first vocabulary is created, or earlier if an unknown name is looked up.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[Column, bool], None]] = []
        self._columns: dict[str, Column] = {column.name: column for column in _BUILT_IN}
        self._by_attr: dict[int, Column] = {column.attr: column for column in _BUILT_IN}
        self._is_complete = False

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[Column]:
        self.discover()
        return iter(list(self._columns.values()))

    def __getitem__(self, name: str) -> Column:
        """Return the column called `name`; raises TextError if there is no such column."""
        column = self._columns.get(name) or self.get(name)
        if column is None:
            known = ", ".join(self._columns)
            raise TextError(f"no doc column `{name}`", hint=f"there are: {known}")
        return column

    def get(self, name: str) -> Column | None:
        """Return the column called `name`, None if there is no such column."""
        if name not in self._columns:
            self.discover()
        return self._columns.get(name)

    def of_attr(self, attr: int) -> Column | None:
        """Return the column of a token attribute, None if it has no column."""
        return self._by_attr.get(attr)

    def added(self) -> list[Column]:
        """Return the columns of plugins."""
        return [column for column in self if not column.is_built_in]

    def add(self, columns: Iterable[Column]) -> None:
        """Add columns for all docs.

        Raises PluginError if another column has the same name.
        """
        for column in columns:
            if self._columns.get(column.name, column) != column:
                raise PluginError(
                    f"the doc column `{column.name}` exists already",
                    hint="choose another name, such as one that starts with the plugin's name",
                )
            if column.name not in self._columns:
                self._announce(column)
            self._columns[column.name] = self._by_attr[column.attr] = column

    def listen(self, listener: Callable[[Column, bool], None]) -> None:
        """Call `listener(column, True)` for each added column, with False for a removed one."""
        self._listeners.append(listener)

    def discover(self) -> None:
        """Add the columns of all plugins, once.

        Raises PluginError, which names the plugin, if two columns have the same name.
        """
        if self._is_complete:
            return
        # Set first, because a plugin may create docs in its hook.
        self._is_complete = True
        try:
            self._ask_plugins()
        except BaseException:
            self._is_complete = False
            raise

    def reset(self) -> None:
        """Remove the columns of plugins; they are added again when needed. For tests."""
        for column in [column for column in self._columns.values() if not column.is_built_in]:
            del self._columns[column.name], self._by_attr[column.attr]
            for listener in self._listeners:
                listener(column, False)
        self._is_complete = False

    def _announce(self, column: Column) -> None:
        """Tell all listeners of a new column; if one refuses it, those before forget it."""
        told = []
        try:
            for listener in self._listeners:
                listener(column, True)
                told.append(listener)
        except PluginError:
            for listener in told:
                listener(column, False)
            raise

    def _ask_plugins(self) -> None:
        # The only import of a higher layer: plugins define columns of the text layer.
        from kernel.plugins import hooks

        owners: dict[str, str] = {}
        for plugin, columns in hooks().gather("kernel_doc_columns"):
            for column in columns:
                if column.name in owners:
                    raise PluginError(
                        f"the plugins `{owners[column.name]}` and `{plugin}` both add the doc "
                        f"column `{column.name}`",
                        hint="uninstall one of them",
                    )
                owners[column.name] = plugin
            try:
                self.add(columns)
            except PluginError as error:
                message = f"the plugin `{plugin}`: {error.message}"
                raise PluginError(message, hint=error.hint) from error


COLUMNS: Final = ColumnRegistry()
