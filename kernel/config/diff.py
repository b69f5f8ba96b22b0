"""What two configs say differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from kernel.config.problems import UNKNOWN, Origin, Path
from kernel.config.tree import function_of, is_block, origin_at
from kernel.registry import canonical_name


class Absent:
    """What stands for a setting that one of the configs does not have."""

    def __repr__(self) -> str:
        return "<absent>"


ABSENT = Absent()


@frozen(kw_only=True)
class Change:
    """A setting that differs; `before` or `after` is `ABSENT` where one config lacks it."""

    path: Path
    before: Any
    after: Any
    before_origin: Origin = UNKNOWN
    after_origin: Origin = UNKNOWN


def diff(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Change]:
    """Return the settings that differ, in the order of `one`, then those that only `other` has.

    Function blocks of different functions differ as a whole.
    """
    return [
        Change(
            path=path,
            before=before,
            after=after,
            before_origin=UNKNOWN if before is ABSENT else origin_at(one, path),
            after_origin=UNKNOWN if after is ABSENT else origin_at(other, path),
        )
        for path, before, after in _differences(one, other, ())
    ]


def _differences(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    both = isinstance(before, Mapping) and isinstance(after, Mapping)
    if both and not _names_another(before, after):
        for key in [*before, *(key for key in after if key not in before)]:
            one, other = before.get(key, ABSENT), after.get(key, ABSENT)
            yield from _differences(one, other, (*path, key))
    elif before != after or type(before) is not type(after):
        yield path, before, after


def _names_another(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if not (is_block(one) and is_block(other)):
        return False
    (kind, name), (other_kind, other_name) = function_of(one), function_of(other)
    return kind != other_kind or canonical_name(str(name)) != canonical_name(str(other_name))
