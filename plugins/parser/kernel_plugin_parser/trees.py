"""From arcs to annotations: labels, sentences, and lifted arcs restored.

Axes: N tokens of a batch, n of one doc.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kernel.text import DELIMITER, Doc, DocBatch, Tree, hash_string, sent_starts_of_heads
from kernel_plugin_parser.labels import ArcClasses
from kernel_plugin_parser.rules import ROOT, SUBTOKEN

Ints = npt.NDArray[np.integer[Any]]


def write_trees(docs: Sequence[Doc], heads: Ints, labels: Ints, classes: ArcClasses) -> None:
    """Write heads, labels and sentence starts into docs.

    heads    (N,)  numbered through the batch; a root is its own head
    labels   (N,)  classes
    """
    tokens = np.arange(len(heads))
    is_root = heads == tokens
    hashes = classes.hashes[labels]
    hashes[is_root] = hash_string(ROOT)
    lifted = classes.delimited[labels] & ~is_root
    starts = sent_starts_of_heads(heads.astype(np.int32))
    batch = DocBatch(docs)
    offsets = batch.offsets
    starts[offsets[:-1][offsets[:-1] < offsets[1:]]] = 1
    if lifted.any():
        heads = heads.copy()
        for doc, first in zip(batch, offsets.tolist(), strict=False):
            part = slice(first, first + len(doc))
            rows = np.flatnonzero(lifted[part]).tolist()
            if rows:
                names = {token: classes.classes[labels[first + token]][1] for token in rows}
                own_heads = heads[part] - first
                lower_arcs(doc, own_heads, hashes[part], names)
                heads[part] = own_heads + first
    batch.write(head=heads, dep=hashes, sent_start=starts)


def lower_arcs(
    doc: Doc, heads: Ints, labels: npt.NDArray[np.uint64], lifted: dict[int, str]
) -> None:
    """Undo lifting, in place: attach tokens to the head whose label is named in theirs.

    heads    (n,)
    labels   (n,)  hashes
    lifted         the labels `label||label of the head` of lifted tokens, by token

    The new head is the first token with that label below the current head, breadth first and from
    left to right; if there is none, the head stays.
    """
    spaces = doc.whitespace()
    for token, name in sorted(lifted.items()):
        label, above = name.split(DELIMITER, 1)
        head = _find_below(
            Tree(heads.astype(np.int32)), token, labels == hash_string(above), spaces
        )
        heads[token] = head
        labels[token] = doc.vocab.strings.add(label)


def _find_below(tree: Tree, token: int, wanted: Any, spaces: Any) -> int:
    level = [int(tree.heads[token])]
    while level:
        below = [
            child
            for parent in level
            for child in tree.children(parent)
            if child != token and not spaces[child]
        ]
        found = next((child for child in below if wanted[child]), None)
        if found is not None:
            return found
        level = below
    return int(tree.heads[token])


def merge_subtokens(doc: Doc) -> None:
    """Merge each token labelled `subtok` with the next ones, up to its head."""
    labels = doc.column("dep")
    is_part = labels == hash_string(SUBTOKEN)
    if not is_part.any():
        return
    starts = np.flatnonzero(is_part & ~np.append(False, is_part[:-1]))
    ends = np.flatnonzero(is_part & ~np.append(is_part[1:], False)) + 2
    with doc.retokenize() as retokenizer:
        for start, end in zip(starts.tolist(), np.minimum(ends, len(doc)).tolist(), strict=True):
            retokenizer.merge(doc[start:end])
