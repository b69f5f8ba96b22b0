"""The precision in which an encoder computes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from kernel.errors import ArgumentError, UnsupportedError

_SCALER_SETTINGS = ("init_scale", "backoff_factor", "growth_factor", "growth_interval")


@frozen
class Precision:
    """Whether an encoder computes in half precision, and how.

    mixed   use `torch.autocast`: bfloat16 where the device supports it, else float16
    scaler  settings of gradient scaling; not empty: always float16 on a GPU
    """

    mixed: bool
    scaler: Mapping[str, Any]

    @classmethod
    def of(cls, mixed_precision: bool, grad_scaler_config: Mapping[str, Any]) -> Precision:
        """Return the precision of the settings of a transformer model.

        Raises `ArgumentError` for settings that are unknown or would have no effect.
        """
        config = dict(grad_scaler_config)
        enabled = config.pop("enabled", mixed_precision)
        for name in config:
            if name not in _SCALER_SETTINGS:
                raise ArgumentError(
                    f"`grad_scaler_config` has the unknown setting `{name}`",
                    hint=f"there are: {', '.join(_SCALER_SETTINGS)}",
                )
        if (config or enabled) and not mixed_precision:
            raise ArgumentError(
                "`grad_scaler_config` has no effect without `mixed_precision = true`"
            )
        if config and not enabled:
            raise ArgumentError("`grad_scaler_config` has no effect if `enabled` is false in it")
        return cls(bool(mixed_precision), config)

    def autocast(self, device: Any) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which the encoder computes."""
        import torch

        if not self.mixed:
            return contextlib.nullcontext()
        return torch.autocast(device.type, dtype=self.dtype(device))

    def dtype(self, device: Any) -> Any:
        """Return the type of number for matrix products."""
        import torch

        if not self.mixed:
            return torch.float32
        if device.type != "cuda":
            return torch.bfloat16
        is_scaled = bool(self.scaler) or not torch.cuda.is_bf16_supported()
        return torch.float16 if is_scaled else torch.bfloat16

    def grad_scaler(self, device: Any) -> Any:
        """Return Thinc's gradient scaler; it does nothing in bfloat16, which needs none."""
        import torch
        from thinc.shims import PyTorchGradScaler

        scaler: Any = PyTorchGradScaler(self.dtype(device) == torch.float16, **self.scaler)
        scaler.to_(device)
        return scaler

    def check_training(self, device: Any) -> None:
        """Raise `UnsupportedError` if `grad_scaler_config` would have no effect on the device."""
        if self.scaler and device.type != "cuda":
            raise UnsupportedError(
                "`grad_scaler_config` scales float16 gradients, which only a GPU computes; the CPU "
                "computes in bfloat16",
                hint="remove the settings, or train on a GPU",
            )
