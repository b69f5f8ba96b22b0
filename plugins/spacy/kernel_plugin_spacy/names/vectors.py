"""The vectors under the name that spaCy has for them: `from kernel.vectors import Vectors`."""

from kernel.text import BaseVectors, Vectors

__all__ = ["BaseVectors", "Vectors"]
