"""Factories of the components that annotate by patterns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kernel.pipeline import Language, factory
from kernel.scoring import Score
from kernel_plugin_rules.matcher.levenshtein import FuzzyCompare
from kernel_plugin_rules.rulers.attribute_ruler import AttributeRuler
from kernel_plugin_rules.rulers.entity_ruler import DEFAULT_ID_SEP, EntityRuler
from kernel_plugin_rules.rulers.filters import (
    SpansFilter,
    prioritize_existing_ents_filter,
    prioritize_new_ents_filter,
)
from kernel_plugin_rules.rulers.span_ruler import DEFAULT_SPANS_KEY, SpanRuler

Scorer = Callable[..., dict[str, Any]] | None

_COMPARE: Final = {"@misc": "kernel.levenshtein_compare.v1"}
_ENTS_SCORER: Final = {"@scorers": "kernel.entity_ruler_scorer.v1"}
_ENTS_SCORES: Final = {
    "ents_f": Score(1.0, title="NER F", help="F-score of entities"),
    "ents_p": Score(0.0, title="NER P", help="share of predicted entities that are correct"),
    "ents_r": Score(0.0, title="NER R", help="share of the annotated entities that are found"),
    "ents_per_type": Score(
        title="NER", help="precision, recall and F-score of each entity type", per="type"
    ),
}
_SPANS_SCORES: Final = {
    "spans_ruler_f": Score(1.0, title="SPANS F", help="F-score of spans"),
    "spans_ruler_p": Score(0.0, title="SPANS P", help="share of found spans that are correct"),
    "spans_ruler_r": Score(0.0, title="SPANS R", help="share of the annotated spans found"),
    "spans_ruler_per_type": Score(
        title="SPANS", help="precision, recall and F-score of each label", per="label"
    ),
}


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


@factory(
    "entity_ruler",
    default_config={
        "phrase_matcher_attr": None,
        "matcher_fuzzy_compare": _COMPARE,
        "validate": False,
        "overwrite_ents": False,
        "ent_id_sep": DEFAULT_ID_SEP,
        "scorer": _ENTS_SCORER,
    },
    assigns=["doc.ents", "token.ent_type", "token.ent_iob"],
    scores=_ENTS_SCORES,
)
def make_entity_ruler(
    nlp: Language,
    name: str,
    phrase_matcher_attr: int | str | None,
    matcher_fuzzy_compare: FuzzyCompare,
    validate: bool,
    overwrite_ents: bool,
    ent_id_sep: str,
    scorer: Scorer,
) -> EntityRuler:
    """Create a component that finds entities by patterns.

    phrase_matcher_attr    attribute by which phrases are compared, such as LOWER; null: the text
    matcher_fuzzy_compare  decides which texts are similar, for FUZZY
    validate               whether patterns are checked for keys and types when they are added
    overwrite_ents         whether matches replace entities that overlap with them
    ent_id_sep             string between label and id in the keys of the matchers
    scorer                 compares the predictions with the gold docs
    """
    return EntityRuler(
        nlp,
        name,
        phrase_matcher_attr=phrase_matcher_attr,
        matcher_fuzzy_compare=matcher_fuzzy_compare,
        validate=validate,
        overwrite_ents=overwrite_ents,
        ent_id_sep=ent_id_sep,
        scorer=scorer,
    )


@factory(
    "future_entity_ruler",
    default_config={
        "phrase_matcher_attr": None,
        "matcher_fuzzy_compare": _COMPARE,
        "validate": False,
        "overwrite_ents": False,
        "ent_id_sep": "__unused__",
        "scorer": _ENTS_SCORER,
    },
    assigns=["doc.ents"],
    scores=_ENTS_SCORES,
)
def make_future_entity_ruler(
    nlp: Language,
    name: str,
    phrase_matcher_attr: int | str | None,
    matcher_fuzzy_compare: FuzzyCompare,
    validate: bool,
    overwrite_ents: bool,
    ent_id_sep: str,
    scorer: Scorer,
) -> SpanRuler:
    """Create a span ruler with the settings of the entity ruler, which sets only entities.

    phrase_matcher_attr    attribute by which phrases are compared, such as LOWER; null: the text
    matcher_fuzzy_compare  decides which texts are similar, for FUZZY
    validate               whether patterns are checked for keys and types when they are added
    overwrite_ents         whether matches replace entities that overlap with them
    ent_id_sep             not used: ids are kept apart from labels
    scorer                 compares the predictions with the gold docs
    """
    return SpanRuler(
        nlp,
        name,
        spans_key=None,
        spans_filter=None,
        annotate_ents=True,
        ents_filter=prioritize_new_ents_filter
        if overwrite_ents
        else prioritize_existing_ents_filter,
        phrase_matcher_attr=phrase_matcher_attr,
        matcher_fuzzy_compare=matcher_fuzzy_compare,
        validate=validate,
        overwrite=False,
        scorer=scorer,
    )


@factory(
    "span_ruler",
    default_config={
        "spans_key": DEFAULT_SPANS_KEY,
        "spans_filter": None,
        "annotate_ents": False,
        "ents_filter": {"@misc": "kernel.first_longest_spans_filter.v1"},
        "phrase_matcher_attr": None,
        "matcher_fuzzy_compare": _COMPARE,
        "validate": False,
        "overwrite": True,
        "scorer": {
            "@scorers": "kernel.overlapping_labeled_spans_scorer.v1",
            "spans_key": DEFAULT_SPANS_KEY,
        },
    },
    assigns=["doc.spans"],
    scores=_SPANS_SCORES,
)
def make_span_ruler(
    nlp: Language,
    name: str,
    spans_key: str | None,
    spans_filter: SpansFilter | None,
    annotate_ents: bool,
    ents_filter: SpansFilter,
    phrase_matcher_attr: int | str | None,
    matcher_fuzzy_compare: FuzzyCompare,
    validate: bool,
    overwrite: bool,
    scorer: Scorer,
) -> SpanRuler:
    """Create a component that finds spans by patterns, which may overlap.

    spans_key              key in `doc.spans` of the spans that are found; null: not set
    spans_filter           chooses from the spans there and those found; null: all are kept
    annotate_ents          whether the spans are set as entities, too
    ents_filter            chooses from the entities there and the spans found
    phrase_matcher_attr    attribute by which phrases are compared, such as LOWER; null: the text
    matcher_fuzzy_compare  decides which texts are similar, for FUZZY
    validate               whether patterns are checked for keys and types when they are added
    overwrite              whether spans and entities that are there are removed first
    scorer                 compares the predictions with the gold docs
    """
    return SpanRuler(
        nlp,
        name,
        spans_key=spans_key,
        spans_filter=spans_filter,
        annotate_ents=annotate_ents,
        ents_filter=ents_filter,
        phrase_matcher_attr=phrase_matcher_attr,
        matcher_fuzzy_compare=matcher_fuzzy_compare,
        validate=validate,
        overwrite=overwrite,
        scorer=scorer,
    )
