"""Macedonian lemmas."""

from __future__ import annotations

from typing import Final

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import NO_WORDS, Lemmatizer, depends_on

# The ending of verbal adverbs, which rules do not have.
_ADVERB: Final = "јќи"


class MacedonianLemmatizer(Lemmatizer):
    """Takes results of rules in their order, and only if they are known."""

    @depends_on("pos", "morph")
    def rule_lemmatize(self, token: Token) -> list[str]:
        """Return the lemmas of `token`, the best one first."""
        stem = token.text.removesuffix(_ADVERB)
        if stem in {"", token.text} or token.pos_.lower() in NO_WORDS:
            return super().rule_lemmatize(token)
        return self.lemmas_by_rules(stem.lower(), "verb") or [stem]

    def lemmas_by_rules(self, form: str, pos: str) -> list[str]:
        """Return the lemmas of `form`, a word in lower case, that the tables of `pos` give."""
        tables = self.rule_tables
        return tables.with_exceptions(tables.accepted(form, pos), form, pos)


make_lemmatizer = lemmatizer_factory(MacedonianLemmatizer, mode="rule")
