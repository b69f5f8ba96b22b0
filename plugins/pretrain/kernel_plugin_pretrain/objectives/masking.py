"""Hiding words of docs.

Axes: B docs, N tokens of all docs, S selected tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.errors import ArgumentError
from kernel.ops import Ints
from kernel.text import Doc, DocBatch

MASK = "[MASK]"


@frozen(eq=False)
class MaskedDocs:
    """Docs with some words replaced, and the tokens whose words must be predicted.

    docs      B docs
    selected  (S,)  among all tokens
    """

    docs: DocBatch
    selected: Ints


@frozen(kw_only=True)
class Masking:
    """Selects tokens, and replaces the words of most of them.

    The rule is that of BERT (Devlin et al. 2019, section 3.1): of the selected tokens, 80 % become
    "[MASK]", 10 % a random word, and 10 % stay unchanged, so that the model cannot tell which of
    the words that it sees are right.

    rate         the share of selected tokens
    hide_rate    the share of selected tokens that become "[MASK]"
    random_rate  the share of selected tokens that become a random word of the batch
    """

    rate: float = 0.15
    hide_rate: float = 0.8
    random_rate: float = 0.1

    def __attrs_post_init__(self) -> None:
        if not 0 < self.rate <= 1:
            raise ArgumentError(f"`mask_rate` must be above 0 and at most 1, got {self.rate!r}")

    def __call__(self, docs: DocBatch, generator: np.random.Generator) -> MaskedDocs:
        """Return copies of the docs, which must share their lexeme table, without annotations.

        At least one token is selected if there are any. Words are as frequent among the random
        words as in the batch.
        """
        lex = docs.lex()  # (N,)
        selected = self._select(len(lex), generator)
        if not len(selected):
            return MaskedDocs(docs, selected)
        lot = generator.random(len(selected))
        hidden = selected[lot < self.hide_rate]
        random = selected[(lot >= self.hide_rate) & (lot < self.hide_rate + self.random_rate)]
        replaced = lex.copy()
        replaced[random] = lex[generator.integers(len(lex), size=len(random))]
        replaced[hidden] = docs[0].lexemes.row(MASK)
        return MaskedDocs(_with_words(docs, replaced), selected)

    def _select(self, n: int, generator: np.random.Generator) -> Ints:
        """Select tokens at random.

        returns  (S,)
        """
        drawn = generator.random(n)
        selected: Ints = np.flatnonzero(drawn < self.rate)
        return selected if len(selected) or not n else drawn.argsort()[:1]


def in_one_table(docs: Sequence[Doc]) -> DocBatch:
    """Return the docs, copied to the vocabulary's current lexeme table if they have several."""
    batch = DocBatch.of(docs)
    if all(doc.lexemes is batch[0].lexemes for doc in batch):
        return batch
    return DocBatch(
        Doc(doc.vocab, words=[token.text for token in doc], spaces=doc.spaces.tolist())
        for doc in batch
    )


def _with_words(docs: DocBatch, lex: npt.NDArray[np.int32]) -> DocBatch:
    """Return docs with other words.

    lex      (N,)  rows of the lexeme table that the docs share
    """
    offsets = docs.offsets.tolist()
    return DocBatch(
        Doc.from_rows(doc.vocab, lex[start:end], doc.spaces, doc.lexemes)
        for doc, start, end in zip(docs, offsets, offsets[1:], strict=False)
    )
