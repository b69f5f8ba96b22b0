"""Named streams of random numbers.

Each consumer of randomness (data order, the dropout of a component, its initialization)
has its own stream, derived from the seed of the run and the name of the consumer. Adding a
component therefore does not change the random numbers of another one. While a stream is in
use, its state is also set in the global generators of numpy and Python (of PyTorch if it is
imported, and of CuPy and PyTorch's CUDA while a GPU is in use), from which third-party layers draw.
"""

from __future__ import annotations

import contextlib
import contextvars
import hashlib
import random
import sys
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.random import mtrand

_current: contextvars.ContextVar[np.random.Generator | None] = contextvars.ContextVar(
    "kernel_generator", default=None
)
_unseeded: list[np.random.Generator] = []
# The position in the state of a Mersenne Twister that was seeded and not used since.
_UNUSED_POSITION: Final = 624


def generator() -> np.random.Generator:
    """Return the generator of the stream in use, or one for the process if there is none.

    The generator of the process is seeded at the first call from numpy's global state.
    """
    current = _current.get()
    if current is not None:
        return current
    if not _unseeded:
        _unseeded.append(np.random.Generator(np.random.PCG64(_global_seed())))
    return _unseeded[0]


def fix_random_seed(seed: int = 0) -> None:
    """Seed all global generators, and `generator()`, for code that runs outside of a stream."""
    np.random.seed(seed % 2**32)  # noqa: NPY002, TID251 — for code that draws from the globals
    random.seed(seed)  # noqa: TID251 — likewise
    torch, cupy = sys.modules.get("torch"), _cupy()
    if torch is not None:
        torch.manual_seed(seed)  # of every device
    if cupy is not None:
        cupy.random.seed(seed)
    _unseeded[:] = [np.random.Generator(np.random.PCG64(seed))]
    mtrand.get_bit_generator().random_raw()  # not just seeded, for `follow_global_seed`


def follow_global_seed() -> None:
    """Seed `generator()` again if numpy's global generator was seeded since the last call.

    So that `numpy.random.seed` and `thinc.api.fix_random_seed` make an initialization repeatable.
    A generator from which nothing was drawn counts as just seeded; one number is drawn from it.
    """
    source: Any = mtrand.get_bit_generator()
    state = source.state["state"]
    if _current.get() is None and state.get("pos") == _UNUSED_POSITION:
        _unseeded[:] = [np.random.Generator(np.random.PCG64(_global_seed()))]
        source.random_raw()


@contextlib.contextmanager
def isolated() -> Iterator[None]:
    """Restore the random state of the process at the end of the block."""
    outer, unseeded = _Globals.take(), list(_unseeded)
    _Globals.fresh(0).put()
    try:
        yield
    finally:
        outer.put()
        _unseeded[:] = unseeded


