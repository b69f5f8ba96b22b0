"""The registered architectures, with spaCy's arguments."""

from __future__ import annotations

from typing import Any

from thinc.api import Mish, Model, chain, clone, expand_window, residual, with_array

from kernel.errors import ArgumentError
from kernel.ops import Floats
from kernel.text import Doc
from kernel_plugin_tok2vec.features import attribute_ids
from kernel_plugin_tok2vec.hash_embedding import make_hash_embedding
from kernel_plugin_tok2vec.static_source import STATIC_VECTORS, make_vector_embedding
from kernel_plugin_tok2vec.window_encoder import make_window_encoder


def tok2vec(
    embed: Model[list[Doc], list[Floats]], encode: Model[list[Floats], list[Floats]]
) -> Model[list[Doc], list[Floats]]:
    """Compute word vectors, then add context to them.

    embed    any Thinc model of B docs to B of (n_i, W)
    encode   any Thinc model of B of (n_i, W) to B of (n_i, W')
    returns  a model with the references `embed` and `encode`
    """
    model: Any = chain(embed, encode)
    model.set_ref("embed", embed)
    model.set_ref("encode", encode)
    return model


def hash_embed_cnn(
    *,
    width: int = 96,
    depth: int = 4,
    embed_size: int = 2000,
    window_size: int = 1,
    maxout_pieces: int = 3,
    subword_features: bool = True,
    pretrained_vectors: bool | None = None,
) -> Model[list[Doc], list[Floats]]:
    """Combine a `MultiHashEmbed` of the default attributes with a `MaxoutWindowEncoder`.

    width               size of each word's vector
    depth               number of layers of the encoder
    embed_size          rows of the table of norms; tables of prefixes, suffixes and shapes have
                        half
    window_size         words on each side that one layer sees
    maxout_pieces       number of linear functions per output; the maximum is taken
    subword_features    whether to use prefixes, suffixes and shapes besides norms
    pretrained_vectors  whether to include the word vectors of the vocabulary; null: no
    """
    attrs, rows = default_attributes(embed_size, subword_features=subword_features)
    return tok2vec(
        embed=multi_hash_embed(width, attrs, rows, bool(pretrained_vectors)),
        encode=maxout_window_encoder(
            width=width, depth=depth, window_size=window_size, maxout_pieces=maxout_pieces
        ),
    )


def default_attributes(
    embed_size: int, *, subword_features: bool
) -> tuple[list[str | int], list[int]]:
    """Return the attributes of `hash_embed_cnn`, and the rows of their tables."""
    if not subword_features:
        return ["NORM"], [embed_size]
    half = embed_size // 2
    return ["NORM", "PREFIX", "SUFFIX", "SHAPE"], [embed_size, half, half, half]


def multi_hash_embed(
    width: int, attrs: list[str | int], rows: list[int], include_static_vectors: bool
) -> Model[list[Doc], list[Floats]]:
    """Embed each attribute by its own hash table, and mix the results.

    width                   size of each word's vector
    attrs                   the attributes of words to use, such as "NORM"
    rows                    rows of each attribute's table
    include_static_vectors  whether to include the word vectors of the vocabulary
    returns                 B docs to B of (n_i, width)

    Raises ArgumentError if `attrs` and `rows` differ in length, RegistryError if static vectors are
    included and no plugin has them.
    """
    return mix_attributes(width, attrs, rows, STATIC_VECTORS if include_static_vectors else None)


def mix_attributes(
    width: int, attrs: list[str | int], rows: list[int], static_vectors: str | None
) -> Model[list[Doc], list[Floats]]:
    """Return `multi_hash_embed` with a layer of static vectors, by its registered name."""
    if len(rows) != len(attrs):
        raise ArgumentError(
            f"`attrs` names {len(attrs)} attributes, but `rows` gives the size of "
            f"{len(rows)} tables",
            hint="give one number of rows for each attribute",
        )
    columns = attribute_ids(attrs)
    if static_vectors is None:
        return make_hash_embedding(width, columns, rows)
    return make_vector_embedding(width, columns, rows, static_vectors)


def maxout_window_encoder(
    width: int, window_size: int, maxout_pieces: int, depth: int
) -> Model[list[Floats], list[Floats]]:
    """Encode each word with `depth` times `window_size` words of context on each side.

    width          size of each word's vector, in the input and output
    depth          number of layers
    window_size    words on each side that one layer sees
    maxout_pieces  number of linear functions per output; the maximum is taken
    returns        B of (n_i, width) to B of (n_i, width)
    """
    return make_window_encoder(width, window_size, maxout_pieces, depth)


def mish_window_encoder(
    width: int, window_size: int, depth: int
) -> Model[list[Floats], list[Floats]]:
    """Encode like `maxout_window_encoder`, with Mish instead of maxout.

    returns  B of (n_i, width) to B of (n_i, width)

    There is no padding between the docs of a batch: a word at the border of its doc sees words of
    the next doc. Trained pipelines depend on this.
    """
    encoder: Model[list[Floats], list[Floats]] = with_array(mish_blocks(width, window_size, depth))
    return encoder


def mish_blocks(width: int, window_size: int, depth: int) -> Any:
    """Return the layers of `mish_window_encoder`, (N, width) to (N, width)."""
    layer: Any = Mish(width, width * (2 * window_size + 1), dropout=0.0, normalize=True)
    block: Any = residual(chain(expand_window(window_size), layer))
    return clone(block, depth)
