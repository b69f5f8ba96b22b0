"""The types of the values in a dict of annotations, checked before anything is made of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np

from kernel.text.errors import TextTypeError

_Check = Callable[[Any], bool]


def check_annotations(given: Mapping[str, Any]) -> None:
    """Raise TextTypeError, which names key and value, for the first value of a wrong type."""
    for name, (expected, fits) in _OF_TOKENS.items():
        if name in given:
            _check_items(name, given[name], expected, fits)
    for name, (expected, fits) in _OF_DOCS.items():
        if name in given and not fits(given[name]):
            raise TextTypeError(f"expected {expected} as `{name}`, got {given[name]!r}")
    for label, value in given.get("cats", {}).items():
        if not isinstance(label, str) or not _is_finite(value):
            raise TextTypeError(f"expected labels and numbers in `cats`, got {label!r}: {value!r}")
    _check_links(given.get("links", {}))


def check_entities(entities: Iterable[Any]) -> None:
    """Raise TextTypeError for the first entity that is not (start, end, label)."""
    for entity in entities:
        _check_offsets(entity, "entities")
        if len(entity) != len(("start", "end", "label")):
            raise TextTypeError(
                f"expected (start, end, label) in `entities`, got {entity!r}",
                hint="an entity has one label; its id in a knowledge base goes into `links`",
            )
        if not isinstance(entity[2], str):
            raise TextTypeError(f"expected a string as the label in `entities`, got {entity!r}")


def check_span(key: str, span: Any) -> None:
    """Raise TextTypeError for a span of `spans` that is not (start, end) and maybe label and id."""
    if not isinstance(span, list | tuple) or not 2 <= len(span) <= 4:
        raise TextTypeError(
            f"expected (start, end, label, kb_id) in `spans` of `{key}`, got {span!r}"
        )
    _check_offsets(span, f"spans` of `{key}")
    if not all(isinstance(value, str) or _is_whole(value) for value in span[2:]):
        raise TextTypeError(f"expected a string as the label in `spans` of `{key}`, got {span!r}")


def _check_links(links: Mapping[Any, Any]) -> None:
    for place, candidates in links.items():
        if not _are_offsets(place) or not isinstance(candidates, Mapping):
            raise TextTypeError(
                f"expected (start, end): {{id: value}} in `links`, got {place!r}: {candidates!r}"
            )


def _check_offsets(entity: Any, name: str) -> None:
    if not isinstance(entity, list | tuple) or not _are_offsets(entity[:2]):
        raise TextTypeError(
            f"expected (start, end, label) with whole numbers in `{name}`, got {entity!r}",
            hint="offsets are in characters",
        )


def _check_items(name: str, values: Any, expected: str, fits: _Check) -> None:
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise TextTypeError(f"expected a list as `{name}`, got {values!r}")
    for i, value in enumerate(values):
        if not fits(value):
            raise TextTypeError(f"expected {expected} in `{name}`, got {value!r} at position {i}")


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_string_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_negative(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and bool(value < 0)


def _is_finite(value: Any) -> bool:
    try:
        return _is_number(value) and math.isfinite(value)
    except OverflowError:  # an int that is larger than the largest float
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number | np.bool_)


def _is_space(value: Any) -> bool:
    return (isinstance(value, str) or _is_number(value)) and value in {True, False, " ", ""}


def _are_offsets(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_whole, value))


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


_STRINGS: Final = ("strings", _is_string_or_none)
_OF_TOKENS: Final[dict[str, tuple[str, _Check]]] = {
    "words": ("strings", _is_string),
    "tags": _STRINGS,
    "pos": _STRINGS,
    "lemmas": _STRINGS,
    "morphs": _STRINGS,
    "deps": _STRINGS,
    "heads": ("whole numbers", lambda value: value is None or _is_whole(value)),
    "sent_starts": (
        "True, False, None, 1, 0 or -1",
        # spaCy takes any negative number as False.
        lambda value: (
            value is None or _is_negative(value) or (_is_number(value) and value in {1, 0})
        ),
    ),
    # `Token.whitespace_` is accepted, too.
    "spaces": ("True or False", _is_space),
}
_OF_DOCS: Final[dict[str, tuple[str, _Check]]] = {
    "text": ("a string", _is_string),
    "cats": ("a dict of labels and values", _is_mapping),
    "spans": ("a dict of lists", _is_mapping),
    "links": ("a dict of offsets and ids", _is_mapping),
}
