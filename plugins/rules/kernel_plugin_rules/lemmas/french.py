"""French and Catalan lemmas."""

from __future__ import annotations

from typing import Final

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import NO_WORDS, Lemmatizer, depends_on, pos_of

# Words of other parts of speech are only looked up.
_WITH_RULES: Final = frozenset(
    {"adj", "adp", "adv", "aux", "cconj", "det", "noun", "pron", "punct", "sconj", "verb"}
)


class FrenchLemmatizer(Lemmatizer):
    """Prefers known lemmas to exceptions, these to rules, and rules to the lookup table."""

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """Return the names of the tables that `mode` needs, and of those that it can use."""
        if mode == "rule":
            return ["lemma_lookup", "lemma_rules", "lemma_exc", "lemma_index"], []
        return super().get_lookups_config(mode)

    @depends_on("pos")
    def rule_lemmatize(self, token: Token) -> list[str]:
        """Return the lemmas of `token`, the best one first."""
        pos, form = pos_of(token), token.text.lower()
        if pos in NO_WORDS:
            return [form]
        if pos not in _WITH_RULES:
            return self.lookup_lemmatize(token)
        found = self.rule_tables.lemmas_index_first(form, pos)
        return found or self.find("lemma_lookup", form)[:1] or [form]


class CatalanLemmatizer(FrenchLemmatizer):
    """Works like the French one."""


make_french_lemmatizer = lemmatizer_factory(FrenchLemmatizer, mode="rule")
make_catalan_lemmatizer = lemmatizer_factory(CatalanLemmatizer, mode="rule")
