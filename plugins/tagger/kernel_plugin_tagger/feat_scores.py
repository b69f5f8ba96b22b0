"""Scores of single morphological features.

Axes: N tokens of a batch, K different analyses among them, F features of these analyses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.scoring import MISSING, AlignedBatch, TypedScores, has_repeats
from kernel.text import COLUMNS, EMPTY_MORPH, FEATURE_SEP, FIELD_SEP, StringStore

if TYPE_CHECKING:
    from kernel.text import DocBatch, Example

Getter = Callable[[Any, str], Any]
Ints = npt.NDArray[np.integer[Any]]


@frozen
class Analyses:
    """The distinct analyses of some tokens, as numbers of features.

    kinds     (N,)  the analysis of each token
    sizes     (K,)  the number of features of each analysis
    features  (F,)  the features of all analyses
    """

    kinds: Ints
    sizes: Ints
    features: Ints

    @property
    def lengths(self) -> Ints:
        """The number of features of each token.

        returns  (N,)
        """
        return self.sizes[self.kinds]

    def pairs(self, rows: Ints, names: Ints) -> tuple[Ints, Ints]:
        """Return the features of the tokens `rows`, each paired with the name of its token.

        rows, names  (k,)
        returns      (P,) and (P,)  names and features
        """
        kinds = self.kinds[rows]
        sizes = self.sizes[kinds]
        starts = np.cumsum(self.sizes) - self.sizes
        shifts = starts[kinds] - (np.cumsum(sizes) - sizes)
        return np.repeat(names, sizes), self.features[
            np.repeat(shifts, sizes) + np.arange(sizes.sum())
        ]


class FeatScores:
    """`<attr>_micro_p/r/f` and `<attr>_per_feat`: features of tokens, such as `Number=Sing`.

    Whitespace and gold tokens with one of `missing_values`, or without features, do not count; a
    predicted token counts if it is aligned with one gold token.
    `getter(token, attr)` returns the analysis: its id, or an object whose str() is its features.
    """

    def __init__(
        self,
        attr: str,
        *,
        getter: Getter = getattr,
        missing_values: AbstractSet[Any] = MISSING,
        **_: Any,
    ) -> None:
        self.attr = attr
        self.getter = getter
        self.missing = missing_values
        self.per_feat = TypedScores()
        self._numbers: dict[str, int] = {}  # of features such as Number=Sing

    def update(self, examples: Iterable[Example]) -> None:
        """Count the features of `examples`."""
        batch = AlignedBatch(list(examples))
        gold, found = self._analyses(batch.reference), self._analyses(batch.predicted)
        rows, aligned = batch.words()
        is_known = gold.lengths[aligned] > 0
        rows, aligned = rows[is_known], aligned[is_known]
        gold_tokens = np.flatnonzero((gold.lengths > 0) & batch.gold_words())
        found_keys = self._keys(*found.pairs(rows, aligned))
        if has_repeats(aligned):
            found_keys = np.unique(found_keys)
        self._count(found_keys, self._keys(*gold.pairs(gold_tokens, gold_tokens)))

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self.per_feat.merge(other.per_feat)

    def result(self) -> dict[str, Any]:
        """Return the scores; None if no feature was counted."""
        total = self.per_feat.total()
        keys = [f"{self.attr}_micro_{key}" for key in "prf"]
        if not len(total):
            return dict.fromkeys([*keys, f"{self.attr}_per_feat"])
        rates = dict(zip(keys, total.to_dict().values(), strict=True))
        return {**rates, f"{self.attr}_per_feat": self.per_feat.to_dict()}

    def _analyses(self, docs: DocBatch) -> Analyses:
        texts, kinds = self._texts(docs)
        features = [self._features(text) for text in texts]
        sizes = np.fromiter(map(len, features), np.int64, len(features))
        flat = [number for each in features for number in each]
        return Analyses(kinds, sizes, np.array(flat, np.int64))

    def _texts(self, docs: DocBatch) -> tuple[list[str], Ints]:
        """Return the distinct analyses of the tokens, and the index of each token's analysis."""
        stores = list({id(doc.vocab): doc.vocab.strings for doc in docs}.values())
        if self.getter is getattr and self.attr in COLUMNS:
            values, kinds = np.unique(docs.column(self.attr), return_inverse=True)
            return [self._text(value, stores) for value in values.tolist()], kinds
        numbers: dict[str, int] = {}
        found = [
            numbers.setdefault(self._text(self.getter(token, self.attr), stores), len(numbers))
            for doc in docs
            for token in doc
        ]
        return list(numbers), np.array(found, np.int64)

    def _text(self, value: Any, stores: Sequence[StringStore]) -> str:
        if value in self.missing:
            return ""
        if not isinstance(value, int):
            return str(value)
        return next(store[value] for store in stores if value in store)

    def _features(self, text: str) -> list[int]:
        if text in {"", EMPTY_MORPH}:
            return []
        numbers = self._numbers
        return [
            numbers.setdefault(feature, len(numbers))
            for feature in dict.fromkeys(text.split(FEATURE_SEP))
        ]

    def _keys(self, tokens: Ints, features: Ints) -> Ints:
        return tokens * len(self._numbers) + features

    def _count(self, found: Ints, gold: Ints) -> None:
        """Count features of tokens, each represented by one key."""
        fields: dict[str, int] = {}
        names = (feature.partition(FIELD_SEP)[0] for feature in self._numbers)
        field_of = np.array([fields.setdefault(name, len(fields)) for name in names], np.int64)
        if not len(field_of):
            return
        hits = found[np.isin(found, gold, assume_unique=True)]
        counts = (
            np.bincount(field_of[keys % len(field_of)], minlength=len(fields))
            for keys in (hits, found, gold)
        )
        self.per_feat.add(fields, *counts)
