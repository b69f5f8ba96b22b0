"""Named streams of random numbers.

Each consumer of randomness (data order, the dropout of a component, its initialization)
draws from a stream of its own, derived from the run's seed and the consumer's name, so
that adding one component does not shift another's numbers. While a stream is in use its
state also stands in numpy's and Python's global generators (and CuPy's and PyTorch's, if
something has imported them), which is where third-party layers draw from.
"""

from __future__ import annotations

import contextlib
import contextvars
import hashlib
import random
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

_current: contextvars.ContextVar[np.random.Generator | None] = contextvars.ContextVar(
    "kernel_generator", default=None
)
_unseeded: list[np.random.Generator] = []


def generator() -> np.random.Generator:
    """Return the generator of the stream in use; outside of any, one for the whole process.

    The latter follows numpy's global seed as it stands at the first call.
    """
    current = _current.get()
    if current is not None:
        return current
    if not _unseeded:
        _unseeded.append(np.random.Generator(np.random.PCG64(_draw_global_seed())))
    return _unseeded[0]


def fix_random_seed(seed: int = 0) -> None:
    """Seed every global generator, and `generator`, for code that runs outside of a stream."""
    _set_globals(_fresh_globals(seed))
    _unseeded[:] = [np.random.Generator(np.random.PCG64(seed))]


class Streams:
    """The random streams of one run, made from its seed as they are asked for."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._generators: dict[str, np.random.Generator] = {}
        self._globals: dict[str, dict[str, Any]] = {}

    @contextlib.contextmanager
    def use(self, name: str) -> Iterator[np.random.Generator]:
        """Let everything inside draw from the stream called `name`, then go back."""
        outer = _get_globals()
        _set_globals(self._globals.get(name) or _fresh_globals(self._derive(name)))
        token = _current.set(self._generator(name))
        try:
            yield self._generator(name)
        finally:
            _current.reset(token)
            self._globals[name] = _get_globals()
            _set_globals(outer)

    def state(self) -> dict[str, Any]:
        """Return all that a later `from_state` needs: dicts, lists, strings, numbers and arrays."""
        return {
            "seed": self.seed,
            "generators": {name: gen.bit_generator.state for name, gen in self._generators.items()},
            "globals": dict(self._globals),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Streams:
        """Return the streams as they were when `state` was taken."""
        streams = cls(state["seed"])
        for name, saved in state["generators"].items():
            streams._generator(name).bit_generator.state = saved
        streams._globals = dict(state["globals"])
        return streams

    def _generator(self, name: str) -> np.random.Generator:
        if name not in self._generators:
            bits = np.random.PCG64(self._derive(name))
            self._generators[name] = np.random.Generator(bits)
        return self._generators[name]

    def _derive(self, name: str) -> int:
        digest = hashlib.blake2b(f"{self.seed}/{name}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "little")


def _draw_global_seed() -> int:
    return int(np.random.randint(0, 2**31 - 1))  # noqa: NPY002 — the point is to follow it


def _fresh_globals(seed: int) -> dict[str, Any]:
    state: dict[str, Any] = {
        "numpy": _numpy_state(np.random.RandomState(seed % 2**32)),
        "python": _python_state(random.Random(seed)),
    }
    torch, cupy = sys.modules.get("torch"), sys.modules.get("cupy")
    if torch is not None:
        source = torch.Generator()
        source.manual_seed(seed)
        state["torch"] = source.get_state().numpy()
    if cupy is not None:
        state["cupy"] = seed
    return state


def _get_globals() -> dict[str, Any]:
    state: dict[str, Any] = {
        "numpy": _numpy_state(np.random.mtrand._rand),  # noqa: SLF001
        "python": _python_state(random),
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        state["torch"] = torch.get_rng_state().numpy()
    return state


def _set_globals(state: dict[str, Any]) -> None:
    kind, key, position, has_gauss, gauss = state["numpy"]
    np.random.set_state((kind, np.asarray(key, np.uint32), position, has_gauss, gauss))  # noqa: NPY002
    version, words, gauss_next = state["python"]
    random.setstate((version, tuple(words), gauss_next))
    torch, cupy = sys.modules.get("torch"), sys.modules.get("cupy")
    if torch is not None and "torch" in state:
        torch.set_rng_state(torch.from_numpy(np.array(state["torch"])))
    if cupy is not None and "cupy" in state:
        cupy.random.seed(state["cupy"])


def _numpy_state(source: Any) -> list[Any]:
    return list(source.get_state(legacy=True))


def _python_state(source: Any) -> list[Any]:
    version, words, gauss_next = source.getstate()
    return [version, list(words), gauss_next]
