"""Transformers by the names and arguments of spacy-transformers; versions differ in arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from thinc.api import Model

from kernel.ops import Floats
from kernel.pipeline import Varying
from kernel.text import Doc
from kernel_plugin_transformer.encoded import EncodedBatch
from kernel_plugin_transformer.listener import Pooling
from kernel_plugin_transformer.model import transformer
from kernel_plugin_transformer.tok2vec import (
    Tok2VecTransformer,
    own_transformer,
    own_transformer_config,
)
from kernel_plugin_transformer.windows import SpanGetter

_NO_SETTINGS: Final[Mapping[str, Any]] = {}


def transformer_model_v1(
    name: str, get_spans: SpanGetter, tokenizer_config: Mapping[str, Any] = _NO_SETTINGS
) -> Model[list[Doc], EncodedBatch]:
    """Compute vectors of word pieces in context; see `transformer_model_v3`."""
    return transformer_model_v3(name, get_spans, tokenizer_config)


def transformer_model_v2(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: Mapping[str, Any] = _NO_SETTINGS,
    transformer_config: Mapping[str, Any] = _NO_SETTINGS,
) -> Model[list[Doc], EncodedBatch]:
    """Compute vectors of word pieces in context; see `transformer_model_v3`."""
    return transformer_model_v3(name, get_spans, tokenizer_config, transformer_config)


def transformer_model_v3(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: Mapping[str, Any] = _NO_SETTINGS,
    transformer_config: Mapping[str, Any] = _NO_SETTINGS,
    mixed_precision: bool = False,
    grad_scaler_config: Mapping[str, Any] = _NO_SETTINGS,
) -> Model[list[Doc], EncodedBatch]:
    """Compute vectors of word pieces in context with an encoder of Hugging Face.

    name                a folder with an encoder, or its name at the hub
    get_spans           returns the parts of each doc that the encoder reads at once
    tokenizer_config    settings of the tokenizer
    transformer_config  settings of the encoder, such as `output_attentions`
    mixed_precision     compute in bfloat16, or in float16 on a GPU that lacks it
    grad_scaler_config  settings of the scaling of gradients; then always float16, on a GPU

    It is the model of the component `transformer`.
    """
    model: Any = transformer(
        name,
        get_spans,
        tokenizer_config=tokenizer_config,
        transformer_config=transformer_config,
        mixed_precision=mixed_precision,
        grad_scaler_config=grad_scaler_config,
    )
    model.attrs["replace_listener"] = own_transformer
    model.attrs["replace_listener_cfg"] = own_transformer_config
    found: Model[list[Doc], EncodedBatch] = model
    return found


def tok2vec_transformer_v1(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: Mapping[str, Any],
    pooling: Pooling,
    grad_factor: Varying = 1.0,
) -> Model[list[Doc], list[Floats]]:
    """Compute word vectors in context; see `tok2vec_transformer_v3`."""
    return tok2vec_transformer_v3(name, get_spans, tokenizer_config, pooling, grad_factor)


def tok2vec_transformer_v2(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: Mapping[str, Any],
    pooling: Pooling,
    grad_factor: Varying = 1.0,
    transformer_config: Mapping[str, Any] = _NO_SETTINGS,
) -> Model[list[Doc], list[Floats]]:
    """Compute word vectors in context; see `tok2vec_transformer_v3`."""
    return tok2vec_transformer_v3(
        name, get_spans, tokenizer_config, pooling, grad_factor, transformer_config
    )


def tok2vec_transformer_v3(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: Mapping[str, Any],
    pooling: Pooling,
    grad_factor: Varying = 1.0,
    transformer_config: Mapping[str, Any] = _NO_SETTINGS,
    mixed_precision: bool = False,
    grad_scaler_config: Mapping[str, Any] = _NO_SETTINGS,
) -> Model[list[Doc], list[Floats]]:
    """Compute word vectors in context with an encoder that only this component has.

    pooling      makes one vector of the word pieces of each token, such as `reduce_mean.v1`
    grad_factor  what the gradient of the encoder is multiplied by, a number or a schedule; while
                 it is 0, the weights of the encoder do not change

    Other arguments are those of `transformer_model_v3`.
    """
    model = transformer_model_v3(
        name,
        get_spans,
        tokenizer_config,
        transformer_config,
        mixed_precision,
        grad_scaler_config,
    )
    return Tok2VecTransformer(model, pooling, grad_factor)
