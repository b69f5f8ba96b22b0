"""Where architectures get the layer of static vectors from: whichever plugin has it."""

from __future__ import annotations

from typing import Any, Final

from kernel.registry import registry

LAYER: Final = "kernel.StaticVectors.v2"


def static_source(width: int) -> Any:
    """Return a layer that maps the vocabulary's vectors to `width` numbers, with dropout.

    Raises `RegistryError`, which names the plugin to install, if there is none.
    """
    return registry.layers.get(LAYER)(nO=width, dropout=0.0)
