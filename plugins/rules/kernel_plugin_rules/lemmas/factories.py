"""Factories of lemmatizers: the default one, and one for languages that only have other rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel.pipeline import Factory, Language, factory
from kernel.scoring import Score
from kernel_plugin_rules.lemmas.lemmatizer import Lemmatizer


def lemmatizer_factory(cls: type[Lemmatizer], *, mode: str) -> Factory:
    """Return a factory of the component `lemmatizer` with the class and mode of a language."""

    @factory(
        "lemmatizer",
        default_config={
            "model": None,
            "mode": mode,
            "overwrite": False,
            "scorer": {"@scorers": "kernel.lemmatizer_scorer.v1"},
        },
        assigns=["token.lemma"],
        scores={
            "lemma_acc": Score(1.0, title="LEMMA", help="share of tokens with the correct lemma")
        },
    )
    def make_lemmatizer(
        nlp: Language,
        name: str,
        model: Any,
        mode: str,
        overwrite: bool,
        scorer: Callable[..., dict[str, Any]] | None,
    ) -> Lemmatizer:
        """Create a component that finds base forms in tables and by rules.

        model      not used by the modes of kernel; for modes of other classes
        mode       how lemmas are found, such as `lookup` or `rule`
        overwrite  whether to replace lemmas that are already set
        scorer     compares the predictions with the gold docs
        """
        return cls(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)

    return make_lemmatizer


make_lemmatizer = lemmatizer_factory(Lemmatizer, mode="lookup")
make_rule_lemmatizer = lemmatizer_factory(Lemmatizer, mode="rule")
