"""Polish lemmas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import depends_on
from kernel_plugin_rules.lemmas.pos_lookup import PosLookupLemmatizer

_NEGATION: Final = "nie"
_SUPERLATIVE: Final = "naj"


class PolishLemmatizer(PosLookupLemmatizer):
    """Also looks up adjectives and verbs without their prefixes."""

    table_names: ClassVar[Mapping[str, str]] = {
        **{pos: pos for pos in ("adj", "adp", "adv", "aux", "noun", "num", "part", "pron", "verb")},
        "propn": "noun",
    }

    @depends_on("pos")
    def pos_lookup_lemmatize(self, token: Token) -> list[str]:
        """Return the lemma of `token`."""
        pos, form = token.pos_.lower(), token.text.lower()
        forms = [form]
        if pos == "propn":
            forms = [token.text]
        elif pos == "noun":
            forms = [form, token.text]
        elif pos in {"adj", "verb"}:
            forms = [form, positive := form.removeprefix(_NEGATION)]
            if pos == "adj":
                forms.append(positive.removeprefix(_SUPERLATIVE))
        found = (self.find_by_pos(pos, each) for each in forms)
        return next(filter(None, found), [form])


make_lemmatizer = lemmatizer_factory(PolishLemmatizer, mode="pos_lookup")
