"""An array that behaves towards numpy as CuPy's does, with its values in main memory.

Where CuPy copies to the host without being asked, gives undefined results or reads other memory,
this array raises an error.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import define

from kernel.testing.device.names import cupy_names, signature

_ADVICE: Final = (
    "Implicit conversion to a NumPy array is not allowed. "
    "Please use `.get()` to construct a NumPy array explicitly."
)
_KINDS: Final = "biufc"
# Methods that only give another view of the same memory.
_VIEWS: Final = frozenset(
    {"diagonal", "ravel", "reshape", "squeeze", "swapaxes", "transpose", "view"}
)


@define
class Counts:
    """What a device was asked to do.

    kernels    operations on arrays, each at least one launch
    to_host    copies to the host; the host waits for all operations before it
    to_device  copies from the host
    waits      operations whose result has a size that the host must wait for
    """

    kernels: int = 0
    to_host: int = 0
    to_device: int = 0
    waits: int = 0

    def reset(self) -> None:
        """Set all counts to zero."""
        self.kernels = self.to_host = self.to_device = self.waits = 0


counts: Final = Counts()


class _Pointer:
    """The address of an array, like `cupy.cuda.MemoryPointer`."""

    def __init__(self, ptr: int) -> None:
        self.ptr = ptr

    def __int__(self) -> int:
        return self.ptr


class _Flags:
    """The memory layout of an array: CuPy has these three flags only."""

    def __init__(self, flags: Any) -> None:
        self.c_contiguous = bool(flags.c_contiguous)
        self.f_contiguous = bool(flags.f_contiguous)
        self.owndata = bool(flags.owndata)

    def __getitem__(self, name: str) -> bool:
        return bool(getattr(self, name.lower()))


class DeviceArray:
    """An array "on the device": numpy's functions and arrays refuse it, and it refuses them."""

    __slots__ = ("__weakref__", "_base", "host")
    __module__ = "cupy"  # where `kernel.arrays` looks for the functions of an array
    __array_priority__ = 100
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, host: npt.NDArray[Any], base: DeviceArray | None = None) -> None:
        if host.dtype.kind not in _KINDS:
            raise ValueError(f"Unsupported dtype {host.dtype}")
        self.host = host
        self._base = base

    # The border to numpy

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(_ADVICE)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        raise TypeError(
            f"numpy.{func.__name__} got a device array; call it from the module of the array, "
            "`ops.xp`"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Allow operators between numpy's scalars and device arrays, as CuPy does."""
        is_operator = method == "__call__" and any(isinstance(each, np.generic) for each in inputs)
        if not is_operator or kwargs:
            raise TypeError(
                f"numpy.{ufunc.__name__} got a device array; call it from the module of the "
                "array, `ops.xp`"
            )
        return _operate(ufunc, *inputs)

    def get(self, stream: Any = None, order: str = "C", out: Any = None) -> npt.NDArray[Any]:
        """Return a copy in main memory."""
        _check_stream(stream)
        counts.to_host += 1
        if out is not None:
            out[...] = self.host
            return np.asarray(out)
        return np.array(self.host, order=order)  # type: ignore[call-overload]

    def set(self, arr: npt.NDArray[Any], stream: Any = None) -> None:
        """Copy an array from main memory, of the same shape and type."""
        _check_stream(stream)
        if not isinstance(arr, np.ndarray):
            raise TypeError("Only numpy.ndarray can be set to cupy.ndarray")
        if arr.dtype != self.dtype or arr.shape != self.shape:
            raise ValueError(f"expected {self.shape}, {self.dtype}, got {arr.shape}, {arr.dtype}")
        counts.to_device += 1
        self.host[...] = arr

    def item(self) -> Any:
        """Return the only value."""
        counts.to_host += 1
        return self.host.item()

    def tolist(self) -> Any:
        """Return the values in nested lists."""
        counts.to_host += 1
        return self.host.tolist()

    def tobytes(self, order: Any = "C") -> bytes:
        """Return the values as bytes."""
        counts.to_host += 1
        return self.host.tobytes(order)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __bool__(self) -> bool:
        counts.to_host += 1
        return bool(self.host)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.ndim == 0 else format(str(self), spec)

    def __repr__(self) -> str:
        return f"device {self.host!r}"

    def __str__(self) -> str:
        return str(self.host)

    # DLPack

    def __dlpack__(self, **kwargs: Any) -> Any:
        return self.host.__dlpack__()

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.host.__dlpack_device__()

    def toDlpack(self) -> Any:  # noqa: N802 — the name that CuPy has
        """Return a DLPack capsule that shares the memory."""
        return self.host.__dlpack__()

    # Copies

    def __copy__(self) -> DeviceArray:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> DeviceArray:
        return self.copy()

    def __reduce__(self) -> Any:
        return _received, (self.get(),)

    def copy(self, order: Any = "C") -> DeviceArray:
        """Return a copy on the device."""
        counts.kernels += 1
        return DeviceArray(self.host.copy(order))

    # Properties

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.host.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the values."""
        return self.host.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.host.ndim

    @property
    def size(self) -> int:
        """The number of values."""
        return self.host.size

    @property
    def itemsize(self) -> int:
        """The bytes of a value."""
        return self.host.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of all values."""
        return self.host.nbytes

    @property
    def strides(self) -> tuple[int, ...]:
        """The bytes from one value to the next, by axis."""
        return self.host.strides

    @property
    def flags(self) -> _Flags:
        """The memory layout."""
        return _Flags(self.host.flags)

    @property
    def base(self) -> DeviceArray | None:
        """The array that owns the memory of a view."""
        return self._base

    @property
    def data(self) -> _Pointer:
        """The address of the first value."""
        return _Pointer(self.host.__array_interface__["data"][0])

    @property
    def device(self) -> str:
        """The name of the device."""
        return "double"

    @property
    def T(self) -> DeviceArray:  # noqa: N802
        """The array with its axes in reversed order."""
        return _view(self, self.host.T)

    def __len__(self) -> int:
        return len(self.host)

    def __iter__(self) -> Iterator[DeviceArray]:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[index] for index in range(len(self)))

    # Items

    def __getitem__(self, index: Any) -> Any:
        plain, is_view = _plain_index(index)
        if is_view:
            return _view(self, self.host[plain])
        counts.kernels += 1
        return DeviceArray(np.asarray(self.host[plain]))

    def __setitem__(self, index: Any, value: Any) -> None:
        plain, _ = _plain_index(index)
        if isinstance(value, (np.ndarray, list, tuple)):
            raise TypeError("non-scalar numpy.ndarray cannot be used for fill; use `xp.asarray`")
        counts.kernels += 1
        new = operand(value)
        _check_distinct(plain, new)
        self.host[plain] = new

    def astype(
        self,
        dtype: Any,
        order: Any = "K",
        casting: Any = None,
        subok: Any = None,
        copy: bool = True,
    ) -> DeviceArray:
        """Return the values as another type."""
        if casting is not None or subok is not None:
            raise TypeError("CuPy's `astype` does not support `casting` and `subok`")
        if not copy and self.dtype == dtype:
            return self
        counts.kernels += 1
        return DeviceArray(self.host.astype(dtype, order=order))

    def fill(self, value: Any) -> None:
        """Set all values to a scalar."""
        if isinstance(value, np.ndarray) or np.ndim(operand(value)):
            raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
        counts.kernels += 1
        self.host.fill(operand(value))

    def scatter_add(self, slices: Any, value: Any) -> None:
        """Add values to items; duplicate items are added to repeatedly."""
        if self.dtype.name not in ("int32", "float16", "float32", "float64", "uint32", "uint64"):
            raise TypeError(f"scatter_add does not support {self.dtype}")
        counts.kernels += 1
        np.add.at(self.host, _plain_index(slices)[0], operand(value))

    def __getattr__(self, name: str) -> Any:
        if name in cupy_names().methods:
            raise NotImplementedError(f"the device double has no `{name}` yet")
        raise AttributeError(f"CuPy's arrays have no `{name}`")


