"""The text types under the name that spaCy has for them: `from kernel.tokens import Doc`."""

from typing import Any, Final

from kernel.plugin_modules import added_name
from kernel.text import (
    Doc,
    DocBin,
    MorphAnalysis,
    Retokenizer,
    Span,
    SpanGroup,
    SpanGroups,
    Token,
    Underscore,
)

__all__ = [
    "Doc",
    "DocBin",
    "MorphAnalysis",
    "Retokenizer",
    "Span",
    "SpanGroup",
    "SpanGroups",
    "Token",
    "Underscore",
]

# Scripts import from its modules, too: `kernel.tokens.doc`.
__path__: Final[list[str]] = []


def __getattr__(name: str) -> Any:
    return added_name("kernel.tokens", name)
