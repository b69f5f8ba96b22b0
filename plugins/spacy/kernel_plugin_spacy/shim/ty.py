"""The module `spacy.ty`: protocols of components."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from kernel.pipeline import Initializable as InitializableComponent
from kernel.pipeline import Trainable as TrainableComponent

__all__ = ["InitializableComponent", "ListenedToComponent", "TrainableComponent"]


@runtime_checkable
class ListenedToComponent(Protocol):
    """Keeps the listeners of each component that reads its output."""

    model: Any
    listener_map: dict[str, Any]
