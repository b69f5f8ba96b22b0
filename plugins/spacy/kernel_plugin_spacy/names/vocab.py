"""The vocabulary under the name that spaCy has for it: `from kernel.vocab import Vocab`."""

from kernel.text import BaseVectors, Lexeme, Lookups, Morphology, StringStore, Vectors, Vocab

__all__ = ["BaseVectors", "Lexeme", "Lookups", "Morphology", "StringStore", "Vectors", "Vocab"]
