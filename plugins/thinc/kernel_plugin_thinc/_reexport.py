"""Thinc's registered functions, as attributes that entry points can name."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import thinc.api


@functools.cache
def find(kind: str, name: str) -> Callable[..., Any]:
    """Return Thinc's registered function `Linear.v1`, given `kind` and the name `Linear_v1`.

    Raises AttributeError for a name that Thinc does not have.
    """
    base, _, version = name.rpartition("_v")
    registry = getattr(thinc.registry, kind)
    registered = f"{base}.v{version}"
    if registered not in registry.get_all():
        raise AttributeError(f"Thinc has no `{registered}` among its {kind}")
    func = registry.get(registered)

    @functools.wraps(func)
    def documented(*args: Any, **settings: Any) -> Any:
        return func(*args, **settings)

    # Unwrapping would show functions that mostly have no docstring.
    made: Any = documented
    made.__signature__ = inspect.signature(func)
    del made.__wrapped__
    made.__doc__ = func.__doc__ or f"Make Thinc's `{registered}`."
    return documented
