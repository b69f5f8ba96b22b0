"""Errors of the text types that also are what Python code usually catches there."""

from __future__ import annotations

from kernel.errors import TextError


class UnknownKeyError(TextError, KeyError):
    """A string, an id or a table that is not there."""


class BoundsError(TextError, IndexError):
    """A position outside of a doc, a span or a group."""


class UnknownAttributeError(TextError, AttributeError):
    """An extension attribute that is not registered."""
