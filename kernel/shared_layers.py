"""Declarations of shared layers, which one component computes and others read.

This module is fast to import: no arrays, no models. The output for a batch is a
`kernel.pipeline.SharedOutput`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from attrs import field, frozen

Func = TypeVar("Func", bound=Callable[..., Any])

_LISTENS_ATTRIBUTE: Final = "__kernel_listens__"


def listens(func: Func) -> Func:
    """Mark an architecture whose model reads the output of a shared component.

    The model must have `attrs["listens_to"]`: the name of that component, or "*" for the last one
    before the listener.
    """
    setattr(func, _LISTENS_ATTRIBUTE, True)
    return func


def is_listener(func: Any) -> bool:
    """Return whether an architecture was marked with `listens`, without building its model."""
    return bool(getattr(func, _LISTENS_ATTRIBUTE, False))


class _Shared:
    """The type of `SHARED`."""

    def __repr__(self) -> str:
        return "kernel.SHARED"


# In the recommended block of a component: the place for a shared layer of any plugin.
SHARED: Final = _Shared()


@frozen(kw_only=True)
class SharedLayer:
    """A recommended shared layer.

    component   the name of the component that computes it
    block       the settings of that component
    listener    the block of a layer that reads it, which replaces `SHARED` in other blocks
    vectors     the package or folder with the word vectors that it includes, or None
    training    settings of `[training]` that it needs; those of components give way to them
    for_gpu     whether it is made for a GPU
    allocator   the `gpu_allocator` of `[system]` that it needs on a GPU
    remarks     comments on its settings, by their dotted paths in the config
    """

    component: str
    block: Mapping[str, Any]
    listener: Mapping[str, Any]
    vectors: str | None = None
    training: Mapping[str, Any] = field(factory=dict)
    for_gpu: bool = False
    allocator: str | None = None
    remarks: Mapping[str, str] = field(factory=dict)
