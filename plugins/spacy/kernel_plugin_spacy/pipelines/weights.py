"""Weights of models of spaCy, in the layers of kernel's models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen

from kernel.errors import LoadError
from kernel.files import pack, unpack
from kernel.text import attr_id
from kernel_plugin_spacy.pipelines.layouts import is_fused, lay_out
from kernel_plugin_spacy.pipelines.place import Place, walk

Weights = Mapping[str, Any]

# The lists of a file of weights, with an entry for each layer.
_LISTS: Final = ("nodes", "attrs", "params", "shims")
_COLUMNS: Final = "columns"


@frozen
class _Stored:
    """A layer of the file: where it is, its name, sizes, settings and weights."""

    index: int
    info: Mapping[str, Any]
    attrs: Mapping[str, bytes]
    params: Mapping[str, Any]
    shims: Sequence[bytes]

    def __str__(self) -> str:
        return f"layer {self.index}, `{self.info['name']:.80}`"


@frozen
class _Match:
    """A layer of the file, and the place in which it is."""

    place: Place
    layer: _Stored


def translate(model: Any, weights: Weights) -> Weights | None:
    """Return `weights`, of a model that spaCy built, in the layers of `model`; None for others.

    Each layer of the file must be in its place and have the settings of the model, and each array
    is used once. Raises `LoadError`, which names the layer, if they do not fit.
    """
    if any(is_fused(info["name"]) for info in weights["nodes"]):
        return None
    own, places = list(model.walk()), list(walk(lay_out(model)))
    if [place.node for place in places] == own and not any(place.sizes for place in places):
        return None
    lists = zip(*(weights[name] for name in _LISTS), strict=True)
    stored = [_Stored(index, *entries) for index, entries in enumerate(lists)]
    found = {}
    _check_names(places, stored)
    for place, layer in zip(places, stored, strict=True):
        _check_settings(place, layer)
        if place.node is not None:
            found[id(place.node)] = _Match(place, layer)
        elif any(value is not None for value in layer.params.values()) or layer.shims:
            raise LoadError(f"{layer}, of the file of weights: its weights are not used")
    return _in_layers(own, found)


def _check_names(places: Sequence[Place], stored: Sequence[_Stored]) -> None:
    """Raise `LoadError` unless the layers of the file are those of the places.

    Names of layers with others below them are made of theirs, and are not compared.
    """
    pairs = zip(places, stored, strict=False)
    differing = (
        f": {layer} is in the place of `{place.name:.80}`"
        for place, layer in pairs
        if not place.layers and place.name != layer.info["name"]
    )
    difference = next(differing, None)
    if difference is not None or len(places) != len(stored):
        raise LoadError(
            f"the file of weights has {len(stored)} layers, but a model of spaCy with the settings "
            f"of this one has {len(places)} others{difference or ''}"
        )


def _check_settings(place: Place, layer: _Stored) -> None:
    for name, expected in place.settings.items():
        value = unpack(layer.attrs[name]) if name in layer.attrs else expected
        if not _is_equal(name, value, expected):
            raise LoadError(
                f"{layer}, of the file of weights: `{name}` is {value!r:.60}, but {expected!r:.60} "
                "in the settings of the model"
            )


def _is_equal(name: str, value: Any, expected: Any) -> bool:
    if name != _COLUMNS:
        return bool(value == expected)
    if not isinstance(value, list) or not all(isinstance(each, str | int) for each in value):
        return False
    return [*map(attr_id, value)] == [*map(attr_id, expected)]  # names or numbers


def _in_layers(own: Sequence[Any], found: Mapping[int, _Match]) -> Weights:
    """Return the weights as lists with an entry for each layer of `own`."""
    numbers = {id(node): number for number, node in enumerate(own)}
    entries: list[tuple[Any, ...]] = []
    for node in own:
        match = found.get(id(node))
        refs = {name: node.maybe_get_ref(name) for name in node.ref_names}
        info = {
            "name": node.name,
            "dims": {} if match is None else _sizes(match, found),
            "refs": {name: None if ref is None else numbers[id(ref)] for name, ref in refs.items()},
        }
        if match is None:
            entries.append((info, {}, {}, []))
        else:
            entries.append((info, _attrs(match), _params(match), match.layer.shims))
    return dict(zip(_LISTS, map(list, zip(*entries, strict=True)), strict=True))


def _sizes(match: _Match, found: Mapping[int, _Match]) -> dict[str, int | None]:
    place, sizes = match.place, dict(match.layer.info["dims"])
    for name, other in place.sizes.items():
        sizes[name] = found[id(other)].layer.info["dims"].get(name)
    return {name: sizes[name] for name in place.node.dim_names if sizes.get(name) is not None}


def _attrs(match: _Match) -> dict[str, bytes]:
    """Return the stored settings that kernel's layer has; others were checked, or do nothing."""
    place, stored = match.place, match.layer.attrs
    names = [name for name in stored if name in place.node.attrs and name not in place.settings]
    own = {name: pack(value) for name, value in place.own.items()}
    return {**own, **{name: stored[name] for name in names if unpack(stored[name]) is not None}}


def _params(match: _Match) -> dict[str, Any]:
    params = dict(match.layer.params)
    for name, flat in match.place.flat.items():
        if isinstance(params.get(name), np.ndarray):
            params[name] = flat.arrange(params[name])
    return params
