"""Suffix rules with exceptions and an index of known lemmas, by part of speech."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kernel.text import Lookups


class RuleTables:
    """Reads the tables `lemma_rules`, `lemma_exc` and `lemma_index`; missing ones are empty."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._sets: dict[str, tuple[Collection[str], int, frozenset[str]]] = {}

    def __contains__(self, pos: str) -> bool:
        names = ("lemma_rules", "lemma_exc", "lemma_index")
        return any(self._of_pos(name, pos) for name in names)

    def rules(self, pos: str) -> Sequence[tuple[str, str]]:
        """Return pairs of an ending and its replacement."""
        return self._of_pos("lemma_rules", pos) or ()

    def exceptions(self, pos: str) -> Mapping[str, Sequence[str]]:
        """Return the lemmas of irregular forms."""
        return self._of_pos("lemma_exc", pos) or {}

    def index(self, pos: str) -> frozenset[str]:
        """Return the known lemmas."""
        listed: Collection[str] = self._of_pos("lemma_index", pos) or ()
        known = self._sets.get(pos)
        # A search in the table itself takes long: it is a list.
        if known is None or known[0] is not listed or known[1] != len(listed):
            known = self._sets[pos] = (listed, len(listed), frozenset(listed))
        return known[2]

    def lemmas(self, form: str, pos: str) -> list[str]:
        """Return the lemmas of `form`, a word in lower case, the best one first.

        Exceptions come first, then known results of rules, the last one of each first, then
        results that are not letters only. Other results count only if there are none of these.
        """
        found: list[str] = []
        unknown: list[str] = []
        for ending, replacement in self.rules(pos):
            if not form.endswith(ending):
                continue
            lemma = form[: len(form) - len(ending)] + replacement
            if not lemma:
                continue
            if lemma in self.index(pos):
                found.insert(0, lemma)
            elif not lemma.isalpha():
                found.append(lemma)
            else:
                unknown.append(lemma)
        found = list(dict.fromkeys(found))
        for lemma in self.exceptions(pos).get(form, ()):
            if lemma not in found:
                found.insert(0, lemma)
        return found or unknown

    def _of_pos(self, name: str, pos: str) -> Any:
        return self._lookups.get_table(name, {}).get(pos)
