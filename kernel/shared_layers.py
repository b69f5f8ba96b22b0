"""How configs and plugins speak of layers that one component computes and others read.

Importing this costs nothing: no arrays, no models. `kernel.pipeline.SharedOutput` is what
travels with a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from attrs import field, frozen

Func = TypeVar("Func", bound=Callable[..., Any])

_MARK: Final = "__kernel_listens__"


def listens(func: Func) -> Func:
    """Mark an architecture whose model reads the output of a shared component.

    The model itself carries `attrs["listens_to"]`: the name of that component, or "*" for the
    last one before.
    """
    setattr(func, _MARK, True)
    return func


def is_listener(func: Any) -> bool:
    """Return whether an architecture was marked with `listens`; no model is built for it."""
    return bool(getattr(func, _MARK, False))


class _Shared:
    """The type of `SHARED`."""

    def __repr__(self) -> str:
        return "kernel.SHARED"


# In a recommended block of a component: a shared layer goes here, whichever is installed.
SHARED: Final = _Shared()


@frozen(kw_only=True)
class SharedLayer:
    """A recommended shared layer.

    component   the name of the component that computes it
    block       the settings of that component
    listener    the block of a layer that reads it, which goes where a block has `SHARED`
    for_gpu     whether it is made for a GPU
    remarks     why settings are what they are, by their dotted paths in the config
    """

    component: str
    block: Mapping[str, Any]
    listener: Mapping[str, Any]
    for_gpu: bool = False
    remarks: Mapping[str, str] = field(factory=dict)
