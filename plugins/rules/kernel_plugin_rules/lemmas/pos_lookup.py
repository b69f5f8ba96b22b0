"""The mode `pos_lookup`: a lookup table for each part of speech."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from kernel_plugin_rules.lemmas.lemmatizer import Lemmatizer


class PosLookupLemmatizer(Lemmatizer):
    """The base class of lemmatizers with a table for each part of speech.

    `table_names` are the endings of the tables' names, by part of speech in lower case. A subclass
    defines `pos_lookup_lemmatize`.
    """

    table_names: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """Return the names of the tables that `mode` needs, and of those that it can use."""
        if mode == "pos_lookup":
            return [f"lemma_lookup_{name}" for name in dict.fromkeys(cls.table_names.values())], []
        return super().get_lookups_config(mode)

    def find_by_pos(self, pos: str, form: str) -> list[str]:
        """Return the lemmas of `form` in the table of a part of speech; none if not there."""
        name = self.table_names.get(pos)
        return [] if name is None else self.find(f"lemma_lookup_{name}", form)
