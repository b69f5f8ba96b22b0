"""From a place in a doc to its text, its sentence, its root and its conjuncts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kernel.text.docs import sentences
from kernel.text.docs.tree import sent_starts_of_heads
from kernel.text.words import attributes
from kernel.text.words.symbols import IDS

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc
    from kernel.text.docs.span import Span


def text_of(doc: Doc, start: int, end: int) -> str:
    """Return the text of the tokens from `start` to `end`, with the last space."""
    texts = doc.lexemes.texts
    pairs = zip(doc.lex[start:end].tolist(), doc.spaces[start:end].tolist(), strict=True)
    return "".join([texts[row] + " " if space else texts[row] for row, space in pairs])


def char_bounds(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Return where the tokens from `start` to `end` begin and end, in characters."""
    sizes = doc.lexemes.column(attributes.LENGTH)
    first = int(sizes[doc.lex[:start]].sum()) + int(doc.spaces[:start].sum())
    if end <= start:
        return first, first
    inside = int(sizes[doc.lex[start:end]].sum()) + int(doc.spaces[start : end - 1].sum())
    return first, first + inside


def sent_start(doc: Doc, i: int) -> int:
    """Return 1, -1 or 0: whether a sentence starts at a token."""
    column = doc.annotations.get("sent_start")
    return int(i == 0) if column is None else int(column[i])


def sents_of(doc: Doc, start: int, end: int) -> list[Span]:
    """Return the sentences that have tokens from `start` to `end`."""
    if doc.hook("doc", "sents") is not None:
        found = [sent for sent in doc.sents if sent.end > start and sent.start < end]
    else:
        sentences.check_sentences(doc)
        firsts, ends = sentences.sent_arrays(doc)
        places = np.flatnonzero((ends > start) & (firsts < max(end, start + 1)))
        found = [doc[int(firsts[k]) : int(ends[k])] for k in places]
    return found or [doc[start:start]]


def root_of(doc: Doc, start: int, end: int) -> int:
    """Return the token from `start` to `end` that is highest in the tree."""
    tree = doc.tree
    heads = tree.heads[start:end]
    places = np.arange(start, end)
    own = places[heads == places]
    if len(own):
        return int(own[0])
    outside = places[(heads < start) | (heads >= end)]
    if not len(outside):
        return start
    # Spaces and punctuation without children come last, and then the shortest way up wins.
    flags = doc.lexemes.flags[doc.lex[outside]]
    minor = flags & np.uint64((1 << attributes.IS_SPACE) | (1 << attributes.IS_PUNCT)) != 0
    ranks = [
        (bool(is_minor) and not tree.children(int(i)), int(tree.depths[i]))
        for i, is_minor in zip(outside, minor, strict=True)
    ]
    return int(outside[ranks.index(min(ranks))])


def conjuncts(doc: Doc, i: int) -> list[int]:
    """Return the tokens coordinated with a token, without itself."""
    deps = doc.annotations.get("dep")
    if deps is None:
        return []
    conj, tree = IDS["conj"], doc.tree
    first = i
    while int(deps[first]) == conj and int(tree.heads[first]) != first:
        first = int(tree.heads[first])
    found, todo = [first], [first]
    while todo:
        new = [j for j in tree.children(todo.pop()) if int(deps[j]) == conj and j not in found]
        found.extend(new)
        todo.extend(new)
    return sorted(j for j in found if j != i)


def set_head(doc: Doc, i: int, head: int) -> None:
    """Give a token another head; the sentences of both trees are found again."""
    before = _extent(doc, i)
    doc.ensure_column("head")[i] = head
    after = _extent(doc, i)
    start, end = min(before[0], after[0]), max(before[1], after[1]) + 1
    starts = sent_starts_of_heads(doc.tree.heads)
    doc.ensure_column("sent_start")[start:end] = starts[start:end]


def _extent(doc: Doc, i: int) -> tuple[int, int]:
    root = doc.tree.roots[i]
    left, right = doc.tree.edges
    return int(left[root]), int(right[root])
