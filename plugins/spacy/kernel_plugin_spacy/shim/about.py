"""The version of spaCy whose API kernel has: `from spacy.about import __version__`."""

from typing import Final

__all__ = ["__title__", "__version__"]

__title__: Final = "spacy"
__version__: Final = "3.8.18"
