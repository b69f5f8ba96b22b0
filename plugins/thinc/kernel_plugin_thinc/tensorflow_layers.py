"""Thinc's wrapper of TensorFlow, which does not work with versions that run with NumPy 2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from kernel.errors import UnsupportedError


def tensorflow_wrapper(
    tensorflow_model: Any,
    convert_inputs: Callable[..., Any] | None = None,
    convert_outputs: Callable[..., Any] | None = None,
    optimizer: Any = None,
) -> NoReturn:
    """Raise `UnsupportedError`: see the reasons in the docs, "Custom models"."""
    raise UnsupportedError(
        "Thinc's `TensorFlowWrapper` works with TensorFlow up to 2.15, which does not run with "
        "NumPy 2",
        hint="use the model in PyTorch, with `PyTorchWrapper.v3`",
    )
