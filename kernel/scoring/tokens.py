"""Scores of tokenization, and of single token attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt

from kernel.scoring.aligned import AlignedBatch, has_repeats
from kernel.scoring.prf import PRFScore
from kernel.scoring.score import Score
from kernel.text import COLUMNS

if TYPE_CHECKING:
    from kernel.text import DocBatch, Example

Getter = Callable[[Any, str], Any]
MISSING: frozenset[Any] = frozenset((None, 0, ""))
_TEXT_BITS: Final = 31

TOKENIZATION: Final = {
    "token_acc": Score(title="TOK", help="share of tokens that agree with the annotation"),
    "token_p": Score(help="share of predicted tokens that are correct"),
    "token_r": Score(help="share of the annotated tokens that are found"),
    "token_f": Score(help="F-score of tokens"),
}


class TokenizationScores:
    """`token_acc` and `token_p/r/f`: tokens found at the right characters.

    Whitespace tokens do not count, nor do examples whose spaces are unknown.
    """

    def __init__(self, **_: Any) -> None:
        self.aligned = PRFScore()
        self.spans = PRFScore()

    def update(self, examples: Iterable[Example]) -> None:
        """Count the tokens of `examples`."""
        known = [
            example
            for example in examples
            if not (example.reference.has_unknown_spaces or example.predicted.has_unknown_spaces)
        ]
        if known:
            self._count(AlignedBatch(known))

    def merge(self, other: Self) -> None:
        """Add the counts of `other`."""
        self.aligned += other.aligned
        self.spans += other.spans

    def result(self) -> dict[str, Any]:
        """Return the scores; None if no token was counted."""
        if not len(self.spans):
            return dict.fromkeys(("token_acc", "token_p", "token_r", "token_f"))
        rates = {f"token_{key}": rate for key, rate in self.spans.to_dict().items()}
        return {"token_acc": self.aligned.precision, **rates}

    def _count(self, batch: AlignedBatch) -> None:
        starts, ends = _word_spans(batch.predicted)
        gold_starts, gold_ends = _word_spans(batch.reference)
        n_found, n_gold = len(starts), len(gold_starts)
        single = len(batch.words()[0])
        self.aligned += PRFScore(single, n_found - single, n_gold - single)
        _, found, gold = np.intersect1d(
            starts, gold_starts, assume_unique=True, return_indices=True
        )
        hits = int((ends[found] == gold_ends[gold]).sum())
        self.spans += PRFScore(hits, n_found - hits, n_gold - hits)


class TokenAttrScores:
    """`<attr>_acc`: the F-score of an attribute over aligned tokens.

    Whitespace and gold tokens with one of `missing_values` do not count; a predicted token counts
    if it is aligned with one gold token. `getter(token, attr)` returns the value.
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
        self.score = PRFScore()
        # Columns hold the values of attributes, and 0 for unset values.
        self._is_column = getter is getattr and attr in COLUMNS and missing_values == MISSING

    def update(self, examples: Iterable[Example]) -> None:
        """Count the tokens of `examples`."""
        if self._is_column:
            self.score += _score_column(AlignedBatch(list(examples)), self.attr)
            return
        for example in examples:
            self._count(example)

    def merge(self, other: Self) -> None:
        """Add the counts of `other`."""
        self.score += other.score

    def result(self) -> dict[str, Any]:
        """Return the score; None if no token was counted."""
        return {f"{self.attr}_acc": self.score.fscore if len(self.score) else None}

    def _count(self, example: Example) -> None:
        batch = AlignedBatch([example])
        values = [self.getter(token, self.attr) for token in example.reference]
        words = np.flatnonzero(batch.gold_words()).tolist()
        known = {i for i in words if values[i] not in self.missing}
        rows, aligned = batch.words()
        predicted = example.predicted
        found = {
            (j, self.getter(predicted[i], self.attr))
            for i, j in zip(rows.tolist(), aligned.tolist(), strict=True)
            if j in known
        }
        self.score.score_set(found, {(i, values[i]) for i in known})


def _score_column(batch: AlignedBatch, attr: str) -> PRFScore:
    gold, values = batch.reference.column(attr), batch.predicted.column(attr)
    rows, aligned = batch.words()
    is_known = gold[aligned] != 0
    rows, aligned = rows[is_known], aligned[is_known]
    found = values[rows]
    hits, n_found = found == gold[aligned], len(rows)
    if has_repeats(aligned):
        # Two tokens aligned with the same gold token count once if they agree, like members of a
        # set.
        pairs = np.stack([aligned.astype(np.uint64), found.astype(np.uint64)], axis=1)
        _, first = np.unique(pairs, axis=0, return_index=True)
        hits, n_found = hits[first], len(first)
    n_hits, n_gold = int(hits.sum()), int(((gold != 0) & batch.gold_words()).sum())
    return PRFScore(n_hits, n_found - n_hits, n_gold - n_hits)


def _word_spans(docs: DocBatch) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return start and end, in characters, of each token that is not whitespace.

    returns  (k,) and (k,)  offsets of different docs never overlap
    """
    words = ~docs.whitespace()
    shifts = np.repeat(np.arange(len(docs)) << _TEXT_BITS, docs.lengths)[words]
    starts = np.concatenate([doc.char_starts() for doc in docs])[words]
    ends = np.concatenate([doc.char_ends() for doc in docs])[words]
    return starts + shifts, ends + shifts
