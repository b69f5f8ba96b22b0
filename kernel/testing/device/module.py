"""An array module with the functions that CuPy has, computed by numpy on the host."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import numpy as np

from kernel.testing.device.array import (
    DeviceArray,
    argument,
    check_repeats,
    check_sort,
    counts,
    operand,
    wrapped,
)
from kernel.testing.device.names import cupy_names, signature

# Functions that take data of the host.
_FROM_HOST: Final = ("array", "asarray", "asanyarray")
# Functions that copy an array of the host to the device first.
_MOVING: Final = ("unique",)
_WITHOUT_VALUES: Final = ("empty", "empty_like")
_SHAPED: Final = ("empty", "full", "ones", "zeros")
# The result's size depends on values, so that the host waits for them.
_WAITING: Final = [
    "argwhere",
    "bincount",
    "compress",
    "extract",
    "flatnonzero",
    "histogram",
    "intersect1d",
    "nonzero",
    "setdiff1d",
    "setxor1d",
    "union1d",
    "unique",
]
# Results in main memory, also in CuPy.
_HOST_RESULTS: Final = [
    "can_cast",
    "may_share_memory",
    "ndim",
    "promote_types",
    "result_type",
    "shape",
    "shares_memory",
    "size",
]
_SPLITTING: Final = ("array_split", "dsplit", "hsplit", "split", "vsplit")
_REDUCING: Final = ("add", "multiply")
_UFUNC_SETTINGS: Final = {"out", "dtype", "casting"}


class DeviceUfunc:
    """A ufunc with the arguments and methods that CuPy's has."""

    def __init__(self, name: str, ufunc: Any, *, has_at: bool) -> None:
        self.name = f"cupy_{name}"
        self._ufunc = ufunc
        self._has_at = has_at

    def __call__(self, *args: Any, **settings: Any) -> Any:
        """Apply the function elementwise."""
        if not settings.keys() <= _UFUNC_SETTINGS:
            raise TypeError(f"CuPy's ufuncs have no {sorted(settings.keys() - _UFUNC_SETTINGS)}")
        counts.kernels += 1
        out = settings.pop("out", None)
        plain = [operand(each) for each in args]
        if out is None:
            return wrapped(self._ufunc(*plain, **settings))
        outs = out if isinstance(out, tuple) else (out,)
        for each in outs:
            if not isinstance(each, DeviceArray):
                raise TypeError(f"`out` must be a device array, not {type(each)}")
        self._ufunc(*plain, out=tuple(each.host for each in outs), **settings)
        return out

    def at(self, a: DeviceArray, indices: DeviceArray, b: Any = None) -> None:
        """Operate in place on items of `a`, also repeatedly on the same item."""
        if not self._has_at:
            raise NotImplementedError(f"`{self.name}.at` is not supported by CuPy")
        counts.kernels += 1
        self._ufunc.at(_device(a).host, argument(indices), operand(b))

    def reduce(self, array: DeviceArray, axis: Any = 0, **settings: Any) -> Any:
        """Reduce one axis."""
        self._check(_REDUCING, "reduce")
        return self._reduced(array, "reduce", axis=axis, **settings)

    def accumulate(self, array: DeviceArray, axis: Any = 0, **settings: Any) -> Any:
        """Accumulate along one axis."""
        self._check(_REDUCING, "accumulate")
        return self._reduced(array, "accumulate", axis=axis, **settings)

    def reduceat(self, array: DeviceArray, indices: Any, axis: Any = 0, **settings: Any) -> Any:
        """Reduce parts of one axis."""
        self._check(("add",), "reduceat")
        return self._reduced(array, "reduceat", _device(indices).host, axis=axis, **settings)

    def _check(self, having: tuple[str, ...], method: str) -> None:
        if self.name.removeprefix("cupy_") not in having:
            raise NotImplementedError(f"`{self.name}.{method}` is not supported by CuPy")

    def _reduced(self, array: DeviceArray, method: str, *args: Any, **settings: Any) -> Any:
        signature("axis=, dtype=, out=, keepdims=").bind(**settings)
        counts.kernels += 1
        given = {key: argument(each) for key, each in settings.items()}
        result = getattr(self._ufunc, method)(_device(array).host, *args, **given)
        return settings["out"] if settings.get("out") is not None else wrapped(result)


def _device(array: Any) -> DeviceArray:
    if not isinstance(array, DeviceArray):
        raise TypeError(f"Unsupported type {type(array)}")
    return array


