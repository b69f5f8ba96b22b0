"""What the tables of a language file have in common, and which class reads each.

The class of a table is an attrs class with one field per key, made with `reading.key`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from kernel_plugin_lang.languages.reading import Place

Makers: TypeAlias = dict[str, Callable[[], Any]]
"""Names of attributes, each with the function that makes its value when it is first used."""

# The class of each table, as "module:class"; it is imported when a file has the table.
TABLES: Final[Mapping[str, str]] = {
    "config": "kernel_plugin_lang.languages.config_table:ConfigTable",
    "norms": "kernel_plugin_lang.languages.norms:NormsTable",
    "numbers": "kernel_plugin_lang.languages.numbers:NumbersTable",
    "recommended": "kernel_plugin_lang.languages.recommended:RecommendedTable",
    "tokenizer": "kernel_plugin_lang.languages.tokenizer_table:TokenizerTable",
    "noun_chunks": "kernel_plugin_lang.noun_chunks.rules:NounChunkRules",
    "writing_system": "kernel_plugin_lang.languages.writing_system:WritingSystemTable",
}


class Table:
    """A table of a language file."""

    def check(self, place: Place) -> None:
        """Raise DataError if the keys of the table, which is at `place`, do not go together."""

    def defaults(self) -> Makers:
        """Return the attributes of the language's `Defaults` that the table fills."""
        return {}

    def lex_attr_getters(self) -> Makers:
        """Return the functions that compute lexical attributes, by name (`LIKE_NUM`)."""
        return {}


def table_class(name: str) -> type[Table]:
    """Return the class that reads the table `name`, one of TABLES."""
    module, _, attribute = TABLES[name].partition(":")
    cls: type[Table] = getattr(import_module(module), attribute)
    return cls
