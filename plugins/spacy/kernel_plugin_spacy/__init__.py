"""spaCy's names for what kernel has."""

from kernel_plugin_spacy.shim.activation import as_spacy

__all__ = ["as_spacy"]
