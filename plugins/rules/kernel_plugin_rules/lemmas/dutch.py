"""Dutch lemmas."""

from __future__ import annotations

from typing import Final

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import Lemmatizer, depends_on, pos_of

# Words of other parts of speech are their own lemmas.
_WITH_RULES: Final = frozenset({"adj", "adp", "adv", "aux", "det", "noun", "num", "pron", "verb"})


class DutchLemmatizer(Lemmatizer):
    """Asks its tables for words in lower case: index, exceptions, rules, and lookups."""

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """Return the names of the tables that `mode` needs, and of those that it can use."""
        if mode == "rule":
            return ["lemma_lookup", "lemma_rules", "lemma_exc", "lemma_index"], []
        return super().get_lookups_config(mode)

    @depends_on()
    def lookup_lemmatize(self, token: Token) -> list[str]:
        """Return the lemma of the word in lower case, by default this word."""
        form = token.text.lower()
        return self.find("lemma_lookup", form) or [form]

    @depends_on("pos")
    def rule_lemmatize(self, token: Token) -> list[str]:
        """Return the lemmas of `token`, the best one first."""
        pos, form, tables = pos_of(token), token.text.lower(), self.rule_tables
        if pos not in _WITH_RULES or form in tables.index(pos):
            return [form]
        exceptions = tables.exceptions(form, pos)
        if exceptions:
            return [exceptions[0]]
        looked_up = self.find("lemma_lookup", form)
        if looked_up and looked_up[0] in tables.index(pos):
            return looked_up
        results = list(dict.fromkeys(tables.results(form, pos)))
        known = [lemma for lemma in results if lemma in tables.index(pos)]
        return known[:1] or looked_up or results or [form]


make_lemmatizer = lemmatizer_factory(DutchLemmatizer, mode="rule")
