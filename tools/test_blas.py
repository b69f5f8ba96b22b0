"""Run the quick tests with the matrix products of other CPUs, with one thread and with two.

    python tools/test_blas.py [pytest arguments]

OpenBLAS has kernels for many CPUs, which round differently. `OPENBLAS_CORETYPE` selects one; this
takes those that the CPU at hand can run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from numpy._core._multiarray_umath import __cpu_features__ as cpu_features

# A kernel of OpenBLAS, and the CPU feature (as NumPy names it) that it needs.
NEEDS = {"Haswell": "AVX2", "Zen": "AVX2", "SkylakeX": "AVX512_SKX"}


def environments() -> Iterator[dict[str, str]]:
    """Yield the variables of each run."""
    for core, feature in NEEDS.items():
        if not cpu_features[feature]:
            print(f"{core}: left out, this CPU has no {feature}", flush=True)
            continue
        for n_threads in ("1", "2"):
            yield {"OPENBLAS_CORETYPE": core, "KERNEL_NUM_THREADS": n_threads}


def main() -> int:
    """Run the tests in every environment; returns 1 if some failed."""
    # Set on some hosts for one kind of CPU only.
    inherited = {key: value for key, value in os.environ.items() if key != "OPENBLAS_L2_SIZE"}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-m", "not slow", *sys.argv[1:]]
    failed = []
    for variables in environments():
        title = " ".join(variables.values())
        print(f"== {title} threads", flush=True)
        if subprocess.run(command, env={**inherited, **variables}, check=False).returncode:
            failed.append(title)
    print(f"failed: {', '.join(failed)}" if failed else "all green")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
