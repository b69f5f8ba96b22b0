"""Haitian Creole lemmas."""

from __future__ import annotations

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import Lemmatizer, depends_on


class HaitianCreoleLemmatizer(Lemmatizer):
    """Words do not change, so that their lemma is the word in lower case."""

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """Return the names of the tables that `mode` needs, and of those that it can use."""
        return ([], []) if mode == "rule" else super().get_lookups_config(mode)

    @depends_on()
    def rule_lemmatize(self, token: Token) -> list[str]:
        """Return the word in lower case."""
        return [token.text.lower()]


make_lemmatizer = lemmatizer_factory(HaitianCreoleLemmatizer, mode="rule")