def operand(value: Any) -> Any:
    """Return the host's array of a device array; other values must be scalars.

    Raises `TypeError` for a numpy array, as CuPy's functions do.
    """
    if isinstance(value, DeviceArray):
        return value.host
    if isinstance(value, (bool, int, float, complex, np.generic)) or value is None:
        return value
    raise TypeError(f"Unsupported type {type(value)}")


def wrapped(value: Any) -> Any:
    """Return numpy's result as a result of the device: also scalars become arrays."""
    if isinstance(value, (np.ndarray, np.generic, np.bool_)):
        return DeviceArray(np.asarray(value))
    if isinstance(value, (tuple, list)):
        return type(value)(map(wrapped, value))
    return value


def _check_stream(stream: Any) -> None:
    if stream is not None:
        raise NotImplementedError("the device double has no streams")


def _received(host: npt.NDArray[Any]) -> DeviceArray:
    counts.to_device += 1
    return DeviceArray(host)


def _view(array: DeviceArray, host: npt.NDArray[Any]) -> DeviceArray:
    return DeviceArray(host, array if array.base is None else array.base)


def _plain_index(index: Any) -> tuple[Any, bool]:
    """Return an index for numpy, and whether the result is a view."""
    parts = index if isinstance(index, tuple) else (index,)
    plain = [_plain_part(part) for part in parts]
    if any(isinstance(part, (DeviceArray, list)) for part in parts):
        return (tuple(plain) if isinstance(index, tuple) else plain[0]), False
    if Ellipsis not in plain:
        plain.append(Ellipsis)  # a single item is a view too, not a scalar
    return tuple(plain), True


