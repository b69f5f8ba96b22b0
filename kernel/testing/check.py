"""A named check that raises AssertionError when its promise is broken."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen


@frozen
class Check:
    """A promise, and the function that tests it."""

    name: str
    run: Callable[[], None]

    def __call__(self) -> None:
        """Test the promise; raises `AssertionError` if it is broken."""
        self.run()

    def __str__(self) -> str:
        return self.name
