"""Embeddings that include static vectors, whose layer comes from another plugin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kernel.registry import registry
from kernel_plugin_tok2vec.hash_feature import hash_feature
from kernel_plugin_tok2vec.word_embedding import make_word_embedding

STATIC_VECTORS: Final = "kernel.StaticVectors.v2"
_FIRST_SEED: Final = 8


def static_source(width: int, layer: str = STATIC_VECTORS) -> Any:
    """Return a layer that maps the vocabulary's vectors to size `width`, with dropout.

    `layer` is its registered name. Raises `RegistryError`, which names the plugin to install, if no
    plugin has the layer.
    """
    return registry.layers.get(layer)(nO=width, dropout=0.0)


def make_vector_embedding(
    width: int, columns: Sequence[int], rows: Sequence[int], layer: str = STATIC_VECTORS
) -> Any:
    """Create a hash table per attribute, static vectors, and the layer that mixes them.

    X        B docs or spans
    layer    the registered name of the layer of static vectors
    returns  `Packed`, B of (n_i, width)
    """
    tables = [
        hash_feature(attr, width, n_rows, seed=_FIRST_SEED + number)
        for number, (attr, n_rows) in enumerate(zip(columns, rows, strict=True))
    ]
    # Vectors can be changed in place without notice, so predictions are not cached.
    sources = [*tables, static_source(width, layer)]
    return make_word_embedding("multi_hash_embed", sources, width, columns, keep=False)
