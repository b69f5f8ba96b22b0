"""Lists and dicts that cannot be changed, for values that are computed at each access."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NoReturn, TypeVar

from kernel.errors import UnsupportedError

ValueT = TypeVar("ValueT")
_HINT: Final = "make a copy and change that"


def _refuse(self: Any, *_: object, **__: object) -> NoReturn:
    raise UnsupportedError(self.error, hint=None if type(self).error != self.error else _HINT)


class FrozenList(list[ValueT]):
    """A list that raises `UnsupportedError`, with the message `error`, when it is changed."""

    error: str = "this list cannot be changed"

    def __init__(self, values: Iterable[ValueT] = (), *, error: str | None = None) -> None:
        super().__init__(values)
        if error is not None:
            self.error = error

    def __reduce__(self) -> Any:
        return list, (list(self),)

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = pop = remove = reverse = sort = clear = _refuse


class FrozenDict(dict[str, ValueT]):
    """A dict that raises `UnsupportedError`, with the message `error`, when it is changed."""

    error: str = "this dict cannot be changed"

    def __init__(self, *values: Any, error: str | None = None, **more: Any) -> None:
        super().__init__(*values, **more)
        if error is not None:
            self.error = error

    def __reduce__(self) -> Any:
        return dict, (dict(self),)

    __setitem__ = __delitem__ = __ior__ = _refuse
    pop = popitem = clear = setdefault = update = _refuse
