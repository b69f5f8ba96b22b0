"""Products of large matrices, split among threads."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from kernel.blas import single_threaded_blas
from kernel.ops.threads import parallel, thread_count

# With fewer multiplications, a second thread costs more than it saves.
_SERIAL_BELOW_PRODUCTS: Final = 8_000_000


@single_threaded_blas
def matmul(x: Any, y: Any, *, out: Any = None) -> Any:
    """Multiply two matrices on the CPU.

    x        (N, K)
    y        (K, M)
    out      (N, M)  memory for the result, optional
    returns  (N, M)
    """
    n_rows, n_columns = x.shape[0], y.shape[1]
    if n_rows * n_columns * x.shape[1] < _SERIAL_BELOW_PRODUCTS or thread_count() < 2:
        return np.matmul(x, y, out=out)
    Y = np.empty((n_rows, n_columns), np.result_type(x, y)) if out is None else out

    def multiply(part: slice) -> None:
        if n_rows >= n_columns:
            np.matmul(x[part], y, out=Y[part])
        else:
            np.matmul(x, y[:, part], out=Y[:, part])

    parallel(multiply, _parts(max(n_rows, n_columns)))
    return Y


def _parts(length: int) -> list[slice]:
    n_parts = thread_count()
    bounds = [length * part // n_parts for part in range(n_parts + 1)]
    return [slice(*bounds[part : part + 2]) for part in range(n_parts)]
