"""The tables under the name that spaCy has for them: `from kernel.lookups import Lookups`."""

from kernel.text import Lookups, Table
from kernel_plugin_spacy.tables import load_lookups

__all__ = ["Lookups", "Table", "load_lookups"]
