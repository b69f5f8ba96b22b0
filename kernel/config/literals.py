"""Single values as text: JSON, strings with variables, and dollar signs.

In a `Config`, a string that contains `${` is raw text: `$$` means a dollar sign, and quotes (from
a `.cfg` file) mean that the result is a string. All other strings are literal.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from kernel.config.tree import copy_tree

if TYPE_CHECKING:
    from kernel.config.place import Place
    from kernel.problems import Problem

MAX_DEPTH: Final = 50
"""How many levels sections, tables and lists may be nested in each other."""

VARIABLE: Final = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<path>[^{}$]+)\})")
NULL: Final = "${null}"

# A string without an end extends to the end of the text, so that it is searched only once.
_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_PYTHON: Final = {"True": True, "False": False, "None": None}


class DollarError(ValueError):
    """A `$` that does not start a variable, and is not doubled."""


class UnreadableError(Exception):
    """A value that is neither JSON that can be used nor another string; the message says why."""


def lone_dollar(place: Place, text: str) -> Problem:
    """Return the problem of a `$` that is not doubled and does not start a variable."""
    return place.problem(
        "a `$` that starts no variable",
        expected="`${section.key}`, or `$$` for a dollar sign",
        received=f"`{text}`",
    )


def has_variable(value: Any) -> bool:
    """Return whether `value` is raw text, which has to be interpolated."""
    return isinstance(value, str) and "${" in value


def read_value(text: str) -> Any:
    """Return the value of a text in a `.cfg` file: JSON if it can be parsed, else a string."""
    try:
        value = parse_json(text)
    except ValueError:
        return read_string(text)
    if isinstance(value, str) and has_variable(value):
        return text  # the quotes tell the interpolation to return a string
    return read_strings(value)


def read_strings(value: Any) -> Any:
    """Return `value` with each of its strings read by `read_string`."""
    return copy_tree(
        value, change=lambda leaf: read_string(leaf) if isinstance(leaf, str) else leaf
    )


def read_string(text: str) -> str | None:
    """Return the string that `text` means; raw text is returned unchanged.

    Raises `DollarError` for a `$` that stands alone.
    """
    if text == NULL:
        return None
    plain = unescape(text)
    return text if "${" in text or "${" in plain else plain


def unescape(text: str) -> str:
    """Return `text` with each `$$` replaced by `$`; variables are kept."""
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
    """Return the name of the variable if `text` consists of one variable, else None."""
    match = VARIABLE.fullmatch(text.strip())
    return match["path"] if match else None


def escape(text: str, *, raw: bool) -> str:
    """Return the text that `read_string` reads as `text`.

    With `raw`, strings that contain `${` are raw text and returned unchanged.
    """
    if raw and "${" in text:
        return text
    return text.replace("$", "$$")


def protect(value: Any) -> Any:
    """Return `value`, escaped if it is a string that would otherwise be raw text."""
    return escape(value, raw=False) if has_variable(value) else value


def escape_strings(value: Any, *, raw: bool) -> Any:
    """Return `value` with each of its strings escaped."""
    return copy_tree(
        value, change=lambda leaf: escape(leaf, raw=raw) if isinstance(leaf, str) else leaf
    )


def parse_json(text: str) -> Any:
    """Return the JSON value, or Python's True, False or None, in `text`.

    Raises ValueError if there is none, and `UnreadableError` for one that cannot be used.
    """
    if text in _PYTHON:
        return _PYTHON[text]
    if _depth(text) > MAX_DEPTH:
        raise UnreadableError(f"nested more than {MAX_DEPTH} levels deep")
    value = json.loads(text)
    check_characters(value)
    return value


def check_characters(value: Any) -> None:
    """Raise `UnreadableError` for a string with one half of a surrogate pair."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf8")
    except UnicodeEncodeError as error:
        found = error.object[error.start]
        raise UnreadableError(f"the string has half of a character, {found!r}") from None


def _depth(text: str) -> int:
    """Return how deep the lists and tables in a JSON text are nested."""
    if not text.startswith(("[", "{")):
        return 0
    depth = deepest = 0
    for bracket in _BRACKETS.findall(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket, 0)
        deepest = max(deepest, depth)
    return deepest


def _plain(text: str) -> str:
    if "$" in text:
        raise DollarError(text)
    return text
