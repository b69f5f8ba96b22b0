"""The Thinc model that computes the vectors of word pieces with a pretrained encoder.

Axes: B docs, N tokens of all docs, S spans, M word pieces of all spans, W width.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from thinc.api import Model
from thinc.types import Ragged

from kernel.errors import ArgumentError
from kernel.ops import Floats, Ints, from_torch, no_backprop, to_torch
from kernel.text import Doc
from kernel_plugin_transformer.encoded import EncodedBatch, sums
from kernel_plugin_transformer.outputs import Outputs
from kernel_plugin_transformer.pieces import Characters, Pieces, align
from kernel_plugin_transformer.precision import Precision
from kernel_plugin_transformer.pretrained import Encoder, check_name, load_encoder
from kernel_plugin_transformer.runs import Run
from kernel_plugin_transformer.shim import EncoderShim
from kernel_plugin_transformer.windows import Reader, SpanGetter, cut, make_windows

log: Final = logging.getLogger("kernel.transformer")

Backprop = Callable[[Floats], list[Doc]]
# How many docs a warning names.
_NAMED_DOCS: Final = 5


def transformer(
    name: str,
    get_spans: SpanGetter,
    *,
    tokenizer_config: Mapping[str, Any] | None = None,
    transformer_config: Mapping[str, Any] | None = None,
    mixed_precision: bool = False,
    grad_scaler_config: Mapping[str, Any] | None = None,
) -> Model[list[Doc], EncodedBatch]:
    """Compute vectors of word pieces in context with an encoder of Hugging Face.

    name                a folder with an encoder, or its name at the hub
    get_spans           returns the parts of each doc that the encoder reads at once
    tokenizer_config    settings of the tokenizer
    transformer_config  settings of the encoder, such as `output_attentions`
    mixed_precision     compute in bfloat16, or in float16 on a GPU that lacks it
    grad_scaler_config  settings of the scaling of gradients; then always float16, on a GPU

    The encoder is loaded by `initialize`, or by `from_bytes`, which needs no other files. Its
    weights are those of the torch module in the shim of the only layer; the backward pass takes the
    gradient of `EncodedBatch.hidden`, (M, W), and returns an empty list.

    Raises `ArgumentError` for settings of precision that would have no effect.
    """
    precision = Precision.of(mixed_precision, grad_scaler_config or {})
    shim = EncoderShim(tokenizer_config or {}, transformer_config or {}, precision)
    # The names of the layers are those of spacy-transformers, whose files can be read.
    encoder: Any = Model("hf-pytorch", _encode, dims={"nI": None, "nO": None}, shims=[shim])
    return Model(
        "transformer",
        _forward,
        init=_init,
        dims={"nO": None},
        layers=[encoder],
        attrs={
            "name": name,
            "get_spans": get_spans,
            "set_transformer": set_encoder,
            "has_transformer": False,
            "flush_cache_chance": 0.0,
            "describe": _describe,
        },
    )


def _describe(model: Any) -> dict[str, int]:
    """Return the number of layers and the width of the encoder, for `kernel info`."""
    shim = shim_of(model)
    if not shim.is_loaded:
        return {}
    config = shim.encoder.module.config
    return {"layers": config.num_hidden_layers, "width": shim.encoder.width}


def shim_of(model: Any) -> EncoderShim:
    """Return the shim of a transformer model."""
    shim: EncoderShim = model.layers[0].shims[0]
    return shim


def encoder_shims(model: Any) -> list[EncoderShim]:
    """Return the shims of all encoders in a model."""
    return [shim for node in model.walk() for shim in node.shims if isinstance(shim, EncoderShim)]


def tokenizer_of(model: Any) -> Any:
    """Return the tokenizer of the first encoder in a model."""
    return encoder_shims(model)[0].encoder.tokenizer


def set_encoder(model: Any, encoder: Encoder) -> None:
    """Use an encoder, instead of loading the one that the settings name."""
    shim_of(model).encoder = encoder
    model.attrs["has_transformer"] = True
    model.set_dim("nO", encoder.width, force=True)


def check_encoders(nlp: Any) -> None:
    """Check that the encoders that `nlp.initialize` will load can be found.

    Raises `ArgumentError` that names the component and the encoder.
    """
    for component_name, component in nlp.pipeline:
        for node in _unloaded(getattr(component, "model", None)):
            shim = shim_of(node)
            settings = {**shim.tokenizer_config, **shim.transformer_config}
            try:
                check_name(node.attrs["name"], settings)
            except ArgumentError as error:
                raise ArgumentError(
                    f"component `{component_name}`: {error.message}", hint=error.hint
                ) from error


def _unloaded(model: Any) -> Iterator[Any]:
    """Yield the transformer models inside of a model that have no encoder yet."""
    for node in model.walk() if isinstance(model, Model) else ():
        if "set_transformer" in node.attrs and not shim_of(node).is_loaded:
            yield node


def _init(model: Any, X: Any = None, Y: Any = None) -> None:
    shim = shim_of(model)
    if not shim.is_loaded:
        found = load_encoder(model.attrs["name"], shim.tokenizer_config, shim.transformer_config)
        set_encoder(model, found)


def _forward(
    model: Any, docs: Sequence[Doc], is_train: bool
) -> tuple[EncodedBatch, Callable[[Floats], list[Doc]]]:
    reader = shim_of(model).encoder.reader()
    characters = Characters.of(docs)
    full = make_windows(model.attrs["get_spans"], docs, characters, reader)
    windows, dropped = cut(full, reader)
    pieces = windows.pieces
    aligned = align(pieces.chars, characters)
    doc_lengths = np.diff(characters.doc_tokens).astype(np.int32)
    ragged: Any = Ragged
    cut_off: Ints = np.zeros(len(docs), np.int32)
    if len(dropped):
        is_cut = (align(full.pieces.chars, characters).lengths > 0) & (aligned.lengths == 0)
        cut_off = sums(is_cut, doc_lengths)
        _warn(docs, cut_off, reader)
    (hidden, outputs), backprop = model.layers[0](pieces, is_train)
    encoded = EncodedBatch(
        hidden=hidden,
        input_ids=pieces.ids,
        token_type_ids=pieces.type_ids,
        span_lengths=pieces.lengths,
        span_bounds=windows.bounds,
        doc_spans=windows.doc_spans,
        doc_lengths=doc_lengths,
        align=ragged(model.ops.asarray(aligned.pieces), aligned.lengths),
        cut_off=cut_off,
        outputs=outputs,
    )

    def backprop_docs(d_hidden: Floats) -> list[Doc]:
        backprop(d_hidden)
        return []

    return encoded, backprop_docs


def _warn(docs: Sequence[Doc], cut_off: Ints, reader: Reader) -> None:
    """Report tokens without vectors, once for a batch."""
    (numbers,) = np.nonzero(cut_off)
    if not len(numbers):
        return
    named = ", ".join(
        f"{docs[number].text[:30]!r} ({cut_off[number]})" for number in numbers[:_NAMED_DOCS]
    )
    more = f" and {len(numbers) - _NAMED_DOCS} more" if len(numbers) > _NAMED_DOCS else ""
    log.warning(
        "%d tokens of %d docs have no vectors, because their spans have more than the %d word "
        "pieces that the encoder reads; use `kernel.wordpiece_spans.v1` as `get_spans`. Docs: %s%s",
        cut_off.sum(),
        len(numbers),
        reader.max_pieces,
        named,
        more,
    )


def _encode(
    model: Any, pieces: Pieces, is_train: bool
) -> tuple[tuple[Floats, Mapping[str, Any]], Callable[[Floats], None]]:
    """Compute the vectors (M, W), and the other outputs, of word pieces."""
    import torch

    shim: EncoderShim = model.shims[0]
    encoder = shim.encoder
    run = Run(encoder.module, pieces, shim.max_batch_items, shim.precision)
    outputs = Outputs(pieces.lengths, run.device, encoder.width)
    with torch.inference_mode(mode=not is_train):
        for part, output in run.train() if is_train else run.predict():
            outputs.add(part, output)
    xp = model.ops.xp
    hidden = from_torch(outputs.hidden, xp)

    def backprop(d_hidden: Floats) -> None:
        with shim.scaled_gradients():
            run.backward(to_torch(d_hidden).to(run.device), shim.scaler)

    result = hidden, _arrays(outputs.others, xp)
    return result, backprop if is_train else no_backprop


def _arrays(value: Any, xp: Any) -> Any:
    """Return tensors as arrays, in the same dicts, tuples and lists."""
    if isinstance(value, dict):
        return {key: _arrays(each, xp) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_arrays(each, xp) for each in value)
    return from_torch(value, xp)
