"""Run the quick tests with OpenBLAS's code for other CPUs, with one thread and with two.

    python tools/test_blas.py [pytest arguments]

OpenBLAS has code for many kinds of CPU, which rounds differently. `OPENBLAS_CORETYPE` selects
one kind; this script selects each kind that the current CPU can run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from numpy._core._multiarray_umath import __cpu_features__ as cpu_features

# Each kind of CPU in OpenBLAS, with the CPU feature that it requires (by NumPy's name).
REQUIRED_FEATURE = {"Haswell": "AVX2", "Zen": "AVX2", "SkylakeX": "AVX512_SKX"}


def environments() -> Iterator[dict[str, str]]:
    """Yield the environment variables of each run."""
    for core, feature in REQUIRED_FEATURE.items():
        if not cpu_features[feature]:
            print(f"{core}: skipped, this CPU has no {feature}", flush=True)
            continue
        for n_threads in ("1", "2"):
            yield {"OPENBLAS_CORETYPE": core, "KERNEL_NUM_THREADS": n_threads}


def main() -> int:
    """Run the tests in every environment; return 1 if some failed."""
    # Some hosts set this variable for their own kind of CPU.
    inherited = {key: value for key, value in os.environ.items() if key != "OPENBLAS_L2_SIZE"}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-m", "not slow", *sys.argv[1:]]
    failed = []
    for variables in environments():
        title = " ".join(variables.values())
        print(f"== {title} threads", flush=True)
        if subprocess.run(command, env={**inherited, **variables}, check=False).returncode:
            failed.append(title)
    print(f"failed: {', '.join(failed)}" if failed else "all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
