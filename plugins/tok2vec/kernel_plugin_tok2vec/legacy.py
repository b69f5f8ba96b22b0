"""The first versions of the architectures, for existing configs and pipelines.

They have the layers and weights of the second versions. Two things differ. Words without a vector
get the last vector of the table (`kernel.StaticVectors.v1`), and encoders take one array, into
which `tok2vec_v1` puts all docs.
"""

from __future__ import annotations

from typing import Any, Final

from thinc.api import Model, with_array

from kernel.ops import Floats
from kernel.text import Doc
from kernel_plugin_tok2vec import architectures
from kernel_plugin_tok2vec.character_embed import mix_characters
from kernel_plugin_tok2vec.window_encoder import make_array_encoder, pads_docs

_STATIC_VECTORS: Final = "kernel.StaticVectors.v1"


def tok2vec_v1(
    embed: Model[list[Doc], list[Floats]], encode: Model[Floats, Floats]
) -> Model[list[Doc], list[Floats]]:
    """Compute word vectors, then add context to them.

    embed    any Thinc model of B docs to B of (n_i, W)
    encode   any Thinc model of (N, W) to (N, W'). All docs are passed to it as one array. If it has
             the attribute `receptive_field`, so many rows of zeros are before, between and after
             them
    returns  a model with the references `embed` and `encode`
    """
    layer: Any = encode
    if not pads_docs(layer):
        layer = with_array(layer, pad=layer.attrs.get("receptive_field", 0))
    return architectures.tok2vec(embed, layer)


def hash_embed_cnn_v1(
    *,
    width: int,
    depth: int,
    embed_size: int,
    window_size: int,
    maxout_pieces: int,
    subword_features: bool,
    pretrained_vectors: bool | None,
) -> Model[list[Doc], list[Floats]]:
    """Combine a `MultiHashEmbed.v1` of the default attributes with a `MaxoutWindowEncoder`.

    The arguments are those of `HashEmbedCNN.v2`; all are required.
    """
    attrs, rows = architectures.default_attributes(embed_size, subword_features=subword_features)
    return architectures.tok2vec(
        embed=multi_hash_embed_v1(width, attrs, rows, bool(pretrained_vectors)),
        encode=architectures.maxout_window_encoder(width, window_size, maxout_pieces, depth),
    )


def multi_hash_embed_v1(
    width: int, attrs: list[str | int], rows: list[int], include_static_vectors: bool
) -> Model[list[Doc], list[Floats]]:
    """Embed attributes like `MultiHashEmbed.v2`, with the first version of static vectors.

    returns  B docs to B of (n_i, width)
    """
    layer = _STATIC_VECTORS if include_static_vectors else None
    return architectures.mix_attributes(width, attrs, rows, layer)


def character_embed_v1(
    width: int,
    rows: int,
    nM: int,
    nC: int,
    include_static_vectors: bool,
    feature: str | int = "LOWER",
) -> Model[list[Doc], list[Floats]]:
    """Embed bytes and an attribute like `CharacterEmbed.v2`, with the first static vectors.

    returns  B docs to B of (n_i, width)
    """
    layer = _STATIC_VECTORS if include_static_vectors else None
    return mix_characters(width, rows, nM, nC, feature, layer)


def maxout_window_encoder_v1(
    width: int, window_size: int, maxout_pieces: int, depth: int
) -> Model[Floats, Floats]:
    """Encode the words of one array like `MaxoutWindowEncoder.v2`.

    returns  (N, width) to (N, width), with the attribute `receptive_field`: how many words on each
             side a word sees
    """
    encoder: Model[Floats, Floats] = make_array_encoder(width, window_size, maxout_pieces, depth)
    return encoder


def mish_window_encoder_v1(width: int, window_size: int, depth: int) -> Model[Floats, Floats]:
    """Encode the words of one array like `MishWindowEncoder.v2`.

    returns  (N, width) to (N, width)
    """
    encoder: Model[Floats, Floats] = architectures.mish_blocks(width, window_size, depth)
    return encoder
