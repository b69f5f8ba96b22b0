"""Gold trees of the tokens of the predicted docs.

Axes: N tokens of a batch, n of one doc.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.text import DELIMITER, Example, hash_string, projective_heads
from kernel_plugin_parser.labels import ArcClasses
from kernel_plugin_parser.rules import LEFT, RIGHT

Ints = npt.NDArray[np.integer[Any]]
Masks = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]

UNKNOWN = -1


@frozen
class ArcGold:
    """The gold trees, which may be incomplete; tokens are numbered through the batch.

    heads   (N,)  projective heads; -1 for roots and where the head is unknown
    lefts   (N,)  the class of Left with the token's label; -1: none
    rights  (N,)  the same of Right
    starts  (N,)  1: a sentence starts here, -1: it does not, 0: unknown
    known   (N,)  whether the token has a gold label
    """

    heads: Ints
    lefts: Ints
    rights: Ints
    starts: Ints
    known: Masks


def make_gold(examples: Sequence[Example], classes: ArcClasses) -> ArcGold:
    """Return the gold trees of `examples`, concatenated."""
    heads: list[Ints] = [np.zeros(0, np.intp)]
    labels: list[Hashes] = [np.zeros(0, np.uint64)]
    starts: list[Ints] = [np.zeros(0, np.int8)]
    offset = 0
    for example in examples:
        own_heads, own_labels = _aligned_tree(example)
        heads.append(np.where(own_heads >= 0, own_heads + offset, UNKNOWN))
        labels.append(own_labels)
        starts.append(_aligned_starts(example))
        offset += len(example.predicted)
    all_heads, all_labels = np.concatenate(heads), np.concatenate(labels)
    all_heads[all_heads == np.arange(len(all_heads))] = UNKNOWN
    return ArcGold(
        heads=all_heads,
        lefts=classes.of_labels(LEFT, all_labels),
        rights=classes.of_labels(RIGHT, all_labels),
        starts=np.concatenate(starts),
        known=all_labels != 0,
    )


def _aligned_tree(example: Example) -> tuple[Ints, Hashes]:
    """Return projective heads, -1 where unknown, and hashes of labels, 0 where unknown: (n,)."""
    gold = example.reference
    heads, labels = gold.annotations.get("head"), gold.annotations.get("dep")
    n_tokens = len(example.predicted)
    if heads is None or labels is None or not labels.any():
        return np.full(n_tokens, UNKNOWN, np.intp), np.zeros(n_tokens, np.uint64)
    lifted = projective_heads(heads)
    if lifted is not heads:
        labels = _lifted_labels(example, heads, lifted, labels)
    heads = np.where(labels != 0, lifted, UNKNOWN)
    alignment = example.alignment
    if alignment.is_identity:
        return heads, labels
    return _carry_over(example, heads, labels)


def _lifted_labels(example: Example, heads: Ints, lifted: Ints, labels: Hashes) -> Hashes:
    """Add the original head's label to the labels of all lifted tokens."""
    strings = example.reference.vocab.strings
    labels = labels.copy()
    before = labels.tolist()
    for token in np.flatnonzero(lifted != heads).tolist():
        if before[token]:
            above = strings[before[int(heads[token])]]
            labels[token] = hash_string(f"{strings[before[token]]}{DELIMITER}{above}")
    return labels


def _carry_over(example: Example, heads: Ints, labels: Hashes) -> tuple[Ints, Hashes]:
    """Map the tree of the reference to the predicted tokens.

    The arc is unknown for a token that aligns with several tokens of the reference, and for a head
    that aligns with several predicted tokens.
    """
    x2y, y2x = example.alignment.x2y, example.alignment.y2x
    found = np.full(len(example.predicted), UNKNOWN, np.intp)
    names = np.zeros(len(found), np.uint64)
    single = np.flatnonzero(x2y.lengths == 1)
    gold = x2y.data[x2y.starts[single]]
    names[single] = labels[gold]
    above = heads[gold]
    has_head = (above >= 0) & (y2x.lengths[above] == 1)
    found[single[has_head]] = y2x.data[y2x.starts[above[has_head]]]
    return found, names


def _aligned_starts(example: Example) -> Ints:
    """Return 1 where a gold sentence starts and -1 elsewhere, or all 0 if none are known: (n,)."""
    gold = example.reference
    n_tokens = len(example.predicted)
    starts = np.zeros(n_tokens, np.int8)
    if not gold.has_annotation("SENT_START"):
        return starts
    firsts, ends = gold.sent_arrays()
    if example.alignment.is_identity:
        starts[:] = -1
        starts[firsts] = 1
        return starts
    y2x = example.alignment.y2x
    starts[:] = -1
    last = -1
    for first, end in zip(firsts.tolist(), ends.tolist(), strict=True):
        aligned = y2x[first:end]
        if not len(aligned):
            continue
        if int(aligned[0]) <= last:
            # If two sentences share a token, their starts are unknown.
            return np.zeros(n_tokens, np.int8)
        starts[int(aligned[0])] = 1
        last = int(aligned[-1])
    return starts
