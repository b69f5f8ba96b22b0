"""The module `spacy.errors`: classes whose attributes are messages with codes."""

from __future__ import annotations

import re
import warnings
from typing import Any

__all__ = [
    "Errors",
    "ErrorsWithCodes",
    "Warnings",
    "filter_warning",
    "setup_default_warnings",
]


class ErrorsWithCodes(type):
    """Puts the name of an attribute before its text: `[E001] text`."""

    def __getattribute__(cls, name: str) -> Any:
        value = super().__getattribute__(name)
        return value if name.startswith("__") or not isinstance(value, str) else f"[{name}] {value}"


class _SpacyCodes(type):
    """Has a text for each code of spaCy."""

    def __getattr__(cls, name: str) -> str:
        if re.fullmatch(r"[EW]\d{3,4}", name) is None:
            raise AttributeError(f"no code {name!r}: codes are E or W and a number")
        kind = "warning" if name.startswith("W") else "error"
        return _Text(f"[{name}] the {kind} with this code in spaCy")


class Errors(metaclass=_SpacyCodes):
    """Messages of errors, for code that raises them; kernel's own errors do not have codes."""


class Warnings(metaclass=_SpacyCodes):
    """Messages of warnings, for code that gives them; kernel's own do not have codes."""


class _Text(str):
    """A message that has no places for values, and so lists them at its end."""

    __slots__ = ()

    def format(self, *args: Any, **values: Any) -> str:
        listed = [*map(repr, args), *(f"{name}={value!r}" for name, value in values.items())]
        return f"{self} ({', '.join(listed)})" if listed else str(self)


def setup_default_warnings() -> None:
    """Do nothing: kernel sets no filters."""


def filter_warning(action: Any, error_msg: str) -> None:
    """Set the filter `action` for warnings that begin with `error_msg`."""
    warnings.filterwarnings(action, message=re.escape(error_msg))
