"""Lookup tables in a config."""

from __future__ import annotations

from kernel.pipeline import load_lookups
from kernel.text import Lookups


def load_tables(lang: str, tables: list[str]) -> Lookups:
    """Return tables of a language from an installed package, such as spacy-lookups-data.

    lang    code of the language
    tables  names, such as `lexeme_norm`
    """
    return load_lookups(lang, tables)
