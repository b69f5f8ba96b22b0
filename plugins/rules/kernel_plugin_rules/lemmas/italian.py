"""Italian lemmas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import depends_on
from kernel_plugin_rules.lemmas.pos_lookup import PosLookupLemmatizer

_OTHER: Final = "other"
# Parts of speech with complete tables: no other table is asked.
_COMPLETE: Final = frozenset({"adj", "adp", "det", "noun", "pron"})


# Forms whose lemma in the tables is not the masculine singular, or that are missing there.
_IRREGULAR: Final = {
    "adj": {
        **dict.fromkeys(("alcun", "alcuna", "alcune", "alcuni"), "alcuno"),
        "qualcun'": "qualcuno",
    },
    "det": {
        **dict.fromkeys(("l'", "la", "le"), "il"),
        **dict.fromkeys(("un", "un'", "una"), "uno"),
    },
    "pron": {
        **dict.fromkeys(("gli", "l'", "la", "le", "li"), "lo"),
        **dict.fromkeys(("un", "un'", "una"), "uno"),
        "alcun": "alcuno",
    },
}


class ItalianLemmatizer(PosLookupLemmatizer):
    """Asks the table of the part of speech, then the one for the others, then `lemma_lookup`."""

    table_names: ClassVar[Mapping[str, str]] = {
        **{pos: pos for pos in ("num", "det", "adp", "adj", "noun", "pron", "verb", "aux", "adv")},
        "part": "pron",
        "propn": "noun",
        _OTHER: _OTHER,
    }

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """Return the names of the tables that `mode` needs, and of those that it can use."""
        required, optional = super().get_lookups_config(mode)
        return [*required, *(["lemma_lookup"] if mode == "pos_lookup" else [])], optional

    @depends_on("pos")
    def pos_lookup_lemmatize(self, token: Token) -> list[str]:
        """Return the lemma of `token`."""
        pos, form = token.pos_.lower(), token.text.lower()
        irregular = _IRREGULAR.get(pos, {}).get(form)
        if irregular is not None:
            return [irregular]
        asked = token.text if pos == "propn" else form
        found = self.find_by_pos(pos, asked)
        if pos == "noun":
            found = found or self.find_by_pos(pos, token.text)
        elif pos not in _COMPLETE:
            found = found or self.find_by_pos(_OTHER, asked) or self.find("lemma_lookup", asked)
        return found or [form]


make_lemmatizer = lemmatizer_factory(ItalianLemmatizer, mode="pos_lookup")
