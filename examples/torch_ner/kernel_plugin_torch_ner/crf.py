"""A linear-chain conditional random field (Lafferty et al., 2001).

Axes: B docs, L tokens of the longest doc, T tags.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

# The score of what is not allowed: finite, because the difference of two infinities is not a
# number.
FORBIDDEN = -1e4


class LinearChainCRF(nn.Module):
    """Scores of tag sequences: of each tag at each token, and of each tag after another.

    Params: `transitions` (T, T), from row to column; `starts` (T,); `ends` (T,). Zero at first.
    """

    def __init__(self, allowed: Tensor, starts: Tensor, ends: Tensor) -> None:
        """Create a field in which some sequences are not allowed.

        allowed  (T, T)  bool: whether a tag may follow another one
        starts   (T,)    bool: whether a tag may be the first one
        ends     (T,)    bool: whether a tag may be the last one
        """
        super().__init__()
        n_tags = len(allowed)
        self.transitions = nn.Parameter(torch.zeros(n_tags, n_tags))
        self.starts = nn.Parameter(torch.zeros(n_tags))
        self.ends = nn.Parameter(torch.zeros(n_tags))
        for name, mask in (("allowed", allowed), ("may_start", starts), ("may_end", ends)):
            # They follow from the labels, and are not stored.
            self.register_buffer(name, mask, persistent=False)

    def loss(self, scores: Tensor, lengths: Tensor, gold: Tensor) -> Tensor:
        """Return the negative log-likelihood of the gold tags, summed over docs.

        scores   (B, L, T)  of tags at tokens
        lengths  (B,)       at least 1
        gold     (B, L, T)  bool: the tags that a token may have; all, if its tag is unknown
        returns  ()
        """
        of_gold = self.log_partition(scores.masked_fill(~gold, FORBIDDEN), lengths)
        return (self.log_partition(scores, lengths) - of_gold).sum()

    def log_partition(self, scores: Tensor, lengths: Tensor) -> Tensor:
        """Return the logarithm of the summed weights of all tag sequences.

        scores   (B, L, T)
        lengths  (B,)
        returns  (B,)
        """
        transitions, starts, ends = self._masked()
        forward = starts + scores[:, 0]  # (B, T): of all beginnings that end in a tag
        for token in range(1, scores.shape[1]):
            extended = (forward[:, :, None] + transitions).logsumexp(1) + scores[:, token]
            forward = torch.where((token < lengths)[:, None], extended, forward)
        return (forward + ends).logsumexp(1)

    @torch.no_grad()
    def best_tags(self, scores: Tensor, lengths: Tensor) -> Tensor:
        """Return the tags of the sequence with the highest score (Viterbi, 1967).

        scores   (B, L, T)
        lengths  (B,)
        returns  (B, L)  int64; 0 after the end of a doc
        """
        transitions, starts, ends = self._masked()
        n_tags = len(starts)
        same = torch.arange(n_tags, device=scores.device)
        best, steps = starts + scores[:, 0], []  # (B, T)
        for token in range(1, scores.shape[1]):
            extended, previous = (best[:, :, None] + transitions).max(1)
            is_inside = (token < lengths)[:, None]
            best = torch.where(is_inside, extended + scores[:, token], best)
            steps.append(torch.where(is_inside, previous, same))
        tag = (best + ends).argmax(1)  # (B,)
        tags = [tag]
        for previous in reversed(steps):
            tag = previous.gather(1, tag[:, None])[:, 0]
            tags.append(tag)
        found = torch.stack(tags[::-1], 1)  # (B, L)
        is_token = torch.arange(scores.shape[1], device=scores.device) < lengths[:, None]
        return found.masked_fill(~is_token, 0)

    def _masked(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return the scores of transitions, first and last tags: (T, T), (T,) and (T,)."""
        return (
            self.transitions.masked_fill(~self.allowed, FORBIDDEN),
            self.starts.masked_fill(~self.may_start, FORBIDDEN),
            self.ends.masked_fill(~self.may_end, FORBIDDEN),
        )
