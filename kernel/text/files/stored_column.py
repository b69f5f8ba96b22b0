"""Columns that plugins add, as files have them.

Axes: T tokens of all docs, D docs.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from kernel.errors import LoadError
from kernel.text.docs.columns import Bools, Values
from kernel.text.words.column import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    def from_dict(cls, data: Mapping[str, Any]) -> StoredColumn:
        """Return the column that `to_dict` returned; raises LoadError if it is damaged."""
        try:
            dtype = np.dtype(data["dtype"])
            values = np.frombuffer(data["values"], dtype.newbyteorder("<")).astype(dtype)
            return cls(str(data["kind"]), values, np.frombuffer(data["is_set"], np.bool_))
        except (KeyError, TypeError, ValueError) as error:
            raise LoadError(f"the file is damaged: a doc column: {error}") from error

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
