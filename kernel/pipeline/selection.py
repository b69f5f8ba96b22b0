"""Names of components: finding them, placing them, and switching them off for a while."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Self

from kernel.errors import KernelError

if TYPE_CHECKING:
    from kernel.pipeline.components import Components


def unknown_name(name: str, known: Sequence[str]) -> KernelError:
    """Return the error for a component that is not in the pipeline."""
    close = get_close_matches(str(name), known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(known) or 'none'}"
    return KernelError(f"the pipeline has no component `{name}`", hint=hint)


def insertion_index(
    names: Sequence[str],
    *,
    before: str | int | None,
    after: str | int | None,
    first: bool | None,
    last: bool | None,
) -> int:
    """Return where in `names` a new component goes; last, if nothing is said."""
    if sum(bool(place) or place == 0 for place in (before, after)) + bool(first) + bool(last) > 1:
        raise KernelError("give at most one of `before`, `after`, `first` and `last`")
    if first:
        return 0
    if before is not None:
        return _index(names, before)
    if after is not None:
        return _index(names, after) + 1
    return len(names)


class DisabledPipes(list[str]):
    """The components that were just disabled; `restore`, or leaving the block, enables them."""

    def __init__(
        self,
        nlp: Components,
        *,
        disable: str | Iterable[str] | None,
        enable: str | Iterable[str] | None,
    ) -> None:
        self._nlp = nlp
        wanted = names_to_disable(nlp.component_names, disable=disable, enable=enable)
        super().__init__(name for name in wanted if name not in nlp.disabled)
        for name in self:
            nlp.disable_pipe(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.restore()

    def restore(self) -> None:
        """Enable the components again."""
        for name in self:
            self._nlp.enable_pipe(name)
        self.clear()


def names_to_disable(
    names: Sequence[str],
    *,
    disable: str | Iterable[str] | None,
    enable: str | Iterable[str] | None,
) -> list[str]:
    """Return which of `names` are to be disabled.

    Raises `KernelError` for a name that does not exist, or if both are given and disagree.
    """
    off = _listed(disable)
    on = _listed(enable)
    if off is None and on is None:
        raise KernelError("give `disable` or `enable`")
    for name in [*(off or []), *(on or [])]:
        if name not in names:
            raise unknown_name(name, names)
    if on is None:
        return off or []
    others = [name for name in names if name not in on]
    if off is not None and set(off) != set(others):
        raise KernelError(f"`enable` {on} and `disable` {off} do not complete each other")
    return others


def _listed(names: str | Iterable[str] | None) -> list[str] | None:
    if names is None:
        return None
    return [names] if isinstance(names, str) else list(names)


def _index(names: Sequence[str], place: str | int) -> int:
    if isinstance(place, str):
        if place not in names:
            raise unknown_name(place, names)
        return names.index(place)
    if not 0 <= place < len(names):
        raise KernelError(f"there is no component number {place}; the pipeline has {len(names)}")
    return place
