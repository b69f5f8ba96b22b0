"""The word pieces of spans, as a padded matrix.

Axes: S spans, L word pieces of the longest span.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define

from kernel.ops import to_torch
from kernel_plugin_transformer.encoded import EncodedBatch, offsets
from kernel_plugin_transformer.padding import Padding


@define(eq=False)
class WordpieceBatch:
    """The word pieces of spans.

    strings         S lists of the L pieces as strings, with those that pad
    input_ids       (S, L)
    attention_mask  (S, L)  1 for a piece, 0 for padding
    lengths         S numbers of pieces, without padding
    token_type_ids  (S, L)  None if the tokenizer has none
    """

    strings: list[list[str]]
    input_ids: Any
    attention_mask: Any
    lengths: list[int]
    token_type_ids: Any

    def __len__(self) -> int:
        return len(self.strings)

    def __getitem__(self, index: Any) -> WordpieceBatch:
        """Return the spans of a number, a slice, or a list of numbers."""
        chosen = np.arange(len(self))[[index] if isinstance(index, int) else index].tolist()
        types = self.token_type_ids
        return WordpieceBatch(
            strings=[self.strings[each] for each in chosen],
            input_ids=self.input_ids[chosen],
            attention_mask=self.attention_mask[chosen],
            lengths=[self.lengths[each] for each in chosen],
            token_type_ids=None if types is None else types[chosen],
        )

    @classmethod
    def empty(cls, *, xp: Any = np) -> WordpieceBatch:
        """Return a batch without spans."""
        return cls([], xp.zeros((0, 0), "int32"), xp.ones((0, 0), "bool"), [], None)

    @classmethod
    def zeros(cls, lengths: Sequence[int], xp: Any = np) -> WordpieceBatch:
        """Return empty pieces of the number 0, `lengths` per span."""
        padding = Padding(np.asarray(lengths, "int32"))
        return cls(
            strings=[[""] * padding.shape[1] for _ in lengths],
            input_ids=xp.zeros(padding.shape, "int32"),
            attention_mask=xp.asarray(padding.pad(np.ones(len(padding.places), "bool"))),
            lengths=list(lengths),
            token_type_ids=None,
        )

    @classmethod
    def of(cls, encoded: EncodedBatch, tokenizer: Any) -> WordpieceBatch:
        """Return the word pieces of an encoded batch; `tokenizer` is of Hugging Face."""
        padding = Padding(encoded.span_lengths)
        ids, types = encoded.input_ids, encoded.token_type_ids
        # Most vocabularies that name no piece for padding use 0, which the mask hides anyway.
        pad_id = getattr(tokenizer, "pad_token_id", None) or 0
        pad_type = getattr(tokenizer, "pad_token_type_id", None) or 0
        return cls(
            strings=_strings(encoded, tokenizer, padding.shape[1]),
            input_ids=padding.pad(ids, pad_id),
            attention_mask=padding.pad(np.ones(len(ids), "float32")),
            lengths=encoded.span_lengths.tolist(),
            token_type_ids=None if types is None else padding.pad(types, pad_type),
        )

    @classmethod
    def from_batch_encoding(cls, token_data: Any) -> WordpieceBatch:
        """Return the word pieces in the result of a fast tokenizer of Hugging Face, padded."""
        types = token_data.get("token_type_ids")
        mask = np.asarray(token_data["attention_mask"], "float32")
        return cls(
            strings=[token_data.tokens(index) for index in range(len(mask))],
            input_ids=np.asarray(token_data["input_ids"]),
            attention_mask=mask,
            lengths=mask.sum(axis=1).astype(int).tolist(),
            token_type_ids=None if types is None else np.asarray(types),
        )

    def to_hf_dict(self) -> dict[str, Any]:
        """Return the pieces as the inputs of a model of Hugging Face: tensors by name."""
        inputs = {
            "input_ids": _tensor(self.input_ids, "int64"),
            "attention_mask": _tensor(self.attention_mask, "float32"),
            "input_texts": self.strings,
        }
        if self.token_type_ids is not None:
            inputs["token_type_ids"] = _tensor(self.token_type_ids, "int64")
        return inputs

    def to_dict(self) -> dict[str, Any]:
        """Return the attributes by name."""
        return {
            "strings": self.strings,
            "input_ids": self.input_ids,
            "attention_mask": self.attention_mask,
            "lengths": self.lengths,
            "token_type_ids": self.token_type_ids,
        }

    @classmethod
    def from_dict(cls, msg: Mapping[str, Any]) -> WordpieceBatch:
        """Return the batch that `to_dict` described; raises KeyError if something is missing."""
        return cls(
            strings=[list(each) for each in msg["strings"]],
            input_ids=msg["input_ids"],
            attention_mask=msg["attention_mask"],
            lengths=list(msg["lengths"]),
            token_type_ids=msg["token_type_ids"],
        )


def _strings(encoded: EncodedBatch, tokenizer: Any, longest: int) -> list[list[str]]:
    names = tokenizer.convert_ids_to_tokens(encoded.input_ids.tolist())
    pad = tokenizer.pad_token or ""
    ends = offsets(encoded.span_lengths).tolist()
    return [
        names[start:end] + [pad] * (longest - (end - start))
        for start, end in itertools.pairwise(ends)
    ]


def _tensor(array: Any, dtype: str) -> Any:
    # A copy, because tensors of read-only arrays are refused.
    return to_torch(array.astype(dtype))
