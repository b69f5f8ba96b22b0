"""Which components of a pipeline run: chosen while it is made, or switched off for a while."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

from kernel.errors import KernelError

if TYPE_CHECKING:
    from kernel.pipeline.stages import Stages


def as_list(names: str | Iterable[str]) -> list[str]:
    """Return `names`, one name or several, as a list."""
    return [names] if isinstance(names, str) else list(names)


@frozen(kw_only=True)
class Selection:
    """Which components are loaded but not run, which run alone, and which are not loaded."""

    disable: list[str] = field(converter=as_list)
    enable: list[str] = field(converter=as_list)
    exclude: list[str] = field(converter=as_list)

    def disabled(self, names: Sequence[str]) -> list[str]:
        """Return which of `names` do not run; raises `KernelError` for a contradiction."""
        off = names_to_disable(names, disable=self.disable, enable=self.enable or None)
        return [name for name in names if name in off]


class DisabledPipes(list[str]):
    """The names of components that were just disabled.

    `restore`, or the end of a `with` block, enables the components again.
    """

    def __init__(
        self,
        stages: Stages,
        *,
        disable: str | Iterable[str] | None,
        enable: str | Iterable[str] | None,
    ) -> None:
        if disable is None and enable is None:
            raise KernelError("give `disable` or `enable`")
        for name in as_list(enable or ()):
            stages.find(name)
        wanted = names_to_disable(stages.names, disable=disable or (), enable=enable)
        self._stages = [stage for stage in map(stages.find, wanted) if stage.enabled]
        super().__init__(stage.name for stage in self._stages)
        for stage in self._stages:
            stage.enabled = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.restore()

    def restore(self) -> None:
        """Enable the components again."""
        for stage in self._stages:
            stage.enabled = True
        self._stages.clear()
        self.clear()


def names_to_disable(
    names: Sequence[str], *, disable: str | Iterable[str], enable: str | Iterable[str] | None
) -> list[str]:
    """Return which of `names` are to be disabled: `disable`, or all but `enable`.

    Raises `KernelError` if both are given and disagree.
    """
    off = as_list(disable)
    if enable is None:
        return off
    on = as_list(enable)
    others = [name for name in names if name not in on]
    if off and set(off) != set(others):
        raise KernelError(f"`enable` {on} and `disable` {off} do not complete each other")
    return others
