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
    """An annotation column of docs: one value a token.

    `kind` decides how values are kept, joined, cut and stored:

    - "label": the id of one of a few strings, such as tags; these are known forever
    - "string": the id of one of many strings, such as lemmas; known as long as docs have them
    - "number": a number of the type `dtype`, NumPy's name for it
    - "token": the index of a token of the same doc, which moves with that token

    `unset` is the number that a token has before anything sets it, `first` that of the first
    token of a doc if it is another one, and `maximum` the largest that is allowed. Ids are unset
    as 0, and the index of a token is its own. `has_symbols`: all strings are symbols, which every
    store of strings knows.

    Raises PluginError for settings that do not go together.
    """

    name: str
    kind: Kind
    dtype: str = field(default=Factory(lambda self: _DTYPES[self.kind], takes_self=True))
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
            return "needs a name of small letters, digits and underscores"
        if self.kind not in _DTYPES:
            return f"has the unknown kind {self.kind!r}; expected one of {', '.join(_DTYPES)}"
        if self.kind != "number":
            is_plain = (self.dtype, self.unset, self.first) == (_DTYPES[self.kind], 0, None)
            return "" if is_plain else f"of kind {self.kind!r} has no `dtype`, `unset` and `first`"
        is_number = np.dtype(self.dtype).kind in "biuf"
        return "" if is_number else f"has the type {self.dtype!r}; expected that of numbers"

    @property
    def is_string(self) -> bool:
        """Whether values are ids of strings."""
        return self.kind in {"label", "string"}

    @property
    def is_built_in(self) -> bool:
        """Whether the column is one of those of every doc, and in spaCy's formats."""
        return self.name.upper() in _BUILT_IN_ATTRS

    def unset_values(self, n: int) -> Values:
        """Return the values of tokens that nothing has set.

        returns  (N,)
        """
        if self.kind == "token":
            return np.arange(n, dtype=self.dtype)
        values = np.full(n, self.unset, self.dtype)
        if self.first is not None:
            values[:1] = self.first
        return values

    def is_set(self, values: Values) -> npt.NDArray[np.bool_]:
        """Say of each value whether it is another than the unset one; `first` is not looked at.

        values   (N,)
        returns  (N,)
        """
        unset = np.arange(len(values)) if self.kind == "token" else self.unset
        found: npt.NDArray[np.bool_] = values != unset
        return found

    def part(self, values: Values, start: int, end: int) -> Values:
        """Return a copy of the values of the tokens from `start` to before `end`.

        Indices of tokens outside of the part become those of the tokens that have them.

        values   (N,)
        returns  (end - start,)
        """
        if self.kind != "token":
            return values[start:end].copy()
        moved = values[start:end] - start
        is_inside = (moved >= 0) & (moved < end - start)
        return np.where(is_inside, moved, np.arange(end - start)).astype(self.dtype)

    def encode(self, values: Values) -> Values:
        """Return values as `Doc.to_array` shows them, whose numbers are unsigned integers.

        Tokens are relative to the token that has them; fractions are the bits of a float64.

        values   (N,)
        returns  (N,)  of a type that fits uint64, negative numbers wrapped around
        """
        if self.kind == "token":
            return values - np.arange(len(values))
        return values.astype(np.float64).view(np.uint64) if values.dtype.kind == "f" else values

    def decode(self, encoded: Ids) -> Values:
        """Return the values of what `encode` returned.

        encoded  (N,)
        returns  (N,)

        Raises TextError for a token outside of the doc, or a number above the maximum.
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
        return encoded.astype(self.dtype)


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
    """The columns that docs can have, by name: the built-in ones and those of plugins.

    There is one, `COLUMNS`. Plugins are asked for theirs (`kernel_doc_columns`) when the first
    vocabulary is made, or before that when a name is not known.
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
        """Return a column; raises TextError if there is none called `name`."""
        column = self.get(name)
        if column is None:
            known = ", ".join(self._columns)
            raise TextError(f"no doc column `{name}`", hint=f"there are: {known}")
        return column

    def get(self, name: str) -> Column | None:
        """Return a column, None if there is none called `name`."""
        if name not in self._columns:
            self.discover()
        return self._columns.get(name)

    def of_attr(self, attr: int) -> Column | None:
        """Return the column of a token attribute, None if it has none."""
        return self._by_attr.get(attr)

    def added(self) -> list[Column]:
        """Return the columns of plugins."""
        return [column for column in self if not column.is_built_in]

    def add(self, columns: Iterable[Column]) -> None:
        """Let docs have these columns too.

        Raises PluginError for a name that another column has.
        """
        for column in columns:
            if self._columns.get(column.name, column) != column:
                raise PluginError(
                    f"the doc column `{column.name}` exists already",
                    hint="give yours a name of its own, such as one that starts with the plugin's",
                )
            self._columns[column.name] = self._by_attr[column.attr] = column
            if not column.is_built_in:
                self._tell(column, is_added=True)

    def listen(self, listener: Callable[[Column, bool], None]) -> None:
        """Call `listener(column, True)` for each added column, and with False when it goes."""
        self._listeners.append(listener)

    def discover(self) -> None:
        """Add the columns of all plugins, once.

        Raises PluginError naming a plugin whose column has the name of another.
        """
        if self._is_complete:
            return
        # Set first, for a plugin that makes docs when it is asked.
        self._is_complete = True
        try:
            self._ask_plugins()
        except BaseException:
            self._is_complete = False
            raise

    def reset(self) -> None:
        """Forget the columns of plugins, which are asked again when needed; for tests."""
        for column in [column for column in self._columns.values() if not column.is_built_in]:
            del self._columns[column.name], self._by_attr[column.attr]
            self._tell(column, is_added=False)
        self._is_complete = False

    def _tell(self, column: Column, *, is_added: bool) -> None:
        for listener in self._listeners:
            listener(column, is_added)

    def _ask_plugins(self) -> None:
        # The one import upwards: text is below plugins, whose columns it has.
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
