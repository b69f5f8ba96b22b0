"""English lemmas."""

from __future__ import annotations

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import Lemmatizer


class EnglishLemmatizer(Lemmatizer):
    """Knows which features mark base forms."""

    def is_base_form(self, token: Token) -> bool:
        """Return whether the features of `token` show that it is its own lemma."""
        pos, features = token.pos_, token.morph.to_dict()
        verb_form = features.get("VerbForm")
        if verb_form in {"Inf", "None"} or features.get("Degree") == "Pos":
            return True
        if pos == "NOUN":
            return features.get("Number") == "Sing"
        is_present = verb_form == "Fin" and features.get("Tense") == "Pres"
        return pos == "VERB" and is_present and "Number" not in features


make_lemmatizer = lemmatizer_factory(EnglishLemmatizer, mode="rule")
