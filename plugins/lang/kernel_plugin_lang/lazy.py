"""Class attributes whose value is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

ValueT = TypeVar("ValueT")


class LazyAttribute(Generic[ValueT]):
    """Calls `make` at the first access and puts the result in its own place on the class."""

    def __init__(self, make: Callable[[], ValueT]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._owner = owner
        self._name = name

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> ValueT:
        value = self._make()
        # On the class that defines it, for subclasses to share.
        setattr(self._owner, self._name, value)
        return value


def lazy(make: Callable[[], ValueT]) -> Any:
    """Return a class attribute that is made by `make` when it is first asked for."""
    return LazyAttribute(make)
