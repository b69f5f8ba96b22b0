"""Threads: their number, and functions that run work on them; see `kernel.blas`."""

from __future__ import annotations

import functools
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final, TypeVar

import numpy as np

from kernel.blas import numpy_blas, single_threaded_blas
from kernel.errors import ArgumentError

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

ENVIRONMENT_VARIABLE: Final = "KERNEL_NUM_THREADS"
_DEFAULT_MAX_THREADS: Final = 2


def thread_count() -> int:
    """Return the number of threads for arithmetic: `KERNEL_NUM_THREADS`, by default at most 2.

    Raises `KernelError` if the variable is not a positive whole number.
    """
    wanted = os.environ.get(ENVIRONMENT_VARIABLE, "")
    if not wanted:
        return min(_DEFAULT_MAX_THREADS, _cores())
    if not wanted.isdecimal() or int(wanted) < 1:
        raise ArgumentError(
            f"`{ENVIRONMENT_VARIABLE}` must be a whole number of at least 1, got {wanted!r}",
            hint=f"unset it for the default, at most {_DEFAULT_MAX_THREADS}",
        )
    return int(wanted)


def parallel(func: Callable[[ItemT], ResultT], items: Sequence[ItemT]) -> list[ResultT]:
    """Return `[func(item) for item in items]`, computed by `thread_count()` threads.

    `func` must not draw random numbers, because streams belong to the calling thread. Errors of
    `func` are raised here. The results do not depend on the number of threads. Nested calls, and
    calls with a BLAS whose threads cannot be limited, run serially.
    """
    with single_threaded_blas:
        n_helpers = min(thread_count(), len(items)) - 1
        if n_helpers < 1 or numpy_blas() is None or getattr(_thread, "is_busy", False):
            return [func(item) for item in items]
        return _share(func, items, n_helpers)


def _share(
    func: Callable[[ItemT], ResultT], items: Sequence[ItemT], n_helpers: int
) -> list[ResultT]:
    results: list[Any] = [None] * len(items)
    todo = deque(enumerate(items))

    def work() -> None:
        _thread.is_busy = True
        try:
            # `pop` is atomic; a check for emptiness followed by `pop` would not be.
            while True:
                index, item = todo.popleft()
                results[index] = _guarded(func, item)
        except IndexError:
            return
        finally:
            _thread.is_busy = False

    helpers = [_pool().submit(work) for _ in range(n_helpers)]
    work()
    # No work is left for a helper that has not started yet.
    wait([helper for helper in helpers if not helper.cancel()])
    return [_unguarded(result) for result in results]


def prefetch(func: Callable[[ItemT], ResultT], items: Sequence[ItemT]) -> Iterator[ResultT]:
    """Yield `func(item)` for each item; the next one is computed while the last one is used.

    The same rules for `func`, errors and results apply as in `parallel`.
    """
    if thread_count() < 2 or getattr(_thread, "is_busy", False) or numpy_blas() is None:
        yield from map(single_threaded_blas(func), items)
        return
    coming: Future[ResultT] | None = None
    for index, item in enumerate(items):
        with single_threaded_blas:
            result = func(item) if coming is None else coming.result()
        coming = _pool().submit(_alone, func, items[index + 1]) if items[index + 1 :] else None
        yield result


def for_each(xp: Any, func: Callable[[ItemT], ResultT], items: Sequence[ItemT]) -> list[ResultT]:
    """Call `parallel`, but run serially for arrays on a GPU, which has its own queue."""
    return parallel(func, items) if xp is np else [func(item) for item in items]


_thread: Final = threading.local()


def _alone(func: Callable[[ItemT], ResultT], item: ItemT) -> ResultT:
    """Process an item with nested calls running serially."""
    _thread.is_busy = True
    try:
        with single_threaded_blas:
            return func(item)
    finally:
        _thread.is_busy = False


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _guarded(func: Callable[[Any], Any], item: Any) -> Any:
    try:
        return func(item)
    except BaseException as error:  # noqa: BLE001 — raised again by the calling thread
        return _Failure(error)


def _unguarded(result: Any) -> Any:
    if isinstance(result, _Failure):
        raise result.error
    return result


@functools.cache
def _pool() -> ThreadPoolExecutor:
    # Threads do not survive a fork; a child process creates its own.
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_pool.cache_clear)
    return ThreadPoolExecutor(max(1, _cores() - 1), thread_name_prefix="kernel-ops")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
