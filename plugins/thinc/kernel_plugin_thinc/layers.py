"""Thinc's layers: `Linear.v1` is the attribute `Linear_v1`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel_plugin_thinc import _reexport


def __getattr__(name: str) -> Callable[..., Any]:
    return _reexport.find("layers", name)
