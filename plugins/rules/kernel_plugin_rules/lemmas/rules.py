"""Suffix rules with exceptions and an index of known lemmas, by part of speech."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from kernel.errors import ArgumentError
from kernel.text import Lookups


def _is_word(value: Any) -> bool:
    return isinstance(value, str)


def _are_words(value: Any) -> bool:
    return (
        not isinstance(value, str) and isinstance(value, Collection) and all(map(_is_word, value))
    )


def _are_rules(value: Any) -> bool:
    return isinstance(value, Sequence) and all(_are_words(it) and len(it) == 2 for it in value)


def _are_exceptions(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        _is_word(lemmas) or _are_words(lemmas) for lemmas in value.values()
    )


# For each table: whether a value is valid, and what is expected.
_VALUES: Final = {
    "lemma_rules": (_are_rules, "a list of pairs of strings"),
    "lemma_exc": (_are_exceptions, "a dict from strings to strings or lists of them"),
    "lemma_index": (_are_words, "a list of strings"),
}


class RuleTables:
    """Reads the tables `lemma_rules`, `lemma_exc` and `lemma_index`; missing ones are empty.

    The first use of a part of speech raises `ArgumentError` if a table has a wrong type there.
    """

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._checked: dict[tuple[str, str], Any] = {}
        self._sets: dict[str, tuple[Collection[str], int, frozenset[str]]] = {}

    def __contains__(self, pos: str) -> bool:
        names = ("lemma_rules", "lemma_exc", "lemma_index")
        return any(self._of_pos(name, pos) for name in names)

    def rules(self, pos: str) -> Sequence[tuple[str, str]]:
        """Return pairs of an ending and its replacement."""
        return self._of_pos("lemma_rules", pos) or ()

    def exceptions(self, form: str, pos: str) -> Sequence[str]:
        """Return the lemmas of an irregular form; the Persian table has one string for verbs."""
        found: str | Sequence[str] = (self._of_pos("lemma_exc", pos) or {}).get(form, ())
        return [found] if isinstance(found, str) else found

    def index(self, pos: str) -> frozenset[str]:
        """Return the known lemmas."""
        listed: Collection[str] = self._of_pos("lemma_index", pos) or ()
        known = self._sets.get(pos)
        # A search in the table itself takes long: it is a list.
        if known is None or known[0] is not listed or known[1] != len(listed):
            known = self._sets[pos] = (listed, len(listed), frozenset(listed))
        return known[2]

    def results(self, form: str, pos: str) -> list[str]:
        """Return what the rules make of `form`, in their order."""
        results = [
            form[: len(form) - len(ending)] + replacement
            for ending, replacement in self.rules(pos)
            if form.endswith(ending)
        ]
        return [lemma for lemma in results if lemma]

    def accepted(self, form: str, pos: str) -> list[str]:
        """Return the results that are known lemmas or not only letters."""
        known = self.index(pos)
        return [
            lemma
            for lemma in dict.fromkeys(self.results(form, pos))
            if lemma in known or not lemma.isalpha()
        ]

    def with_exceptions(self, found: list[str], form: str, pos: str) -> list[str]:
        """Return the exceptions for `form`, the last one first, and then the lemmas `found`."""
        exceptions = dict.fromkeys(self.exceptions(form, pos))
        return [*reversed([lemma for lemma in exceptions if lemma not in found]), *found]

    def lemmas(self, form: str, pos: str) -> list[str]:
        """Return the lemmas of `form`, a word in lower case, the best one first.

        Exceptions come first, then known results of rules, the last one of each first, then
        results that are not letters only. Other results count only if there are none of these.
        """
        known = self.index(pos)
        accepted = self.accepted(form, pos)
        found = [
            *reversed([lemma for lemma in accepted if lemma in known]),
            *(lemma for lemma in accepted if lemma not in known),
        ]
        return self.with_exceptions(found, form, pos) or self.results(form, pos)

    def lemmas_index_first(self, form: str, pos: str) -> list[str]:
        """Return `form` if it is a known lemma, else its exceptions, else results of rules.

        Of the results, those that are neither known nor letters only come last.
        """
        if form in self.index(pos):
            return [form]
        exceptions = self.exceptions(form, pos)
        found = exceptions or self.accepted(form, pos) or self.results(form, pos)
        return list(dict.fromkeys(found))

    def _of_pos(self, name: str, pos: str) -> Any:
        value = self._lookups.get_table(name, {}).get(pos)
        if value is not None and self._checked.get((name, pos)) is not value:
            is_valid, expected = _VALUES[name]
            if not is_valid(value):
                raise ArgumentError(
                    f"the table `{name}` is damaged: for {pos!r}, expected {expected}, "
                    f"got {value!r:.60}"
                )
            self._checked[name, pos] = value
        return value
