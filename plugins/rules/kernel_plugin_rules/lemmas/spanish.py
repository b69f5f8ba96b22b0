"""Spanish lemmas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kernel.text import Token
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import NO_WORDS, Lemmatizer, depends_on, pos_of

_ACCENTS: Final = str.maketrans("áéíóú", "aeiou")
# Pronouns that are written as endings of a verb: `dámelo` is `da me lo`.
_CLITIC: Final = re.compile(r"(?:[mts]e|l[aeo]s?|n?os)$")

_INFLECTED: Final = frozenset({"adj", "adv", "aux", "noun", "num", "verb"})
_THOUSANDS: Final = re.compile(r"\.[0-9]{3}$")


class SpanishLemmatizer(Lemmatizer):
    """Chooses the rules of a word by its part of speech and features.

    The results of rules that are in the index come first.
    """

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """Return the names of the tables that `mode` needs, and of those that it can use."""
        if mode == "rule":
            return ["lemma_rules", "lemma_rules_groups", "lemma_index", "lemma_exc"], []
        return super().get_lookups_config(mode)

    @depends_on("pos", "morph", "sent_start")
    def rule_lemmatize(self, token: Token) -> list[str]:
        """Return the lemmas of `token`, the best one first."""
        pos, form = pos_of(token), token.text.lower()
        if pos in NO_WORDS:
            return [form]
        if pos in _INFLECTED and (exceptions := self._except(pos, form)):
            return exceptions
        if pos in {"det", "pron"}:
            return self._pronominal(form, pos)
        if pos in _INFLECTED:
            return self._inflected(form, pos, set(str(token.morph).split("|"))) or [form]
        # The first word of a sentence has a capital for that reason, unless it is a name.
        return [form if token.is_sent_start and pos != "propn" else token.text]

    def _inflected(self, form: str, pos: str, features: set[str]) -> list[str]:
        if pos == "adv":
            return self._fixed(form, "adverbs")
        if pos == "num":
            return self._fixed(form, "num") or [_number(form)]
        rule = self._select_rule(pos, features)
        if pos in {"aux", "verb"}:
            return self._verb(form, rule, features)
        return self._known(self._results(form, rule), pos)

    def _select_rule(self, pos: str, features: set[str]) -> str | None:
        """Return the name of the first rules of `pos` whose features a word has."""
        groups = self.lookups.get_table("lemma_rules_groups", {}).get(pos, ())
        return next((name for name, needed in groups if features.issuperset(needed)), None)

    def _rules(self, name: str | None) -> Iterable[tuple[str, str]]:
        return self.rule_tables.rules(name) if name is not None else ()

    def _except(self, pos: str, form: str) -> list[str]:
        return list(self.rule_tables.exceptions(form, pos))

    def _fixed(self, form: str, *names: str) -> list[str]:
        """Return the replacement of a whole word in the first of the rules that have it."""
        for name in names:
            for word, lemma in self._rules(name):
                if word == form:
                    return [lemma]
        return []

    def _results(self, form: str, rule: str | None) -> list[str]:
        results = (
            form[: len(form) - len(ending)] + replacement
            for ending, replacement in self._rules(rule)
            if form.endswith(ending)
        )
        return list(dict.fromkeys(results))

    def _known(self, results: list[str], pos: str) -> list[str]:
        """Return those of `results` that are known lemmas, or all of them if none is."""
        index = self.rule_tables.index(pos)
        return [lemma for lemma in results if lemma in index] or results

    def _pronominal(self, form: str, pos: str) -> list[str]:
        """Return the lemmas of a determiner or pronoun."""
        fixed = self._except(pos, form) or self._fixed(form, pos, "det_and_pron_fixed")
        if fixed:
            return fixed
        results = self._results(form, "det_and_pron_general")
        # The word itself is one of the results; of determiners, before the one without `s`.
        results.insert(len(results) if pos == "pron" else max(0, len(results) - 1), form)
        return self._known(results, pos)

    def _verb(self, form: str, rule: str | None, features: set[str]) -> list[str]:
        if "PronType=Prs" not in features:
            return self._verb_alone(form, rule)
        pronouns: list[str] = []
        while found := _CLITIC.search(form):
            form = form[: found.start()]
            pronouns.insert(0, self._pronominal(found[0], "pron")[0])
        verb = self._verb_alone(form.translate(_ACCENTS), rule)[0]
        return [" ".join([verb, *pronouns]).strip()]

    def _verb_alone(self, form: str, rule: str | None) -> list[str]:
        results = self._results(form, rule)
        index = self.rule_tables.index("verb")
        stems = (
            iter(results),
            self._with_other_vowels(results, "voc_alt_1"),
            self._with_other_vowels(results, "voc_alt_2"),
        )
        for candidates in stems:
            known = [lemma for lemma in candidates if lemma in index]
            if known:
                return known
        return [*results, *self._without_accents(results)] or [form]

    def _with_other_vowels(self, lemmas: list[str], rule: str) -> Iterator[str]:
        """Yield `lemmas` with the vowels of irregular stems, changed in one place each."""
        for lemma in lemmas:
            for old, new in self._rules(rule):
                places = (i for i in range(len(lemma)) if lemma.startswith(old, i))
                yield from (lemma[:i] + new + lemma[i + len(old) :] for i in places)

    def _without_accents(self, lemmas: list[str]) -> Iterator[str]:
        for lemma in lemmas:
            for old, new in self._rules("accents"):
                if old in lemma:
                    yield lemma.replace(old, new)


def _number(form: str) -> str:
    """Return a number as `1000000.5` that is written as `1.000.000,5`."""
    whole, _, _ = form.partition(",")
    if _THOUSANDS.search(whole):
        form = form.replace(".", "")
    return form.replace(",", ".")


make_lemmatizer = lemmatizer_factory(SpanishLemmatizer, mode="rule")
