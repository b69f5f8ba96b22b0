"""Irish lemmas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import depends_on
from kernel_plugin_rules.lemmas.pos_lookup import PosLookupLemmatizer

# What initial mutations put in front of a word, by the letters that follow.
_PREFIX: Final = re.compile(
    r"(?i:bh(?=f)|m(?=b)|g(?=c)|n-?(?=[dg])|b(?=p)|t-?(?=s)|d(?=t))"
    r"|n-(?=[aeiouáéíóú])|[hn](?=[AEIOUÁÉÍÓÚ])"
)
# What they put after the first letter.
_LENITION: Final = re.compile(r"(?i:(?<=[bcdfgmpst])h)")
# In lower case, such a word can also start with h itself.
_MAYBE_H: Final = re.compile(r"(?i:h(?=[aeiouáéíóú]))")


class IrishLemmatizer(PosLookupLemmatizer):
    """Looks up words without their initial mutation."""

    table_names: ClassVar[Mapping[str, str]] = {
        **{pos: pos for pos in ("adj", "adp", "noun", "verb")},
        "propn": "noun",
    }

    @depends_on("pos", "morph")
    def pos_lookup_lemmatize(self, token: Token) -> list[str]:
        """Return the lemma of `token`."""
        pos, form = token.pos_.lower(), token.text.lower()
        if pos == "adp":
            return self.find_by_pos(pos, token.text) or [form]
        if pos not in self.table_names:
            return [form]
        bare = without_mutation(token.text)
        if _is_verbal(token):
            return [bare.lower()]
        given = token.text
        if pos != "propn":
            given, bare = form, bare.lower()
        found = self.find_by_pos(pos, bare)
        if _MAYBE_H.match(given):
            found = [*found, *self.find_by_pos(pos, given[1:])]
        return found or self.find_by_pos(pos, given) or [form]


def without_mutation(word: str) -> str:
    """Return the word without its initial mutation: `bád` for `mbád`, `bean` for `bhean`."""
    found = _PREFIX.match(word) or _LENITION.match(word, 1)
    return word[: found.start()] + word[found.end() :] if found else word


def _is_verbal(token: Token) -> bool:
    """Return whether a noun or adjective is a form of a verb, which has no lemma in the tables."""
    forms = {"NOUN": {"Inf", "Vnoun"}, "ADJ": {"Part"}}.get(token.pos_, set())
    return not forms.isdisjoint(token.morph.get("VerbForm"))


make_lemmatizer = lemmatizer_factory(IrishLemmatizer, mode="pos_lookup")
