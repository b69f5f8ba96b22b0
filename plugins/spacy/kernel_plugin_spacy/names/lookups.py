"""The tables under the name that spaCy has for them: `from kernel.lookups import Lookups`."""

from kernel.pipeline import load_lookups
from kernel.text import Lookups, Table

__all__ = ["Lookups", "Table", "load_lookups"]