class DeviceModule(ModuleType):
    """The double of the module `cupy`; other names raise `AttributeError`, as in CuPy."""

    def __getattr__(self, name: str) -> Any:
        """Return a function, ufunc, type or constant that CuPy has."""
        names = cupy_names()
        if name in names.ufuncs:
            value: Any = DeviceUfunc(name, getattr(np, name), has_at=names.ufuncs[name])
        elif name in names.functions and hasattr(np, name):
            value = _function(name, getattr(np, name), names.functions[name])
        elif name in names.others and hasattr(np, name):
            value = getattr(np, name)
        elif name in names.functions:
            raise NotImplementedError(f"the device double has no `{name}` yet")
        else:
            raise AttributeError(f"CuPy {names.version} has no `{name}`")
        setattr(self, name, value)
        return value


def _function(name: str, function: Any, parameters: str) -> Callable[..., Any]:
    is_creation = name in cupy_names().creation

    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature(parameters).bind(*args, **kwargs)
        _check(name, bound.arguments, is_creation=is_creation)
        given = {key: argument(each) for key, each in kwargs.items()}
        result = function(*_plain(name, args), **given)
        out = bound.arguments.get("out")
        if name in _HOST_RESULTS or isinstance(result, np.dtype):
            return result
        counts.kernels += 1
        counts.waits += name in _WAITING
        if name in _WITHOUT_VALUES:
            _spoil(result)
        return out if out is not None else _as_device(result, args)

    call.__name__ = name
    return call


def _plain(name: str, args: tuple[Any, ...]) -> list[Any]:
    if name in _MOVING:
        return [_host_data(args[0]), *map(argument, args[1:])]
    if name in _SPLITTING:  # positions may be numpy's
        return [argument(args[0]), *args[1:]]
    return [argument(each) for each in args]


def _as_device(result: Any, args: tuple[Any, ...]) -> Any:
    """Wrap a result; a result in the memory of the first argument is a view of it."""
    if isinstance(result, (bool, int, float)):
        result = np.asarray(result)
    made = wrapped(result)
    first = args[0] if args else None
    if isinstance(first, DeviceArray) and isinstance(made, DeviceArray):
        if made.host is first.host:
            return first
        if np.may_share_memory(made.host, first.host):
            return DeviceArray(made.host, first if first.base is None else first.base)
    return made


def _check(name: str, arguments: dict[str, Any], *, is_creation: bool) -> None:
    """Refuse arguments that numpy's function takes, and CuPy's does not."""
    values = list(arguments.values())
    if name in _SHAPED and _has_device_array(values[0]):
        raise TypeError("a shape needs numbers of the host, not a device array")
    if name in _SPLITTING and _has_device_array(values[1]):
        raise TypeError("CuPy splits at positions of the host, not of the device")
    if name in ("lexsort", "ascontiguousarray", "asfortranarray"):
        _device(values[0])
    _check_arguments(name, arguments, values)
    if not is_creation and name not in (*_HOST_RESULTS, *_MOVING):
        _check_arrays(name, values)


def _check_arguments(name: str, arguments: dict[str, Any], values: list[Any]) -> None:
    if name == "repeat":
        check_repeats(values[1])
    if name in ("sort", "argsort"):
        check_sort(arguments.get("kind"))
    if name == "searchsorted" and not isinstance(values[1], (int, float, DeviceArray)):
        raise NotImplementedError("Only python scalars or ndarrays are supported for v")


def _check_arrays(name: str, values: list[Any]) -> None:
    first = values[0] if values else ()
    if isinstance(first, (list, tuple)) and name != "einsum":
        for each in first:
            _device(each)
    if not _has_device_array(values):
        raise TypeError(f"`{name}` needs device arrays; use `xp.asarray`")


def _has_device_array(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_has_device_array, value))
    return isinstance(value, DeviceArray)


