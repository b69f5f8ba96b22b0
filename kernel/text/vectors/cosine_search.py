"""Search for the most similar vectors by cosine.

Axes: Q queries, R rows of the table, C candidate rows, D width, K results per query.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kernel.arrays import as_numpy

Rows = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]


def nearest_rows(
    queries: Any, table: Any, candidates: Rows, n: int, *, batch_size: int, sort: bool
) -> tuple[Rows, Scores]:
    """Return the candidates most similar to each query, the best first if `sort` is true.

    queries     (Q, D)
    table       (R, D)
    candidates  (C,)  rows of the table
    returns     (Q, K) rows and (Q, K) cosines, rounded to four digits; K is `n`
    """
    pool = normalized(as_numpy(table)[candidates])
    wanted = as_numpy(queries)
    rows = np.empty((len(wanted), n), np.int32)
    scores = np.empty((len(wanted), n), np.float32)
    for start in range(0, len(wanted), batch_size):
        part = slice(start, start + batch_size)
        likeness = normalized(wanted[part]) @ pool.T  # (., C)
        best = np.argpartition(-likeness, n - 1, axis=1)[:, :n]
        if sort:
            order = np.argsort(-np.take_along_axis(likeness, best, axis=1), axis=1, kind="stable")
            best = np.take_along_axis(best, order, axis=1)
        rows[part] = candidates[best]
        scores[part] = np.take_along_axis(likeness, best, axis=1)
    return rows, np.clip(np.around(scores, 4), -1.0, 1.0)


def normalized(vectors: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return the vectors scaled to length 1; zero vectors stay zero.

    vectors  (., D)
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(norms == 0, 1, norms)).astype(np.float32)
