"""The number of threads of numpy's matrix products while kernel computes.

Kernel runs work on its own threads (`kernel.ops.parallel`), so that elementwise operations, which
are not part of BLAS, also run in parallel. These threads sleep while they wait; those of OpenBLAS
spin, which costs ten times as much if another process uses the same cores. Using both would compete
for the cores. The number of threads of OpenBLAS is a global variable of the process. It is set to
one inside kernel's calls, and restored afterwards.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, ParamSpec, TypeVar

import numpy as np
from attrs import frozen

P = ParamSpec("P")
ResultT = TypeVar("ResultT")

# The name depends on how numpy's wheel was built.
_NAMES: Final = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)


@frozen
class OpenBlas:
    """The OpenBLAS library of numpy."""

    get_threads: Callable[[], int]
    set_threads: Callable[[int], None]


@functools.cache
def numpy_blas() -> OpenBlas | None:
    """Return the OpenBLAS in numpy's wheels for Linux and Windows, or None."""
    package = Path(np.__file__).parent
    folders = (package.parent / "numpy.libs", package / ".dylibs", package / ".libs")
    for path in [found for folder in folders for found in sorted(folder.glob("*openblas*"))]:
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(str(path))
            name = next((name for name in _NAMES if hasattr(library, name.format("set"))), None)
            if name is not None:
                return _functions(library, name)
    return None


def _functions(library: Any, name: str) -> OpenBlas:
    getter, setter = (getattr(library, name.format(verb)) for verb in ("get", "set"))
    getter.argtypes, getter.restype = [], ctypes.c_int
    setter.argtypes, setter.restype = [ctypes.c_int], None
    return OpenBlas(getter, setter)


class _Depth(threading.local):
    """The number of blocks that the calling thread is inside."""

    value: int = 0


class SingleThreadedBlas:
    """Limits numpy's BLAS to one thread inside a block or a function.

    Blocks may be nested, and several threads may be inside at the same time: the first one to enter
    sets the number of threads, the last one to leave restores it. Entering takes two microseconds,
    and a fifth of one inside another block.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0  # threads
        self._before = 1
        self._depth = _Depth()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget_other_threads)

    def __call__(self, func: Callable[P, ResultT]) -> Callable[P, ResultT]:
        """Return a function that does the same inside a block."""

        @functools.wraps(func)
        def limited(*args: P.args, **kwargs: P.kwargs) -> ResultT:
            if self._depth.value:
                return func(*args, **kwargs)
            with self:
                return func(*args, **kwargs)

        return limited

    def __enter__(self) -> None:
        self._depth.value += 1
        if self._depth.value > 1:
            return
        blas = numpy_blas()
        if blas is None:
            return
        with self._lock:
            self._inside += 1
            n_threads = blas.get_threads()
            # If it is not one while others are inside, other code has set it in the meantime.
            if self._inside == 1 or n_threads != 1:
                self._before = n_threads
                blas.set_threads(1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._depth.value -= 1
        if self._depth.value:
            return
        blas = numpy_blas()
        if blas is None:
            return
        with self._lock:
            self._inside -= 1
            if not self._inside and blas.get_threads() == 1:
                blas.set_threads(self._before)

    def _forget_other_threads(self) -> None:
        """In a forked process, only the thread that forked still exists."""
        self._lock = threading.Lock()
        was_inside, self._inside = self._inside, int(self._depth.value > 0)
        blas = numpy_blas() if was_inside else None
        if blas is not None and not self._inside:
            blas.set_threads(self._before)


single_threaded_blas: Final = SingleThreadedBlas()