def _plain_part(part: Any) -> Any:
    if isinstance(part, np.ndarray):
        raise IndexError("a device array cannot be indexed by a numpy array; `xp.asarray` it")
    if isinstance(part, DeviceArray):
        if part.dtype.kind not in "iub":
            raise IndexError(f"arrays used as indices must be of integers, not {part.dtype}")
        counts.waits += part.dtype.kind == "b"
        return part.host
    if isinstance(part, slice):
        for bound in filter(lambda each: each is not None, (part.start, part.stop, part.step)):
            operator.index(bound)  # a device array has no `__index__`
    counts.to_device += isinstance(part, list)
    return part


def _check_distinct(index: Any, value: Any) -> None:
    """Refuse to set an item to several values: which one is kept is not defined on a GPU."""
    if not isinstance(index, np.ndarray) or index.dtype.kind == "b" or np.ndim(value) == 0:
        return
    if len(np.unique(index)) < index.size:
        raise ValueError(
            "an item is set twice, and a GPU does so in any order; use `scatter_add`, or distinct "
            "indices"
        )


def _operate(ufunc: Any, *inputs: Any, **settings: Any) -> Any:
    plain = [operand(each) for each in inputs]
    counts.kernels += 1
    return wrapped(ufunc(*plain, **settings))


def _operator(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    return lambda self, other: _operate(ufunc, self, other)


def _reflected(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    return lambda self, other: _operate(ufunc, other, self)


def _in_place(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    def operate(self: DeviceArray, other: Any) -> DeviceArray:
        counts.kernels += 1
        ufunc(self.host, operand(other), out=self.host, casting="same_kind")
        return self

    return operate


def _method(name: str, parameters: str) -> Callable[..., Any]:
    def call(self: DeviceArray, *args: Any, **kwargs: Any) -> Any:
        signature(parameters).bind(*args, **kwargs)
        plain = [argument(each) for each in args]
        given = {key: argument(each) for key, each in kwargs.items()}
        if name in ("argsort", "sort"):
            check_sort(given.get("kind"))
            given["kind"] = "stable"
        if name == "repeat":
            check_repeats(args[0])
        result = getattr(self.host, name)(*plain, **given)
        if name in _VIEWS and np.may_share_memory(result, self.host):
            return _view(self, result)
        counts.kernels += 1
        counts.waits += name in ("nonzero", "compress")
        out = kwargs.get("out")
        return wrapped(result) if out is None else out

    call.__name__ = name
    return call


def argument(value: Any) -> Any:
    """Return an argument for numpy, with the host's arrays instead of device arrays."""
    if isinstance(value, np.ndarray):
        raise TypeError(f"Unsupported type {type(value)}; use `xp.asarray`")
    if isinstance(value, DeviceArray):
        return value.host
    if isinstance(value, tuple):
        return tuple(map(argument, value))
    if isinstance(value, list):
        return list(map(argument, value))
    return value


def check_sort(kind: Any) -> None:
    """Refuse a kind of sorting that CuPy does not have."""
    if kind not in (None, "stable"):
        raise ValueError("CuPy only sorts with `kind` None or 'stable'")


def check_repeats(repeats: Any) -> None:
    """Refuse numbers of repeats on the device, which CuPy 13 does not take."""
    if not isinstance(repeats, (int, list, tuple)):
        raise TypeError("CuPy's `repeat` takes a number or a list of numbers of repeats")


_OPERATORS: Final[dict[str, Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.true_divide,
    "floordiv": np.floor_divide,
    "mod": np.remainder,
    "pow": np.power,
    "matmul": np.matmul,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "lshift": np.left_shift,
    "rshift": np.right_shift,
}
_COMPARISONS: Final[dict[str, Any]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}


def _add_methods() -> None:
    for name, ufunc in _OPERATORS.items():
        setattr(DeviceArray, f"__{name}__", _operator(ufunc))
        setattr(DeviceArray, f"__r{name}__", _reflected(ufunc))
        if name != "matmul":  # CuPy's arrays have no `@=`
            setattr(DeviceArray, f"__i{name}__", _in_place(ufunc))
    for name, ufunc in _COMPARISONS.items():
        setattr(DeviceArray, f"__{name}__", _operator(ufunc))
    unary: Sequence[tuple[str, Any]] = (
        ("__neg__", np.negative),
        ("__abs__", np.absolute),
        ("__invert__", np.invert),
        ("__pos__", np.positive),
    )
    for name, ufunc in unary:
        setattr(DeviceArray, name, functools.partialmethod(_unary, ufunc))
    for name, parameters in cupy_names().methods.items():
        if name not in vars(DeviceArray) and hasattr(np.ndarray, name):
            setattr(DeviceArray, name, _method(name, parameters))


def _unary(self: DeviceArray, ufunc: np.ufunc) -> Any:
    return _operate(ufunc, self)


_add_methods()
