"""The annotation that a doc must have so that patterns can match anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from kernel.errors import ArgumentError
from kernel.text import COLUMNS, Doc, attr_name
from kernel_plugin_rules.matcher.token_patterns import Node


class Requirements:
    """The attributes that nodes compare with a value."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._attrs: Final = sorted(frozenset().union(*(node.required for node in nodes)))

    def check(self, doc: Doc) -> None:
        """Raise ArgumentError if a doc does not have one of the attributes."""
        for attr in self._attrs:
            if not _is_annotated(doc, attr):
                raise ArgumentError(
                    f"patterns need {attr_name(attr)}, but the doc does not have it",
                    hint="run the components that set it first (`allow_missing=True` of a Matcher "
                    "matches without it)",
                )


def _is_annotated(doc: Doc, attr: int) -> bool:
    column = COLUMNS.of_attr(attr)
    values = None if column is None else doc.annotations.get(column.name)
    # In most docs, the first token tells.
    return (values is not None and len(values) > 0 and bool(values[0])) or doc.has_annotation(attr)
