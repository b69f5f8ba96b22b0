"""The labels of a morphologizer as arrays, and conversions from and to annotation.

Axes: N tokens, C classes, P distinct pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from kernel.text import Morphology, symbols
from kernel_plugin_tagger.gold import MISSING, Ids, Ints

if TYPE_CHECKING:
    from kernel.text import StringStore, Vocab

POS_FEATURE: Final = "POS"
POS_NAMES: Final = {number: name for name, number in symbols.POS_IDS.items()}

Pair = tuple[int, int]


def make_label(vocab: Vocab, features: Mapping[str, str], pos: str) -> str:
    """Return features in normal form, including the part of speech as `POS`."""
    combined = {**features, POS_FEATURE: pos} if pos else features
    return vocab.strings[vocab.morphology.add(combined)]


def features_of(morph: int, strings: StringStore) -> dict[str, str]:
    """Return the fields and values of an analysis; none for 0."""
    return Morphology.feats_to_dict(strings[morph] if morph else "")


class MorphLabels:
    """The labels of one morphologizer.

    morph    (C,)  id of the features
    pos      (C,)  id of the part of speech, 0: none
    """

    def __init__(
        self, vocab: Vocab, labels_morph: Mapping[str, str], labels_pos: Mapping[str, int]
    ) -> None:
        self.labels: Final = tuple(labels_morph)
        add = vocab.morphology.add
        self.morph: Ids = np.array([add(feats) for feats in labels_morph.values()], np.uint64)
        self.pos: Ids = np.array([labels_pos.get(name, 0) for name in self.labels], np.uint64)
        self._vocab = vocab
        self._numbers = {label: number for number, label in enumerate(self.labels)}
        self._found: dict[Pair, int] = {}
        self._merged: dict[bool, dict[Pair, int]] = {True: {}, False: {}}

    def find(self, pos: Ids, morph: Ids, strings: StringStore) -> Ints:
        """Return the class of each combination, -1 if it is not a label.

        pos      (N,)
        morph    (N,)
        returns  (N,)
        """

        def find_one(one_pos: int, one_morph: int) -> int:
            features = features_of(one_morph, strings)
            label = make_label(self._vocab, features, POS_NAMES.get(one_pos, ""))
            return self._numbers.get(label, MISSING)

        return map_pairs(pos, morph, find_one, self._found, np.int32)

    def merge(self, morph: Ids, classes: Ints, *, overwrite: bool) -> Ids:
        """Return the existing features of tokens, merged with the features of their classes.

        morph      (N,)  ids of the existing features
        classes    (N,)
        overwrite  whether the class decides if both have a field
        returns    (N,)  ids
        """
        vocab = self._vocab

        def merge_one(old: int, number: int) -> int:
            ours = features_of(old, vocab.strings)
            theirs = features_of(int(self.morph[number]), vocab.strings)
            return vocab.morphology.add({**ours, **theirs} if overwrite else {**theirs, **ours})

        return map_pairs(morph, classes, merge_one, self._merged[overwrite], np.uint64)


def map_pairs(
    first: npt.NDArray[Any],
    second: npt.NDArray[Any],
    func: Callable[[int, int], int],
    known: dict[Pair, int],
    dtype: Any,
) -> npt.NDArray[Any]:
    """Return `func(one, other)` of each pair; it is called once per pair that is not in `known`.

    first    (N,)
    second   (N,)
    known    a cache of results, which is filled
    returns  (N,)
    """
    a, of_first = np.unique(first, return_inverse=True)
    b, of_second = np.unique(second, return_inverse=True)
    numbers, inverse = np.unique(of_first * len(b) + of_second, return_inverse=True)  # (P,), (N,)
    pairs = [(int(a[number // len(b)]), int(b[number % len(b)])) for number in numbers.tolist()]
    for pair in pairs:
        if pair not in known:
            known[pair] = func(*pair)
    return np.array([known[pair] for pair in pairs], dtype)[inverse]
