"""The architecture that embeds words by their characters and one attribute."""

from __future__ import annotations

from typing import Any, Final

from thinc.api import Model

from kernel.ops import Floats
from kernel.text import Doc
from kernel_plugin_tok2vec.characters import char_embed
from kernel_plugin_tok2vec.features import attribute_ids
from kernel_plugin_tok2vec.hash_feature import hash_feature
from kernel_plugin_tok2vec.static_source import STATIC_VECTORS, static_source
from kernel_plugin_tok2vec.word_embedding import make_word_embedding

_SEED: Final = 5


def character_embed(
    width: int,
    rows: int,
    nM: int,
    nC: int,
    include_static_vectors: bool,
    feature: str | int = "LOWER",
) -> Model[list[Doc], list[Floats]]:
    """Embed words by their first and last bytes, and one attribute by a hash table.

    width                   size of each word's vector
    rows                    rows of the attribute's table
    nM                      size of each byte's vector
    nC                      number of bytes of a word to use, from both ends in turn
    include_static_vectors  whether to include the word vectors of the vocabulary
    feature                 the attribute
    returns                 B docs to B of (n_i, width)
    """
    layer = STATIC_VECTORS if include_static_vectors else None
    return mix_characters(width, rows, nM, nC, feature, layer)


def mix_characters(
    width: int, rows: int, nM: int, nC: int, feature: str | int, static_vectors: str | None
) -> Model[list[Doc], list[Floats]]:
    """Return `character_embed` with a layer of static vectors, by its registered name."""
    (attr,) = attribute_ids([feature])
    sources: list[Any] = [
        char_embed(nM, nC),
        hash_feature(attr, width, rows, seed=_SEED, drop=False),
    ]
    if static_vectors is not None:
        sources.append(static_source(width, static_vectors))
    return make_word_embedding(
        "character_embed", sources, width, [attr], keep=static_vectors is None
    )
