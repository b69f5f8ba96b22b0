"""What a transformer knows about a batch of docs, and about one doc.

Both are computed from flat arrays when somebody asks for them; until then, nothing is padded.

Axes: B docs, N tokens, S spans, L word pieces of the longest span, W width, R rows.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from thinc.types import Ragged

from kernel.errors import LoadError, ShapeError
from kernel.files import pack, unpack
from kernel.ops import Floats, array_module, to_torch
from kernel.text import Doc, Span
from kernel_plugin_transformer.encoded import EncodedBatch, offsets
from kernel_plugin_transformer.padding import Padding
from kernel_plugin_transformer.pooling import TokenRows
from kernel_plugin_transformer.split import split_by_doc
from kernel_plugin_transformer.wordpieces import WordpieceBatch

if TYPE_CHECKING:
    from transformers.utils import ModelOutput

_HIDDEN: Final = "last_hidden_state"


class _Described:
    """Word pieces, outputs of the encoder and alignment: given, or computed from flat arrays."""

    # The flat arrays and the tokenizer of Hugging Face; None if the rest was given.
    encoded: EncodedBatch | None = None
    tokenizer: Any = None

    def _source(self) -> EncodedBatch:
        assert self.encoded is not None  # noqa: S101 — what is given replaces the properties
        return self.encoded

    @functools.cached_property
    def wordpieces(self) -> WordpieceBatch:
        """The word pieces of all spans."""
        return WordpieceBatch.of(self._source(), self.tokenizer)

    @functools.cached_property
    def align(self) -> Ragged:
        """The word pieces of each token.

        Its data, (K,), are places in the padded matrix of word pieces, S x L; its lengths, (N,),
        are the number of word pieces of each token.
        """
        encoded = self._source()
        found: Any = encoded.align
        places = array_module(found.dataXd).asarray(Padding(encoded.span_lengths).places)
        ragged: Any = Ragged
        return ragged(places[found.dataXd].astype("int32"), found.lengths)

    @functools.cached_property
    def model_output(self) -> ModelOutput:
        """The outputs of the encoder by the names of Hugging Face, padded.

        `last_hidden_state` is (S, L, W).
        """
        encoded = self._source()
        padding = Padding(encoded.span_lengths)
        others = {name: padding.pad_output(value) for name, value in encoded.outputs.items()}
        return _model_output({_HIDDEN: padding.pad(encoded.hidden), **others})

    @property
    def tensors(self) -> list[Any]:
        """The outputs of the encoder in their order; the first is (S, L, W)."""
        return list(self.model_output.values())

    @property
    def tokens(self) -> dict[str, Any]:
        """The word pieces as inputs of a model of Hugging Face."""
        return self.wordpieces.to_hf_dict()

    def _rows(self, doc_lengths: Sequence[int]) -> TokenRows:
        lengths = np.asarray(doc_lengths, "int32")
        if self.encoded is not None:
            align: Any = self.encoded.align
            return TokenRows(self.encoded.hidden, align.dataXd, align.lengths, lengths)
        hidden: Any = self.model_output.get(_HIDDEN)
        align = self.align
        rows = np.zeros((0, 0), "float32") if hidden is None else _as_array(hidden)
        flat = rows.reshape(-1, rows.shape[-1])
        return TokenRows(flat, align.dataXd.reshape(-1), np.asarray(align.lengths), lengths)


class TransformerData(_Described):
    """The word pieces of one doc, their vectors, and which of them each token has.

    wordpieces    the word pieces of the doc's spans
    model_output  the outputs of the encoder, `last_hidden_state` (S, L, W)
    align         the word pieces of each token, as places in the padded matrix S x L

    Copies of a doc share it; it must not be changed.
    """

    def __init__(
        self, wordpieces: WordpieceBatch, model_output: ModelOutput, align: Ragged
    ) -> None:
        self.wordpieces = wordpieces
        self.model_output = model_output
        self.align = align

    @classmethod
    def of(cls, encoded: EncodedBatch, tokenizer: Any) -> TransformerData:
        """Return the data of a batch of one doc; `tokenizer` is of Hugging Face."""
        made = cls.__new__(cls)
        made.encoded, made.tokenizer = encoded, tokenizer
        return made

    @classmethod
    def empty(cls) -> TransformerData:
        """Return the data of a doc without spans."""
        return cls(WordpieceBatch.empty(), _model_output({}), _ragged([], []))

    @classmethod
    def zeros(cls, length: int, width: int, *, xp: Any = np) -> TransformerData:
        """Return zeros for `length` tokens with one word piece each."""
        output = _model_output({_HIDDEN: xp.zeros((1, length, width), "float32")})
        return cls(WordpieceBatch.zeros([length], xp), output, _ragged(range(length), [1] * length))

    @property
    def width(self) -> int:
        """The size of a vector; raises `ShapeError` if there are none."""
        if self.encoded is not None:
            return self.encoded.width
        if _HIDDEN not in self.model_output:
            raise ShapeError("the data of this doc has no vectors")
        return int(self.model_output[_HIDDEN].shape[-1])

    @property
    def token_rows(self) -> TokenRows:
        """The vectors of word pieces, and which of them each token has."""
        return self._rows([len(self._align_lengths)])

    @property
    def _align_lengths(self) -> Any:
        return (self.align if self.encoded is None else self.encoded.align).lengths

    def to_dict(self) -> dict[str, Any]:
        """Return the attributes as plain values and numpy arrays."""
        pieces = {name: _on_host(value) for name, value in self.wordpieces.to_dict().items()}
        return {
            "wordpieces": pieces,
            "model_output": {name: _on_host(value) for name, value in self.model_output.items()},
            "align": [_on_host(self.align.dataXd), _on_host(self.align.lengths)],
        }

    @classmethod
    def from_dict(cls, msg: Mapping[str, Any]) -> TransformerData:
        """Return the data that `to_dict` described; raises `LoadError` if it is damaged."""
        try:
            index, lengths = msg["align"]
            pieces = WordpieceBatch.from_dict(msg["wordpieces"])
            made = cls(pieces, _model_output(msg["model_output"]), _ragged(index, lengths))
            _check(made)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise LoadError(f"the data of a transformer is damaged: {error}") from error
        return made

    def to_bytes(self) -> bytes:
        """Return the data as MessagePack."""
        return pack(self.to_dict())

    def from_bytes(self, byte_string: bytes) -> TransformerData:
        """Return the data that `to_bytes` packed; raises `LoadError` if it is damaged."""
        return self.from_dict(unpack(byte_string, what="the data of a transformer"))

    def __reduce__(self) -> Any:
        return TransformerData.from_dict, (self.to_dict(),)

    def __copy__(self) -> TransformerData:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> TransformerData:
        return self


class FullTransformerBatch(_Described):
    """The word pieces of a batch of docs, their vectors, and which of them each token has.

    spans         B lists of the spans that the encoder read
    wordpieces    the word pieces of all spans
    model_output  the outputs of the encoder, `last_hidden_state` (S, L, W)
    align         the word pieces of each token, as places in the padded matrix S x L
    """

    docs: list[Doc]

    def __init__(
        self,
        spans: list[list[Span]],
        wordpieces: WordpieceBatch,
        model_output: ModelOutput,
        align: Ragged,
        cached_doc_data: list[TransformerData] | None = None,
    ) -> None:
        self.spans = spans
        self.wordpieces = wordpieces
        self.model_output = model_output
        self.align = align
        self.cached_doc_data = cached_doc_data

    @classmethod
    def of(cls, encoded: EncodedBatch, docs: Iterable[Doc], tokenizer: Any) -> FullTransformerBatch:
        """Return the output of an encoder for docs; `tokenizer` is of Hugging Face."""
        made = cls.__new__(cls)
        made.encoded, made.tokenizer, made.docs = encoded, tokenizer, list(docs)
        made.cached_doc_data = None
        return made

    @classmethod
    def empty(cls, nr_docs: int) -> FullTransformerBatch:
        """Return a batch of docs without spans."""
        data = [TransformerData.empty() for _ in range(nr_docs)]
        nothing = _model_output({}), _ragged([], [])
        return cls([[] for _ in data], WordpieceBatch.empty(), *nothing, data)

    @functools.cached_property
    def spans(self) -> list[list[Span]]:
        """The spans of each doc that the encoder read."""
        encoded, ends = self._source(), offsets(self._source().doc_spans).tolist()
        bounds = encoded.span_bounds.tolist()
        return [
            [doc[start:end] for start, end in bounds[first:last]]
            for doc, first, last in zip(self.docs, ends, ends[1:], strict=False)
        ]

    def __len__(self) -> int:
        return len(self.spans if self.encoded is None else self.docs)

    @property
    def tensors(self) -> list[Any]:
        """The outputs of the encoder in their order, as tensors; the first is (S, L, W)."""
        return [_as_tensor(value) for value in self.model_output.values()]

    @property
    def doc_data(self) -> list[TransformerData]:
        """The data of each doc, which are computed once."""
        if self.cached_doc_data is None:
            self.cached_doc_data = self.split_by_doc()
        return self.cached_doc_data

    def split_by_doc(self) -> list[TransformerData]:
        """Return the data of each doc, in memory of their own."""
        if self.encoded is not None:
            return [TransformerData.of(each, self.tokenizer) for each in split_by_doc(self.encoded)]
        ends = offsets([len(each) for each in self.spans]).tolist()
        tokens = offsets(self._doc_lengths()).tolist()
        places = zip(ends, ends[1:], tokens, tokens[1:], strict=False)
        return [self._part(slice(*place[:2]), slice(*place[2:])) for place in places]

    def unsplit_by_doc(self, arrays: Sequence[Sequence[Floats]]) -> FullTransformerBatch:
        """Return the batch with other outputs, for example with gradients.

        arrays  B lists of the outputs for each doc, the first (S of the doc, L, W)
        """
        xp = array_module(arrays[0][0]) if arrays else np
        names = list(self.model_output)
        outputs = {
            name: xp.concatenate(list(each))
            for name, each in zip(names, zip(*arrays, strict=True), strict=False)
        }
        return FullTransformerBatch(self.spans, self.wordpieces, _model_output(outputs), self.align)

    @property
    def token_rows(self) -> TokenRows:
        """The vectors of word pieces, and which of them each token has."""
        return self._rows(self._doc_lengths())

    def like(self, d_rows: Floats) -> Any:
        """Return a gradient of the rows of `token_rows` in the form of the model's output.

        d_rows   (R, W)
        returns  the same for the model of this package; otherwise a batch
        """
        if self.encoded is not None:
            return d_rows
        shape = self.model_output[_HIDDEN].shape
        output = _model_output({_HIDDEN: _as_tensor(d_rows.reshape(shape))})
        return FullTransformerBatch(self.spans, self.wordpieces, output, self.align)

    def _doc_lengths(self) -> list[int]:
        if self.encoded is not None:
            lengths: list[int] = self.encoded.doc_lengths.tolist()
            return lengths
        # A doc without spans has no tokens that the encoder could have read.
        return [len(each[0].doc) if each else 0 for each in self.spans]

    def _part(self, spans: slice, tokens: slice) -> TransformerData:
        longest = self.wordpieces.input_ids.shape[1]
        align: Any = self.align
        ends = offsets(align.lengths)
        index = align.dataXd[ends[tokens.start] : ends[tokens.stop]]
        outputs = {name: _as_array(value)[spans] for name, value in self.model_output.items()}
        return TransformerData(
            self.wordpieces[spans],
            _model_output(outputs),
            _ragged(index - spans.start * longest, align.lengths[tokens]),
        )


def _model_output(values: Mapping[str, Any]) -> ModelOutput:
    # Imported here because it takes seconds.
    from transformers.utils import ModelOutput

    return ModelOutput(values)


def _ragged(index: Any, lengths: Any) -> Ragged:
    ragged: Any = Ragged
    xp = array_module(index) if hasattr(index, "dtype") else np
    return ragged(xp.asarray(index, dtype="int32").reshape(-1), np.asarray(lengths, "int32"))


def _check(data: TransformerData) -> None:
    """Raise ValueError if a token has a word piece that does not exist."""
    index, lengths = data.align.dataXd, data.align.lengths
    hidden = data.model_output.get(_HIDDEN)
    n_rows = 0 if hidden is None else hidden.shape[0] * hidden.shape[1]
    if int(lengths.sum()) != len(index) or (lengths < 0).any():
        raise ValueError("the lengths of the alignment do not add up")
    if len(index) and not (index.min() >= 0 and index.max() < n_rows):
        raise ValueError("a token is aligned to a word piece that is missing")


def _as_array(value: Any) -> Any:
    """Return a tensor as an array; an array is returned unchanged."""
    from kernel.ops import from_torch

    return from_torch(value) if hasattr(value, "detach") else value


def _as_tensor(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_as_tensor, value))
    return value if hasattr(value, "detach") else to_torch(value)


def _on_host(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_on_host(each) for each in value]
    return value.get() if hasattr(value, "get") and hasattr(value, "dtype") else value
