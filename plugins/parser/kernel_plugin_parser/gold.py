"""Gold trees, for the tokens of the predicted docs.

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
    """What is known of the trees; tokens are numbered through the batch.

    heads   (N,)  projective; -1 for a root, and where nothing is known
    lefts   (N,)  the class of Left that gives the token its label; -1: none does
    rights  (N,)  the same of Right
    starts  (N,)  1: a sentence starts, -1: none does, 0: unknown
    known   (N,)  whether there is a label
    """

    heads: Ints
    lefts: Ints
    rights: Ints
    starts: Ints
    known: Masks


def make_gold(examples: Sequence[Example], classes: ArcClasses) -> ArcGold:
    """Return the gold trees of `examples`, one after the other."""
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
    """Name the label of the head that was left in the labels of all that were lifted."""
    strings = example.reference.vocab.strings
    labels = labels.copy()
    before = labels.tolist()
    for token in np.flatnonzero(lifted != heads).tolist():
        if before[token]:
            above = strings[before[int(heads[token])]]
            labels[token] = hash_string(f"{strings[before[token]]}{DELIMITER}{above}")
    return labels


def _carry_over(example: Example, heads: Ints, labels: Hashes) -> tuple[Ints, Hashes]:
    """Take the tree of the reference to the predicted tokens.

    Of a token that is several of the reference nothing is known; nor is a head that is several
    of the predicted ones.
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
    """Return 1 where a gold sentence starts, -1 elsewhere, all 0 if none are known: (n,)."""
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
        places = y2x[first:end]
        if not len(places):
            continue
        if int(places[0]) <= last:
            # A token that two sentences share: where any of them starts cannot be told.
            return np.zeros(n_tokens, np.int8)
        starts[int(places[0])] = 1
        last = int(places[-1])
    return starts
