"""Attributes and strings as ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.errors import ArgumentError
from kernel.text import attr_id, hash_string, symbols

PARTS_OF_SPEECH: Final = {
    "": 0,
    **{name: number for name, number in symbols.IDS.items() if 84 <= number <= 103},
}
_ENT_IOB: Final = {"": 0, "I": 1, "O": 2, "B": 3}


def get_string_id(key: str | int) -> int:
    """Return the id of a string, which is that of an attribute or label or a hash; ids stay."""
    return key if isinstance(key, int) else symbols.IDS.get(key) or hash_string(key)


def intify_attr(name: str | int) -> int:
    """Return the id of an attribute; raises UnknownKeyError for another name."""
    return attr_id(name)


def intify_attrs(
    stringy_attrs: Mapping[str | int, Any], strings_map: Any = None, _do_deprecated: bool = False
) -> dict[int, Any]:
    """Return a dict of attributes with ids as keys and, if there is `strings_map`, as values.

    `strings_map` is a `StringStore`, to which strings are added, or a dict.

    Raises UnknownKeyError for an unknown attribute, ArgumentError for a wrong value of ENT_IOB.
    """
    found = {}
    for name, value in stringy_attrs.items():
        attr = attr_id("ORTH" if _do_deprecated and name == "F" else name)
        found[attr] = _as_id(attr, value, strings_map) if isinstance(value, str) else value
    return found


def _as_id(attr: int, value: str, strings: Any) -> Any:
    if attr == attr_id("ENT_IOB"):
        if value not in _ENT_IOB:
            raise ArgumentError(f"ENT_IOB is one of 'I', 'O', 'B' and '', not {value!r}")
        return _ENT_IOB[value]
    if strings is None:
        return value
    return strings.add(value) if hasattr(strings, "add") else strings[value]
