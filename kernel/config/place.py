"""A place in a config, and the problems that are found there."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from kernel.config.describe import describe_value
from kernel.config.tree import get_at, origin_of
from kernel.problems import UNKNOWN, Origin, Path, Problem


@frozen
class Place:
    """Where a value is in a config (`path`), and where it was set (`origin`)."""

    path: Path = ()
    origin: Origin = UNKNOWN

    @classmethod
    def of(cls, tree: Any, *path: str) -> Place:
        """Return the place of the value at `path` in `tree`."""
        return cls(path, origin_of(get_at(tree, path[:-1]), path[-1]))

    def inside(self, block: Any, key: str) -> Place:
        """Return the place of `key` in `block`, which is at this place."""
        return Place((*self.path, key), origin_of(block, key))

    def lacking(self, key: str) -> Place:
        """Return the place of a key that is missing in the block at this place."""
        return Place((*self.path, key), self.origin)

    def problem(self, message: str, **more: Any) -> Problem:
        """Return a problem at this place; `more` are other fields of `Problem`."""
        return Problem(path=self.path, origin=self.origin, message=message, **more)

    def wrong_type(self, value: Any, expected: str) -> Problem:
        """Return the problem of a `value` that is not `expected`, a type in words."""
        return self.problem("wrong type", expected=expected, received=describe_value(value))

    def no_function(self, value: Any, registry: str) -> Problem:
        """Return the problem of a `value` that is not a function block of `registry`."""
        expected = f"a function block with `@{registry}`"
        received = describe_value(value)
        return self.problem("no function is named", expected=expected, received=received)

    def left_out(self, what: str, *, expected: str | None = None) -> Problem:
        """Return the problem of a missing setting or section, which `fill` adds with `what`."""
        name = f"`{self.path[-1]}`" if len(self.path) > 1 else f"the section [{self.path[0]}]"
        return self.problem(
            f"{name} is missing",
            expected=expected,
            hint=f"run `kernel init fill-config` to add it with {what}",
            is_left_out=True,
        )


NOWHERE = Place()
