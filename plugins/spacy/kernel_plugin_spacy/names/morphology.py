"""Morphology under the name that spaCy has: `from kernel.morphology import Morphology`."""

from kernel.text import MorphAnalysis, Morphology

__all__ = ["MorphAnalysis", "Morphology"]
