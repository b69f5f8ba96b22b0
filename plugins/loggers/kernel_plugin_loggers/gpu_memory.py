"""Loggers that add the use of GPU memory to the info, for the loggers after them in a chain."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import IO, Any, Literal

from kernel import Language
from kernel.errors import PluginError
from kernel_plugin_loggers.console import Setup

Pool = Literal["all", "large_pool", "small_pool"]
Metric = Literal["all", "current", "peak", "allocated", "freed", "free"]

_MIB = 1 << 20


def cupy_logger(prefix: str = "cupy") -> Setup:
    """Return a logger that adds the state of CuPy's memory pool, in MiB, as `<prefix>.pool.…`."""

    def measure(cupy: Any) -> dict[str, Any]:
        pool = cupy.get_default_memory_pool()
        return {
            f"{prefix}.pool.source": str(cupy.cuda.get_allocator()),
            f"{prefix}.pool.acquired_mib": pool.total_bytes() / _MIB,
            f"{prefix}.pool.used_mib": pool.used_bytes() / _MIB,
            f"{prefix}.pool.free_mib": pool.free_bytes() / _MIB,
            f"{prefix}.pool.num_free_blocks": pool.n_free_blocks(),
        }

    return _adding("cupy", measure)


def pytorch_logger(
    prefix: str = "pytorch",
    device: int = 0,
    cuda_mem_pool: Pool = "all",
    cuda_mem_metric: Metric = "all",
) -> Setup:
    """Return a logger that adds PyTorch's statistics of CUDA memory; bytes are given in megabytes.

    device           the number of the GPU
    cuda_mem_pool    the pool whose statistics to add; "all" is their sum
    cuda_mem_metric  the statistic to add; "all": each of them
    """
    wanted = "freed" if cuda_mem_metric == "free" else cuda_mem_metric

    def measure(torch: Any) -> dict[str, Any]:
        found = {}
        for key, value in torch.cuda.memory_stats(device).items():
            name, _, rest = key.partition(".")
            pool, _, metric = rest.partition(".")
            if pool == cuda_mem_pool and wanted in {"all", metric}:
                found[f"{prefix}.{key}"] = value / 1e6 if name.endswith("bytes") else value
        return found

    return _adding("torch", measure)


def _adding(library: str, measure: Callable[[Any], dict[str, Any]]) -> Setup:
    if find_spec(library) is None:
        raise PluginError(f"the logger needs the library `{library}`, which is not installed")

    def setup(
        nlp: Language, stdout: IO[str], stderr: IO[str]
    ) -> tuple[Callable[[dict[str, Any] | None], None], Callable[[], None]]:
        module = importlib.import_module(library)

        def log_step(info: dict[str, Any] | None) -> None:
            if info is not None:
                info.update(measure(module))

        return log_step, lambda: None

    return setup
