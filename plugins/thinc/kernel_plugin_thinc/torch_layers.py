"""Thinc's layers that wrap PyTorch: `PyTorchWrapper.v3` is the attribute `PyTorchWrapper_v3`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from thinc import compat
from thinc.layers import torchscriptwrapper

from kernel.errors import PluginError, UnsupportedError
from kernel_plugin_thinc import _reexport

# Thinc does not register this one.
_UNREGISTERED = {"TorchScriptWrapper_v1": torchscriptwrapper.TorchScriptWrapper_v1}


def __getattr__(name: str) -> Callable[..., Any]:
    make = _UNREGISTERED.get(name) or _reexport.find("layers", name)

    @functools.wraps(make)
    def checked(*args: Any, **settings: Any) -> Any:
        if not compat.has_torch:
            raise PluginError(
                f"`{name.replace('_v', '.v')}` needs PyTorch, which is not installed",
                hint="pip install torch",
            )
        return _refusing_half_precision(make(*args, **settings))

    return checked


def _refusing_half_precision(model: Any) -> Any:
    """Let a model with `mixed_precision` raise an error if it is trained without CUDA.

    Thinc would train in float32 there. Predictions are made in float32.
    """
    shim = model.shims[0] if model.shims else None
    if not getattr(shim, "_mixed_precision", False):
        return model
    convert = model.attrs["convert_inputs"]

    def convert_inputs(model: Any, X: Any, is_train: bool) -> Any:
        shim = model.shims[0]
        if shim.device.type != "cuda":
            if is_train:
                raise UnsupportedError(
                    f"`mixed_precision` needs CUDA, but the layer `{model.name}` is on "
                    f"`{shim.device}`",
                    hint="set `mixed_precision = false`, or train with `--gpu-id`",
                )
            shim._mixed_precision = False  # noqa: SLF001 — Thinc has no setter
        return convert(model, X, is_train)

    model.attrs["convert_inputs"] = convert_inputs
    return model
