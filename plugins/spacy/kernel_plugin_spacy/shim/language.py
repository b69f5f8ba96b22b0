"""What `spacy.language` has besides the names of `kernel.language`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel.config import Config, default_config
from kernel.pipeline import Factory as FactoryMeta
from kernel.text import Doc

__all__ = ["DEFAULT_CONFIG", "FactoryMeta", "PipeCallable"]  # noqa: F822 — made below

PipeCallable = Callable[[Doc], Doc]


def __getattr__(name: str) -> Any:
    if name == "DEFAULT_CONFIG":
        return Config(default_config())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
