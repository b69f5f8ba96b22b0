"""The parse of a doc, as lists with one item per word."""

from __future__ import annotations

from attrs import frozen

from kernel.errors import TextError
from kernel.text import Doc


@frozen
class Parse:
    """Parts of speech, dependency labels, heads, and the outermost words of subtrees.

    Lists, not arrays: most docs are short, and the rules follow one head or dependent after
    the other.

    pos    (N)  ids of strings
    dep    (N)  ids of strings
    head   (N)  indexes of words
    left   (N)  index of the leftmost word of each subtree
    right  (N)  index of the rightmost word of each subtree
    """

    pos: list[int]
    dep: list[int]
    head: list[int]
    left: list[int]
    right: list[int]


def parse_of(doc: Doc) -> Parse:
    """Return the parse of a doc; raises TextError if it has none."""
    if not doc.has_annotation("DEP"):
        raise TextError(
            "noun chunks need a dependency parse", hint="add a `parser` that is trained"
        )
    left, right = doc.tree.edges
    columns = (doc.column("pos"), doc.column("dep"), doc.column("head"), left, right)
    return Parse(*(column.tolist() for column in columns))
