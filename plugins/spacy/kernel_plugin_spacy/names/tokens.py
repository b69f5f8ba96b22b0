"""The text types under the name that spaCy has for them: `from kernel.tokens import Doc`."""

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