def _spoil(array: Any) -> None:
    """Fill an array that has no values yet, so that reading them has visible results."""
    if array.dtype.kind in "fc":
        array.fill(np.nan)
    elif array.dtype.kind in "iu":
        array.fill(np.iinfo(array.dtype).max // 3 * 2)
    else:
        array.fill(1)


def _from_host(name: str) -> Callable[..., Any]:
    parameters = cupy_names().functions[name]

    def call(*args: Any, **kwargs: Any) -> DeviceArray:
        bound = signature(parameters).bind(*args, **kwargs)
        (_, data), *_ = bound.arguments.items()
        dtype = bound.arguments.get("dtype")
        copy = bound.arguments.get("copy", name == "array") is not False and name == "array"
        if isinstance(data, DeviceArray):
            if not copy and dtype in (None, data.dtype):
                return data
            counts.kernels += 1
            return DeviceArray(np.array(data.host, dtype=dtype))
        counts.to_device += 1
        return DeviceArray(np.array(_host_data(data), dtype=dtype))

    call.__name__ = name
    return call


def _host_data(data: Any) -> Any:
    if isinstance(data, (list, tuple)):
        return [_host_data(each) for each in data]
    return data.host if isinstance(data, DeviceArray) else data


def _from_dlpack(array: Any, **settings: Any) -> DeviceArray:
    """Share the memory of another library's array; numpy's are in another memory."""
    if isinstance(array, np.ndarray):
        raise TypeError("numpy's arrays are not on the device; use `xp.asarray`")
    if isinstance(array, DeviceArray):
        return array
    return DeviceArray(np.from_dlpack(array))


def _asnumpy(a: Any, *args: Any, **kwargs: Any) -> Any:
    return a.get() if isinstance(a, DeviceArray) else np.asarray(a)


def _array_module(*args: Any) -> Any:
    return module if any(isinstance(each, DeviceArray) for each in args) else np


def _linalg() -> SimpleNamespace:
    return SimpleNamespace(
        **{
            name: _function(name, getattr(np.linalg, name), parameters)
            for name, parameters in cupy_names().linalg.items()
            if parameters is not None and hasattr(np.linalg, name)
        }
    )


class _RandomState:
    """A generator of the device, like `cupy.random.RandomState`."""

    def __init__(self, seed: Any = None) -> None:
        self._generator = np.random.RandomState(seed)

    def seed(self, seed: Any = None) -> None:
        self._generator.seed(seed)

    def __getattr__(self, name: str) -> Any:
        if name not in cupy_names().random:
            raise AttributeError(f"CuPy's RandomState has no `{name}`")
        draw = getattr(self._generator, name)
        return lambda *args, **settings: _drawn(draw, *args, **settings)


def _drawn(draw: Any, *args: Any, dtype: Any = None, **settings: Any) -> Any:
    counts.kernels += 1
    values = np.asarray(draw(*map(argument, args), **settings))
    return DeviceArray(values if dtype is None else values.astype(dtype))


class _Random(ModuleType):
    """The double of `cupy.random`, which draws from the current generator."""

    RandomState = _RandomState

    def __init__(self) -> None:
        super().__init__("cupy.random")
        self._state = _RandomState(0)

    def get_random_state(self) -> _RandomState:
        """Return the current generator."""
        return self._state

    def set_random_state(self, state: _RandomState) -> None:
        """Replace the current generator."""
        if not isinstance(state, _RandomState):
            raise TypeError("Random state must be an instance of RandomState")
        self._state = state

    def seed(self, seed: Any = None) -> None:
        """Seed the current generator."""
        self._state.seed(seed)

    def __getattr__(self, name: str) -> Any:
        """Return a function that draws from the current generator."""
        if name not in cupy_names().random:
            raise AttributeError(f"cupy.random has no `{name}`")
        return getattr(self._state, name)


class _CudaError(RuntimeError):
    """The error of CUDA's functions."""


def _cuda() -> SimpleNamespace:
    """Return the functions of CUDA that select a device: the double has one."""
    device = SimpleNamespace(Device=lambda number=0: SimpleNamespace(id=number, use=lambda: None))
    runtime = SimpleNamespace(getDeviceCount=lambda: 1, CUDARuntimeError=_CudaError)
    return SimpleNamespace(Device=device.Device, device=device, runtime=runtime)


def _make() -> DeviceModule:
    made: Any = DeviceModule("cupy")
    made.__doc__ = "A double of CuPy."
    made.__version__ = cupy_names().version
    made.ndarray = DeviceArray
    made.newaxis, made.pi, made.e, made.inf, made.nan = None, np.pi, np.e, np.inf, np.nan
    made.bool = np.bool_
    made.dtype = np.dtype
    for name in _FROM_HOST:
        setattr(made, name, _from_host(name))
    made.from_dlpack = _from_dlpack
    made.asnumpy = _asnumpy
    made.get_array_module = _array_module
    made.linalg = _linalg()
    made.random = _Random()
    made.cuda = _cuda()
    return made


module: Final = _make()
