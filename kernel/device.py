"""Functions that select the device for models. Call them before loading a pipeline."""

from __future__ import annotations

from kernel.errors import ArgumentError


def prefer_gpu(gpu_id: int = 0) -> bool:
    """Use the GPU `gpu_id` if it is available; return whether it is used."""
    from thinc.api import prefer_gpu as thinc_prefer_gpu

    return bool(thinc_prefer_gpu(gpu_id))


def require_gpu(gpu_id: int = 0) -> bool:
    """Use the GPU `gpu_id`; raise `KernelError` if it is not available."""
    if not prefer_gpu(gpu_id):
        raise ArgumentError(
            f"no GPU {gpu_id}, or CuPy is not installed",
            hint="pip install 'kernel-nlp[cuda12]' (or [cuda13]), or run on the CPU",
        )
    return True


def require_cpu() -> bool:
    """Use the CPU."""
    from thinc.api import set_current_ops

    from kernel.ops import default_ops

    set_current_ops(default_ops())
    return True
