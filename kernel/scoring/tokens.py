"""Scores of tokens: where they are, and one attribute of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt

from kernel.scoring.prf import PRFScore
from kernel.scoring.score import Score
from kernel.text import COLUMNS

if TYPE_CHECKING:
    from kernel.text import Doc, Example

Getter = Callable[[Any, str], Any]
MISSING: frozenset[Any] = frozenset((None, 0, ""))

TOKENIZATION: Final = {
    "token_acc": Score(title="TOK", help="share of tokens that the tokenizer finds as annotated"),
    "token_p": Score(help="share of the tokens found that are right"),
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
        for example in examples:
            if not (example.reference.has_unknown_spaces or example.predicted.has_unknown_spaces):
                self._count(example)

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self.aligned += other.aligned
        self.spans += other.spans

    def result(self) -> dict[str, Any]:
        """Return the scores; None if no token was counted."""
        if not len(self.spans):
            return dict.fromkeys(("token_acc", "token_p", "token_r", "token_f"))
        rates = {f"token_{key}": rate for key, rate in self.spans.to_dict().items()}
        return {"token_acc": self.aligned.precision, **rates}

    def _count(self, example: Example) -> None:
        predicted, gold = example.predicted, example.reference
        words = ~predicted.whitespace()
        gold_words = int((~gold.whitespace()).sum())
        single = int((words & (example.alignment.x2y.lengths == 1)).sum())
        self.aligned += PRFScore(single, int(words.sum()) - single, gold_words - single)
        self.spans.score_set(_word_spans(predicted), _word_spans(gold))


class TokenAttrScores:
    """`<attr>_acc`: the F-score of an attribute over the tokens that both sides have.

    Gold tokens with one of `missing_values` do not count; a predicted token counts if it is
    no whitespace and aligned with one gold token. `getter(token, attr)` gives the value.
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
        # Columns hold what the attributes say, and 0 where nothing was said.
        self._is_column = getter is getattr and attr in COLUMNS and missing_values == MISSING

    def update(self, examples: Iterable[Example]) -> None:
        """Count the tokens of `examples`."""
        for example in examples:
            if self._is_column:
                self.score += _score_column(example, self.attr)
            else:
                self._count(example)

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self.score += other.score

    def result(self) -> dict[str, Any]:
        """Return the score; None if no token was counted."""
        return {f"{self.attr}_acc": self.score.fscore if len(self.score) else None}

    def _count(self, example: Example) -> None:
        values = [self.getter(token, self.attr) for token in example.reference]
        known = {i for i, value in enumerate(values) if value not in self.missing}
        rows, aligned = aligned_tokens(example)
        predicted = example.predicted
        found = {
            (j, self.getter(predicted[i], self.attr))
            for i, j in zip(rows.tolist(), aligned.tolist(), strict=True)
            if j in known
        }
        self.score.score_set(found, {(i, values[i]) for i in known})


def aligned_tokens(example: Example) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the predicted words that align with one gold token, and those tokens.

    returns  (k,) and (k,)  indices into the predicted and the gold doc; whitespace left out
    """
    x2y = example.alignment.x2y
    lengths = np.asarray(x2y.lengths)
    rows = np.flatnonzero((lengths == 1) & ~example.predicted.whitespace())
    first = np.cumsum(lengths) - lengths  # where each token's part of `data` starts
    return rows, np.asarray(x2y.data)[first[rows]]


def _score_column(example: Example, attr: str) -> PRFScore:
    gold = example.reference.annotations.get(attr)
    if gold is None:
        return PRFScore()
    rows, aligned = aligned_tokens(example)
    column = example.predicted.annotations.get(attr)
    values = np.zeros(len(rows), gold.dtype) if column is None else column[rows]
    keep = gold[aligned] != 0
    # Two tokens that share a gold token count once if they agree, as members of a set do.
    pairs = np.stack([aligned[keep].astype(np.uint64), values[keep].astype(np.uint64)], axis=1)
    if (np.diff(aligned) == 0).any():
        pairs = np.unique(pairs, axis=0)
    hits = int((gold[pairs[:, 0].astype(np.intp)] == pairs[:, 1].astype(gold.dtype)).sum())
    return PRFScore(hits, len(pairs) - hits, int((gold != 0).sum()) - hits)


def _word_spans(doc: Doc) -> set[tuple[int, int]]:
    """Return start and end, in characters, of each token that is no whitespace."""
    words = ~doc.whitespace()
    return set(zip(doc.char_starts()[words].tolist(), doc.char_ends()[words].tolist(), strict=True))
