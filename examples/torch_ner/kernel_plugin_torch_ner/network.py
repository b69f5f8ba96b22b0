"""The network that scores tags: embeddings of words and affixes, and a bidirectional LSTM.

Axes: B docs, L tokens of the longest doc, F features of a token, W width, T tags.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from kernel import Doc
from kernel_plugin_torch_ner.crf import LinearChainCRF
from kernel_plugin_torch_ner.tags import allowed_tags

FEATURES = ("NORM", "PREFIX", "SUFFIX", "SHAPE")
# Makes the network for a list of tags.
MakeNetwork = Callable[[Sequence[str]], "Tagger"]


def bilstm(width: int, rows: int, depth: int = 1) -> MakeNetwork:
    """Score tags by the words of the whole doc, read in both directions.

    width  size of a word's vector; even
    rows   rows of the embedding table of each feature; words with the same row share a vector
    depth  layers of the LSTM
    """
    return lambda tags: Tagger(tags, width=width, rows=rows, depth=depth)


class Tagger(nn.Module):
    """Embeddings, LSTM, a linear layer, and a conditional random field over its scores."""

    def __init__(self, tags: Sequence[str], *, width: int, rows: int, depth: int) -> None:
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(rows, width) for _ in FEATURES)
        self.dropout = nn.Dropout(0.0)
        self.lstm = nn.LSTM(width, width // 2, depth, batch_first=True, bidirectional=True)
        self.output = nn.Linear(width, len(tags))
        self.crf = LinearChainCRF(*allowed_tags(tags))
        for table in self.embeddings:
            nn.init.normal_(table.weight, std=0.3)

    def forward(self, features: Tensor, lengths: Tensor) -> Tensor:
        """Return the scores of tags.

        features  (B, L, F)  rows of the tables
        lengths   (B,)       at least 1, on the CPU
        returns   (B, L, T)
        """
        vectors = sum(table(features[:, :, i]) for i, table in enumerate(self.embeddings))
        packed = nn.utils.rnn.pack_padded_sequence(
            self.dropout(vectors), lengths, batch_first=True, enforce_sorted=False
        )
        context, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        scores: Tensor = self.output(self.dropout(context + vectors))
        return scores

    @property
    def rows(self) -> int:
        """The number of rows of each table."""
        return int(self.embeddings[0].num_embeddings)


def features_of(docs: Sequence[Doc], rows: int) -> tuple[Tensor, Tensor]:
    """Return the rows of the features of each token, and the lengths of docs that are not empty.

    returns  (B, L, F) int64, zero after the end of a doc; (B,)
    """
    lengths = torch.tensor([len(doc) for doc in docs])
    features = np.zeros((len(docs), int(lengths.max()), len(FEATURES)), dtype="int64")
    for row, doc in enumerate(docs):
        features[row, : len(doc)] = doc.to_array(list(FEATURES)) % np.uint64(rows)
    return torch.from_numpy(features), lengths