class Streams:
    """The random streams of one run, each created from the run's seed at its first use."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, _Stream] = {}

    @contextlib.contextmanager
    def use(self, name: str) -> Iterator[np.random.Generator]:
        """Use the stream `name` inside the block, for all generators.

        Costs about 60 microseconds. Numpy's legacy `randn` makes normal numbers in pairs and
        keeps the second for its next call; that number is dropped at both ends of the block.
        """
        own = self._stream(name)
        if _current.get() is own.generator:
            yield own.generator
            return
        outer = _Globals.take()
        own.begin_use()
        own.globals.put()
        token = _current.set(own.generator)
        try:
            yield own.generator
        finally:
            _current.reset(token)
            own.globals = _Globals.take()
            outer.put()

    def state(self) -> dict[str, Any]:
        """Return the state for `from_state`: dicts, lists, strings, numbers and arrays."""
        return {
            "seed": self.seed,
            "streams": {name: self.stream_state(name) for name in sorted(self._streams)},
        }

    def stream_state(self, name: str) -> dict[str, Any]:
        """Return the state of one stream."""
        return self._stream(name).state()

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Streams:
        """Return the streams as they were when `state` was taken."""
        streams = cls(state["seed"])
        streams.restore(state)
        return streams

    def restore(self, state: dict[str, Any]) -> None:
        """Restore every stream in `state`, as returned by `state()`."""
        for name, saved in state["streams"].items():
            self._stream(name).restore(saved)

    def _stream(self, name: str) -> _Stream:
        found = self._streams.get(name)
        if found is None:
            digest = hashlib.blake2b(f"{self.seed}/{name}".encode(), digest_size=4).digest()
            found = self._streams[name] = _Stream(int.from_bytes(digest, "little"))
        return found


class _Globals:
    """The state of the global generators; numpy's and CuPy's are kept by reference."""

    __slots__ = ("cuda", "cupy", "numpy", "python", "torch")

    def __init__(self, numpy: Any, python: Any, torch: Any, cuda: Any, cupy: Any) -> None:
        self.numpy = numpy
        self.python = python
        self.torch = torch
        self.cuda = cuda
        self.cupy = cupy

    @classmethod
    def fresh(cls, seed: int) -> _Globals:
        torch, cuda, cupy = sys.modules.get("torch"), _cuda(), _cupy()
        return cls(
            np.random.MT19937(seed),
            random.Random(seed).getstate(),
            None if torch is None else torch.Generator().manual_seed(seed).get_state(),
            None if cuda is None else _cuda_state(seed),
            None if cupy is None else cupy.random.RandomState(seed),
        )

    @classmethod
    def take(cls) -> _Globals:
        torch, cuda, cupy = sys.modules.get("torch"), _cuda(), _cupy()
        return cls(
            mtrand.get_bit_generator(),
            random.getstate(),
            None if torch is None else torch.get_rng_state(),
            None if cuda is None else cuda.get_rng_state(),
            # The generator of the current device, which CuPy creates at the first call.
            None if cupy is None else cupy.random.get_random_state(),
        )

    def put(self) -> None:
        mtrand.set_bit_generator(self.numpy)
        random.setstate(self.python)
        torch, cuda, cupy = sys.modules.get("torch"), _cuda(), _cupy()
        if torch is not None and self.torch is not None:
            torch.set_rng_state(self.torch)
        if cuda is not None and self.cuda is not None:
            cuda.set_rng_state(self.cuda)
        if cupy is not None and self.cupy is not None:
            cupy.random.set_random_state(self.cupy)


class _Stream:
    """One stream: its own generator, and the states of the global generators.

    The state of a CuPy generator cannot be saved; it gets a new seed at each use of the stream.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.n_uses = 0
        self.generator = np.random.Generator(np.random.PCG64(seed))
        self.globals = _Globals.fresh(seed)

    def begin_use(self) -> None:
        """Prepare the generators of a GPU that is in use."""
        self.n_uses += 1
        cuda, cupy = _cuda(), _cupy()
        if cuda is not None and self.globals.cuda is None:
            self.globals.cuda = _cuda_state(self.seed)
        if cupy is not None:
            if self.globals.cupy is None:
                self.globals.cupy = cupy.random.RandomState(self.seed)
            self.globals.cupy.seed((self.seed + self.n_uses) % 2**32)

    def state(self) -> dict[str, Any]:
        """Return the state for `restore`."""
        version, words, gauss = self.globals.python
        state: dict[str, Any] = {
            "generator": self.generator.bit_generator.state,
            "numpy": self.globals.numpy.state,
            "python": [version, np.array(words, np.uint32), gauss],
            "n_uses": self.n_uses,
        }
        for name in ("torch", "cuda"):
            tensor = getattr(self.globals, name)
            if tensor is not None:
                state[name] = tensor.numpy().copy()
        return state

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a state returned by `state`."""
        self.generator.bit_generator.state = state["generator"]
        self.globals.numpy.state = state["numpy"]
        version, words, gauss = state["python"]
        python = (version, tuple(int(word) for word in words), gauss)
        random.Random().setstate(python)  # raises for an invalid state
        self.globals.python = python
        self.n_uses = int(state["n_uses"])
        torch = sys.modules.get("torch")
        for name in ("torch", "cuda"):
            if torch is not None and name in state:
                setattr(self.globals, name, torch.from_numpy(np.array(state[name])))


def _cupy() -> Any:
    """Return the module of CuPy while a GPU is in use, else None.

    On the CPU, an installed CuPy is left alone: there may be no driver.
    """
    backends = sys.modules.get("thinc.backends")
    in_use = backends is not None and backends.get_current_ops().device_type != "cpu"
    return sys.modules.get("cupy") if in_use else None


def _cuda() -> Any:
    """Return torch's module for CUDA if a GPU is in use there, else None."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None


def _cuda_state(seed: int) -> Any:
    torch: Any = sys.modules["torch"]
    return torch.Generator(device="cuda").manual_seed(seed).get_state()


def _global_seed() -> int:
    """Return a seed that depends on numpy's global state, without drawing from it."""
    state: Any = np.random.get_state()  # noqa: NPY002 — the seed must depend on it
    digest = hashlib.blake2b(state[1].tobytes(), digest_size=8).digest()
    return int.from_bytes(digest, "little") + int(state[2])  # the position in the state's words
