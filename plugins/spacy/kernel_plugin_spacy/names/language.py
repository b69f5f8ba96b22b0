"""The pipeline under the name that spaCy has for it: `from kernel.language import Language`."""

from kernel.pipeline import BaseDefaults, Language

__all__ = ["BaseDefaults", "Language"]
