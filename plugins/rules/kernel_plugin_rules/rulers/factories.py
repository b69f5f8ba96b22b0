"""Factories of the components that annotate by patterns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel.pipeline import Language, factory
from kernel_plugin_rules.rulers.attribute_ruler import AttributeRuler

Scorer = Callable[..., dict[str, Any]] | None


@factory(
    "attribute_ruler",
    default_config={
        "validate": False,
        "scorer": {"@scorers": "kernel.attribute_ruler_scorer.v1"},
    },
)
def make_attribute_ruler(
    nlp: Language, name: str, validate: bool, scorer: Scorer
) -> AttributeRuler:
    """Create a component that sets attributes of tokens which patterns match.

    validate  whether patterns are checked for keys and types when they are added
    scorer    compares the predictions with the gold docs
    """
    return AttributeRuler(nlp.vocab, name, validate=validate, scorer=scorer)
