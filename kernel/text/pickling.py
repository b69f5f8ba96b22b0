"""Functions that pickle by value, for objects that users give functions of their own."""

from __future__ import annotations

from typing import Any

from attrs import frozen


@frozen
class ByValue:
    """A value with functions; those that cannot be imported by name are pickled as code.

    Pickles run code when they are loaded, so none of kernel's files contain them.
    """

    value: Any

    def __reduce__(self) -> Any:
        # Imported here because pickling is rare.
        from srsly import pickle_dumps

        return _load, (pickle_dumps(self.value),)

    def __deepcopy__(self, memo: dict[int, Any]) -> ByValue:
        return self


def _load(data: bytes) -> ByValue:
    from srsly import pickle_loads

    return ByValue(pickle_loads(data))
