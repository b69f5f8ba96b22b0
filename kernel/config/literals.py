"""The text of one value: what a file says, and what it means.

In a tree that is not interpolated, a string that contains `${` is raw text, whose `$$` still
stand for dollar signs, and whose quotes (in `.cfg`) say that it stays a string. Any other
string is what it is.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from kernel.config.tree import copy_tree

if TYPE_CHECKING:
    from kernel.config.place import Place
    from kernel.problems import Problem

VARIABLE: Final = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<path>[^{}$]+)\})")
NULL: Final = "${null}"

_PYTHON: Final = {"True": True, "False": False, "None": None}


class DollarError(ValueError):
    """A `$` that neither starts a variable nor is doubled."""


def lone_dollar(place: Place, text: str) -> Problem:
    """Return the problem of a `$` that is neither doubled nor the start of a variable."""
    return place.problem(
        "a `$` that starts no variable",
        expected="`${section.key}`, or `$$` for a dollar sign",
        received=f"`{text}`",
    )


def has_variable(value: Any) -> bool:
    """Say whether `value` is raw text that has yet to be interpolated."""
    return isinstance(value, str) and "${" in value


def read_value(text: str) -> Any:
    """Return what the text of a value means in a `.cfg` file: JSON if it parses, else a string."""
    try:
        value = parse_json(text)
    except ValueError:
        return read_string(text)
    if isinstance(value, str) and has_variable(value):
        return text  # the quotes tell the interpolation to make a string
    return read_strings(value)


def read_strings(value: Any) -> Any:
    """Return `value` with each of its strings read by `read_string`."""
    return copy_tree(
        value, change=lambda leaf: read_string(leaf) if isinstance(leaf, str) else leaf
    )


def read_string(text: str) -> str | None:
    """Return the string that `text` stands for; raw text comes back as it is.

    Raises `DollarError` for a `$` that stands alone.
    """
    if text == NULL:
        return None
    plain = unescape(text)
    return text if "${" in text or "${" in plain else plain


def unescape(text: str) -> str:
    """Return `text` with each `$$` made `$` and each variable left alone."""
    return replace(text, lambda path: f"${{{path}}}")


def replace(text: str, value_of: Any) -> str:
    """Return `text` with `value_of(path)` for each variable and `$` for each `$$`."""
    parts, end = [], 0
    for match in VARIABLE.finditer(text):
        parts.append(_plain(text[end : match.start()]))
        parts.append("$" if match["dollar"] else value_of(match["path"]))
        end = match.end()
    return "".join([*parts, _plain(text[end:])])


def whole_variable(text: str) -> str | None:
    """Return the path of the variable that is all of `text`, or None."""
    match = VARIABLE.fullmatch(text.strip())
    return match["path"] if match else None


def escape(text: str, *, raw: bool) -> str:
    """Return the text that `read_string` reads as `text`.

    `raw` says that strings with `${` are raw text and stay as they are.
    """
    if raw and "${" in text:
        return text
    return text.replace("$", "$$")


def protect(value: Any) -> Any:
    """Return `value`; a string that looks like raw text as the raw text that means it."""
    return escape(value, raw=False) if has_variable(value) else value


def escape_strings(value: Any, *, raw: bool) -> Any:
    """Return `value` with each of its strings escaped."""
    return copy_tree(
        value, change=lambda leaf: escape(leaf, raw=raw) if isinstance(leaf, str) else leaf
    )


def parse_json(text: str) -> Any:
    """Return `text` as JSON or as one of Python's three words; raises ValueError for others."""
    return _PYTHON[text] if text in _PYTHON else json.loads(text)


def _plain(text: str) -> str:
    if "$" in text:
        raise DollarError(text)
    return text
