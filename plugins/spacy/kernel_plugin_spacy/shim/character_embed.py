"""The module `spacy.ml._character_embed`: the layer, not the architecture of the same name."""

from typing import Final

from kernel.registry import registry

__all__ = ["CharacterEmbed"]

CharacterEmbed: Final = registry.layers.get("spacy.CharEmbed.v1")
