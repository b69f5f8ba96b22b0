"""Greek lemmas."""

from __future__ import annotations

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import NO_WORDS, Lemmatizer, depends_on, pos_of


class GreekLemmatizer(Lemmatizer):
    """Prefers known lemmas to exceptions, and these to rules."""

    @depends_on("pos")
    def rule_lemmatize(self, token: Token) -> list[str]:
        """Return the lemmas of `token`, the best one first."""
        pos, form = pos_of(token), token.text.lower()
        if pos in NO_WORDS:
            return [form]
        return self.rule_tables.lemmas_index_first(form, pos) or [form]


make_lemmatizer = lemmatizer_factory(GreekLemmatizer, mode="rule")
