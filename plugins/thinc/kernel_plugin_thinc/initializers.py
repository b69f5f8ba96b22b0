"""Thinc's initializers: `zero_init.v1` is the attribute `zero_init_v1`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel_plugin_thinc import _reexport


def __getattr__(name: str) -> Callable[..., Any]:
    return _reexport.find("initializers", name)
