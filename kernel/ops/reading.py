"""The weights of a model as bytes; those that are read may be damaged or of another model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from types import FunctionType
from typing import Any, Final, TypeAlias

import numpy as np
from attrs import frozen
from thinc.model import deserialize_attr

from kernel.errors import LoadError
from kernel.files import check_type, paused_gc, unpack
from kernel.ops.shims import shim_loaders, store_without_pickle
from kernel.ops.weights import WeightNode, sizes_of

# The content of a file of weights: a list for each key of `_FORMAT`, with an entry per layer.
WeightLists: TypeAlias = Mapping[str, Any]
# Returns the weights of a model of another library in the layers of the model; None for others.
Translate: TypeAlias = Callable[[Any, WeightLists], WeightLists | None]

_FORMAT: Final = {
    "nodes": list[dict[str, Any]],
    "attrs": list[dict[str, bytes]],
    "params": list[dict[str, Any]],
    "shims": list[list[bytes]],
}
_LAYER: Final = {"name": str, "dims": dict[str, int | None], "refs": dict[str, int | None]}
_WHAT: Final = "the file of weights"
# Thinc's function for attributes without one of their own.
_PLAIN: Final = deserialize_attr.dispatch(object)
_DROPOUT: Final = "dropout_rate"
_TEMPERATURE: Final = "softmax_temperature"

_LINEAR: Final = {"W": ("nO", "nI"), "b": ("nO",)}
# The shapes of the parameters of Thinc's layers, which Thinc does not declare. Layers of ours with
# these names have the same shapes.
_SHAPES: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "clipped_linear": _LINEAR,
    "embed": {"E": ("nV", "nO")},
    "hashembed": {"E": ("nV", "nO")},
    "layernorm": {"G": ("nI",), "b": ("nI",)},
    "linear": _LINEAR,
    "maxout": {"W": ("nO", "nP", "nI"), "b": ("nO", "nP")},
    "mish": _LINEAR,
    "para-attn": {"Q": ("nO",)},
    "relu": _LINEAR,
    "softmax": _LINEAR,
}


@frozen
class _Stored:
    """What is stored for one layer, and the layer."""

    layer: Any
    info: dict[str, Any]
    attrs: dict[str, Any]
    params: dict[str, Any]
    shims: list[bytes]

    @property
    def sizes(self) -> dict[str, int | None]:
        """The sizes of the layer, those that it has and those that are stored."""
        return {**sizes_of(self.layer), **self.info["dims"]}


def dump_weights(model: Any) -> bytes:
    """Return the weights of a model, like Thinc's `Model.to_bytes`, but without pickle.

    Raises `UnsupportedError` for a torch module with other state than tensors.
    """
    for node in model.walk():
        for shim in node.shims:
            store_without_pickle(shim)
    data: bytes = model.to_bytes()
    return data


def load_weights(model: Any, data: bytes, translate: Translate | None = None) -> None:
    """Load `data`, from `dump_weights` or `Model.to_bytes`, into a model of the same architecture.

    `translate` is called with the model and the lists in `data`.

    Raises `LoadError` if `data` is damaged, is of another architecture, or has values that are not
    finite; the model is not changed then. Only shims with a format of their own may have changed.
    """
    layers = list(model.walk())
    stored = _checked(data, layers, translate)
    loaders = [loader for each in stored for loader in shim_loaders(each.layer, each.shims)]
    for load in loaders:
        load()
    for each in stored:
        _set(each, layers)


def check_weights(model: Any, data: bytes, translate: Translate | None = None) -> None:
    """Raise `LoadError` as `load_weights` does, without loading.

    The model need not be initialized: only what is known of its sizes is compared.
    """
    _checked(data, list(model.walk()), translate)


def _checked(data: bytes, layers: Sequence[Any], translate: Translate | None) -> list[_Stored]:
    stored = _read(data, layers, translate)
    for problem in _problems(stored, layers):
        raise LoadError(f"{_WHAT} does not fit the model: {problem}")
    return stored


def _read(data: bytes, layers: Sequence[Any], translate: Translate | None) -> list[_Stored]:
    with paused_gc():
        fields = _with_layers(check_type(unpack(data, what=_WHAT), _FORMAT, what=_WHAT))
        if translate is not None:
            fields = translate(layers[0], fields) or fields
        n_stored = len(fields["nodes"])
        if n_stored != len(layers):
            difference = _first_difference(fields["nodes"], layers)
            raise LoadError(
                f"{_WHAT} has {n_stored} layers, the model has {len(layers)}{difference}"
            )
        parts = zip(layers, *(fields[name] for name in _FORMAT), strict=True)
        return [_with_attrs(_Stored(*part)) for part in parts]


def _with_layers(fields: WeightLists) -> WeightLists:
    """Return `fields`; raises `LoadError` unless all lists describe the same number of layers."""
    lengths = {name: len(fields[name]) for name in _FORMAT}
    if len(set(lengths.values())) > 1:
        raise LoadError(f"{_WHAT} is damaged: its lists differ in length: {lengths}")
    for info in fields["nodes"]:
        check_type(info, _LAYER, what="a layer in the file of weights")
    return fields


def _first_difference(nodes: Sequence[Any], layers: Sequence[Any]) -> str:
    """Describe the first layer with another name; empty if there is none."""
    names = [node.get("name") if isinstance(node, dict) else None for node in nodes]
    for index, (stored, layer) in enumerate(zip_longest(names, layers)):
        own = getattr(layer, "name", None)
        if stored != own:
            found = "missing" if index >= len(names) else f"{stored!r:.80}"
            expected = "none" if layer is None else f"{own!r:.80}"
            return f"; the first that differs, layer {index}, is {found}, expected {expected}"
    return ""


def _with_attrs(stored: _Stored) -> _Stored:
    """Unpack the attributes, as Thinc does."""
    for name, packed in stored.attrs.items():
        default = stored.layer.attrs.get(name)
        try:
            if deserialize_attr.dispatch(type(default)) is _PLAIN:
                stored.attrs[name] = _unpack_attr(packed)
            else:
                stored.attrs[name] = deserialize_attr(default, packed, name, stored.layer)
        except Exception as error:  # each type of attribute has its own function
            raise LoadError(
                f"the attribute `{name}` of the layer `{stored.layer.name}` is damaged: "
                f"{str(error) or type(error).__name__}"
            ) from error
    return stored


def _unpack_attr(packed: bytes) -> Any:
    # The hooks of srsly, which `unpack` calls, take a millisecond; they only change maps.
    from srsly import msgpack

    maps: list[Any] = []
    value = msgpack.unpackb(packed, raw=False, object_pairs_hook=maps.append)
    return unpack(packed) if maps else value


def _problems(stored: Sequence[_Stored], layers: Sequence[Any]) -> Iterator[str]:
    for index, each in enumerate(stored):
        if not each.info["name"].isprintable():
            yield f"layer {index} has the name {each.info['name']!r:.60}"
        for problem in (
            *_size_problems(each),
            *_reference_problems(each, layers),
            *_attr_problems(each),
            *_shim_problems(each),
            *_param_problems(each),
        ):
            yield f"layer {index}, `{each.layer.name}`: {problem}"
    found = {value is not None for each in stored for value in each.params.values()}
    if len(found) > 1:
        yield "some parameters are missing"


def _size_problems(stored: _Stored) -> Iterator[str]:
    known = sizes_of(stored.layer)
    for name, size in stored.info["dims"].items():
        if name not in known:
            yield f"it has no size `{name}`"
        elif size is not None and (size < 0 or known[name] not in (None, size)):
            yield f"`{name}` is {size}, expected {known[name]}"


def _shim_problems(stored: _Stored) -> Iterator[str]:
    if len(stored.shims) != len(stored.layer.shims):
        yield f"it has {len(stored.shims)} shims, expected {len(stored.layer.shims)}"


def _reference_problems(stored: _Stored, layers: Sequence[Any]) -> Iterator[str]:
    layer = stored.layer
    for name, index in stored.info["refs"].items():
        if name not in layer.ref_names or not (index is None or 0 <= index < len(layers)):
            yield f"there is no layer `{name}` with the number {index}"
        elif layer.has_ref(name) and (index is None or layers[index] is not layer.get_ref(name)):
            yield f"`{name}` is another layer"


def _attr_problems(stored: _Stored) -> Iterator[str]:
    layer = stored.layer
    for name, value in stored.attrs.items():
        own = layer.attrs.get(name)
        changing = layer.changing_attrs if isinstance(layer, WeightNode) else {}
        if name == _DROPOUT:
            is_good = _is_number(value) and 0 <= value <= 1
        elif name == _TEMPERATURE:
            is_good = _is_number(value) and value > 0
        elif name in changing:
            is_good = _is_of_type(value, changing[name])
        elif isinstance(layer, WeightNode):
            is_good = name in layer.attrs and value == own and type(value) is type(own)
        else:
            is_good = own is None or type(value) is type(own)
        if not is_good:
            yield f"its attribute `{name}` is {value!r:.60}, expected {own!r:.60}"


def _param_problems(stored: _Stored) -> Iterator[str]:
    layer, shapes = stored.layer, _shapes(stored)
    if set(stored.params) != set(layer.param_names):
        yield f"its parameters are {[*stored.params]}, expected {[*layer.param_names]}"
    for name, value in stored.params.items():
        if value is None:
            continue
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
            yield f"`{name}` is not an array of numbers"
        elif isinstance(layer, WeightNode) and value.dtype != np.float32:
            yield f"`{name}` has the type {value.dtype}, not float32"
        elif name in shapes and not _is_shape(value.shape, shapes[name]):
            yield f"`{name}` has the shape {value.shape}, not {shapes[name]}"
        elif not np.isfinite(value).all():
            yield f"`{name}` has values that are not finite numbers"


def _shapes(stored: _Stored) -> dict[str, tuple[int | None, ...]]:
    """Return the shapes that the parameters must have; None for an unknown size."""
    layer, sizes = stored.layer, stored.sizes
    own = layer.param_shapes(sizes) if isinstance(layer, WeightNode) else {}
    known = _SHAPES.get(layer.name, {})
    return {
        **{name: tuple(map(sizes.get, axes)) for name, axes in known.items()},
        **own,
    }


def _is_shape(shape: Sequence[int], expected: Sequence[int | None]) -> bool:
    return len(shape) == len(expected) and all(
        size in (None, found) for found, size in zip(shape, expected, strict=True)
    )


def _is_of_type(value: Any, expected: Any) -> bool:
    if isinstance(expected, FunctionType):
        return bool(expected(value))
    try:
        check_type(value, expected)
    except LoadError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _set(stored: _Stored, layers: Sequence[Any]) -> None:
    """Set all that is stored, as Thinc's `Model.from_dict` does."""
    layer, info = stored.layer, stored.info
    layer.name = info["name"]
    for name, size in info["dims"].items():
        if size is not None:
            layer.set_dim(name, size)
    for name, index in info["refs"].items():
        layer.set_ref(name, None if index is None else layers[index])
    layer.attrs.update(stored.attrs)
    for name, value in stored.params.items():
        layer.set_param(name, None if value is None else layer.ops.asarray(value).copy())
