"""Weights of kernel's models, in the layers that spaCy has in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from kernel.files import pack, unpack
from kernel.ops import dump_weights
from kernel_plugin_spacy.pipelines.layouts import is_fused, lay_out, output_of
from kernel_plugin_spacy.pipelines.place import Place, walk

# Outputs that have not been trained yet, which kernel does not predict: actions, and categories.
_UNSEEN_CLASSES: Final = "unseen_classes"
_UNSEEN_LABELS: Final = "unseen_labels"
# The bias of actions that are not predicted, below all scores; their other weights are zero.
_NEVER: Final = np.float32(-1e9)
# Settings that layers with spaCy's names have only in kernel.
_OWN_SETTINGS: Final = {
    "label_axis",
    "last_for_unknown",
    "linear_prediction",
    "listens_to",
    "takes_errors",
    _UNSEEN_CLASSES,
    _UNSEEN_LABELS,
}
# Layers around others that never know their sizes.
_UNSIZED: Final = ("resizable(", "with_cpu(")


def dump_for_spacy(model: Any) -> bytes:
    """Return the weights of `model` as spaCy stores those of a model with the same settings."""
    lists = unpack(dump_weights(model))
    numbers = {id(node): number for number, node in enumerate(model.walk())}
    if unseen := model.attrs.get(_UNSEEN_CLASSES):
        params_of_output = lists["params"][numbers[id(output_of(model))]]
        params_of_output["b"] = bias = params_of_output["b"].copy()
        bias[unseen] = _NEVER
    nodes, attrs, params = [], [], []
    for index, place in enumerate(walk(lay_out(model))):
        # References are set when spaCy creates the model.
        nodes.append({"index": index, "name": place.name, "dims": _sizes(place), "refs": {}})
        number = numbers.get(id(place.node))
        attrs.append(_attrs(place, {} if number is None else lists["attrs"][number]))
        params.append(_params(place, {} if number is None else lists["params"][number]))
    return pack({"nodes": nodes, "attrs": attrs, "params": params, "shims": [[] for _ in nodes]})


def missing_layers(model: Any) -> Iterator[str]:
    """Yield what is stored with the weights of a model and cannot be stored for spaCy."""
    for node in model.walk():
        if node.shims:
            yield f"weights of another library (`{node.name:.40}`)"
        if node.attrs.get(_UNSEEN_LABELS):
            yield "a way to hold back labels that were added, but not trained yet"
    types = {f"{param.dtype}" for node in model.walk() for param in _params_of(node)} - {"float32"}
    if types:
        yield f"weights of the type {', '.join(sorted(types))}"
    places = [*walk(lay_out(model))]
    if any(place.name == "with_array(noop)" for place in places):
        yield "encoders without layers (`depth = 0`)"
    if any(map(_differs, places)):
        yield (
            "the same function in prediction as in training for `maxout_pieces = 1`, or more pieces"
        )


def untrained_labels(component: Any) -> list[str]:
    """Return the labels of a `parser` or `ner` with actions that were in no example so far."""
    unseen = component.model.attrs.get(_UNSEEN_CLASSES, ())
    return sorted({component.system.moves.classes[index][1] for index in unseen})


def _params_of(node: Any) -> Iterator[Any]:
    return (node.get_param(name) for name in node.param_names if node.has_param(name))


def _differs(place: Place) -> bool:
    """Return whether kernel's layer computes something else than spaCy would."""
    return any(place.node.attrs[name] != value for name, value in place.own.items())


def _is_fused(place: Place) -> bool:
    return place.node is not None and is_fused(place.node.name)


def _sizes(place: Place) -> dict[str, int]:
    """Return the sizes of a layer that are known and that spaCy stores with it."""
    if place.node is not None and not _is_fused(place):
        names = [name for name in place.node.dim_names if name not in place.sizes]
        return {name: place.node.get_dim(name) for name in names if place.node.has_dim(name)}
    if not place.layers or place.name.startswith(_UNSIZED):
        return {}
    sizes = {"nO": _width(place, None), "nI": _sizes(place.layers[0]).get("nI")}
    return {name: size for name, size in sizes.items() if size is not None}


def _width(place: Place, n_inputs: int | None) -> int | None:
    """Return the width of the output of a layer for inputs of a width; None: not known."""
    if place.node is not None and place.node.has_dim("nO"):
        return int(place.node.get_dim("nO"))
    if place.is_parallel:
        widths = [_width(layer, n_inputs) for layer in place.layers]
        known = [width for width in widths if width is not None]
        return sum(known) if len(known) == len(widths) else None
    for layer in place.layers:
        n_inputs = _width(layer, n_inputs)
    return n_inputs


def _attrs(place: Place, stored: Mapping[str, bytes]) -> dict[str, bytes]:
    own = {} if _is_fused(place) else {k: v for k, v in stored.items() if k not in _OWN_SETTINGS}
    return {**own, **{name: pack(value) for name, value in place.settings.items()}}


def _params(place: Place, stored: Mapping[str, Any]) -> dict[str, Any]:
    params = dict(stored)
    for name, flat in place.flat.items():
        if params[name] is not None:
            params[name] = flat.flatten(params[name])
    return params
