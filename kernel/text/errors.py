"""The exceptions of texts, docs and vocabularies; see the tree in `kernel.errors`."""

from __future__ import annotations

from kernel.errors import TextError


class TextTypeError(TextError, TypeError):
    """A string, a doc or an annotation has the wrong type."""


class UnknownKeyError(TextError, KeyError):
    """An unknown string, id or table."""


class BoundsError(TextError, IndexError):
    """An index outside of a doc, a span or a group."""


class UnknownAttributeError(TextError, AttributeError):
    """An extension attribute that is not registered."""
