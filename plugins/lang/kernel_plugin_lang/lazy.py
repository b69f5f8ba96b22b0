"""Class attributes that are computed at their first access."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

ValueT = TypeVar("ValueT")


class LazyAttribute(Generic[ValueT]):
    """A descriptor that calls `make` at the first access and is replaced by the result."""

    def __init__(self, make: Callable[[], ValueT]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._owner = owner
        self._name = name

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> ValueT:
        value = self._make()
        # Set on the class that defines it, so that subclasses share the value.
        setattr(self._owner, self._name, value)
        return value


def lazy(make: Callable[[], ValueT]) -> Any:
    """Return a class attribute whose value is `make()`, called at the first access."""
    return LazyAttribute(make)
