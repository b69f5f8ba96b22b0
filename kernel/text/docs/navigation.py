"""From a place in a doc to its text, tokens, sentence, root and conjuncts.

Axes: S sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kernel.errors import TextError, UnsupportedError
from kernel.text.errors import BoundsError
from kernel.text.words import attributes
from kernel.text.words.symbols import IDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel.text.docs.doc import Doc
    from kernel.text.docs.span import Span
    from kernel.text.docs.tree import Ints


_MODES = {"0": "strict", "1": "contract", "2": "expand"}


def text_of(doc: Doc, start: int, end: int) -> str:
    """Return the text of the tokens from `start` to `end`, with the last space."""
    texts = doc.lexemes.texts
    pairs = zip(doc.lex[start:end].tolist(), doc.spaces[start:end].tolist(), strict=True)
    return "".join([texts[row] + " " if space else texts[row] for row, space in pairs])


def char_bounds(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Return where the tokens from `start` to `end` begin and end, in characters."""
    offsets = doc.char_offsets()
    # A span that was made before tokens were merged may end after the doc.
    start, end = min(start, len(doc)), min(end, len(doc))
    first = int(offsets[start])
    return first, int(offsets[end]) - int(doc.spaces[end - 1]) if start < end else first


def tokens_between(doc: Doc, start: int, end: int, mode: str) -> tuple[int, int] | None:
    """Return the first token and the end of a span of characters, None if there is none."""
    mode = _MODES.get(mode, mode)
    if mode not in _MODES.values():
        raise TextError(f"expected strict, contract or expand, got {mode!r}")
    offsets = doc.char_offsets()
    size = int(offsets[-1])
    if not 0 <= start < size or not 0 <= end <= size or start > end:
        return None
    if mode == "expand":
        # A start in the space after a token belongs to the next one.
        first, after = _n_ended(doc, start), _n_begun(doc, end)
    else:
        first, after = _n_begun(doc, start), _n_ended(doc, end)
    if first >= after or (mode == "strict" and char_bounds(doc, first, after) != (start, end)):
        return None
    return first, after


def _n_begun(doc: Doc, char: int) -> int:
    """Return how many tokens begin before a character."""
    # With a Python int, NumPy would copy the offsets to 64 bits.
    return int(doc.char_starts().searchsorted(np.int32(char)))


def _n_ended(doc: Doc, char: int) -> int:
    """Return how many tokens end at or before a character."""
    n_begun = _n_begun(doc, char)
    return n_begun - (n_begun > 0 and char_bounds(doc, n_begun - 1, n_begun)[1] > char)


def sent_start(doc: Doc, i: int) -> int:
    """Return 1, -1 or 0: whether a sentence starts at a token."""
    column = doc.annotations.get("sent_start")
    return int(i == 0) if column is None else int(column[i])


def sent_arrays(doc: Doc) -> tuple[Ints, Ints]:
    """Return first token and end of every sentence; the doc is one if none are known.

    returns  (S,)  each
    """
    n = len(doc)
    marks = doc.annotations.get("sent_start")
    if marks is None or n == 0:
        return np.zeros(min(n, 1), np.int32), np.full(min(n, 1), n, np.int32)
    starts = np.flatnonzero(marks == 1).astype(np.int32)
    if not len(starts) or starts[0] != 0:
        starts = np.concatenate((np.zeros(1, np.int32), starts))
    return starts, np.append(starts[1:], np.int32(n))


def sents(doc: Doc) -> Iterator[Span]:
    """Yield the sentences; raises TextError at once if nothing has set sentence starts."""
    hook = doc.hook("doc", "sents")
    if hook is not None:
        return iter(hook(doc))
    check_sentences(doc)
    starts, ends = sent_arrays(doc)
    return (doc[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True))


def check_sentences(doc: Doc) -> None:
    """Raise TextError if nothing has set sentence starts."""
    if not doc.has_annotation("SENT_START"):
        raise TextError(
            "sentence boundaries are not set",
            hint="add a component that sets them, or set `token.is_sent_start`",
        )


def noun_chunks(doc: Doc) -> list[tuple[int, int, int]]:
    """Return start, end and label of the noun phrases, in order.

    Raises UnsupportedError if the language has no rules for them, BoundsError for tokens that are
    not there.
    """
    find = doc.vocab.get_noun_chunks
    if find is None:
        raise UnsupportedError(
            f"no rules for noun chunks of the language `{doc.vocab.lang}`",
            hint="set `vocab.get_noun_chunks` to a function of a doc",
        )
    chunks = sorted(find(doc))
    n = len(doc)
    for start, end, _ in chunks:
        if not 0 <= start <= end <= n:
            raise BoundsError(f"no tokens {start} to {end} in a doc of {n}")
    return chunks


def sents_of(doc: Doc, start: int, end: int) -> list[Span]:
    """Return the sentences that have tokens from `start` to `end`."""
    if doc.hook("doc", "sents") is not None:
        found = [sent for sent in doc.sents if sent.end > start and sent.start < end]
    else:
        check_sentences(doc)
        firsts, ends = sent_arrays(doc)
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
    """Return the tokens coordinated with a token, without itself.

    The first conjunct is found up the arcs `conj`, the others down those that lead to the right.
    """
    deps = doc.annotations.get("dep")
    if deps is None:
        return []
    conj, tree = IDS["conj"], doc.tree
    first = i
    while int(deps[first]) == conj and int(tree.heads[first]) != first:
        first = int(tree.heads[first])
    found, todo = [first], [first]
    while todo:
        i_above = todo.pop()
        new = [
            j
            for j in tree.children(i_above)
            if j > i_above and int(deps[j]) == conj and j not in found
        ]
        found.extend(new)
        todo.extend(new)
    return sorted(j for j in found if j != i)


def set_head(doc: Doc, i: int, head: int) -> None:
    """Give a token another head; the sentences of both trees are found again."""
    before = _extent(doc, i)
    doc.ensure_column("head")[i] = head
    after = _extent(doc, i)
    start, end = min(before[0], after[0]), max(before[1], after[1]) + 1
    doc.ensure_column("sent_start")[start:end] = doc.tree_starts()[start:end]


def set_dep(doc: Doc, i: int, label: int) -> None:
    """Give a token another label; a tree whose root gets its first label starts a sentence."""
    labels = doc.ensure_column("dep")
    had_label = bool(labels[i])
    labels[i] = label
    heads = doc.annotations.get("head")
    if bool(label) != had_label and heads is not None and heads[i] == i:
        start, end = _extent(doc, i)
        doc.ensure_column("sent_start")[start : end + 1] = doc.tree_starts()[start : end + 1]


def _extent(doc: Doc, i: int) -> tuple[int, int]:
    root = doc.tree.roots[i]
    left, right = doc.tree.edges
    return int(left[root]), int(right[root])
