"""A named check, which raises AssertionError if it fails."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen


@frozen
class Check:
    """A named function that checks one rule."""

    name: str
    run: Callable[[], None]

    def __call__(self) -> None:
        """Run the check; raises `AssertionError` if it fails."""
        self.run()

    def __str__(self) -> str:
        return self.name
