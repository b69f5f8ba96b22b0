"""spaCy's `Scorer`: the scores of a pipeline, and static methods for the scores of tasks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from kernel.registry import registry
from kernel.scoring import (
    MISSING,
    PipelineScores,
    SpanScores,
    StreamingScorer,
    TokenAttrScores,
    TokenizationScores,
)
from kernel_plugin_spacy.links import LinkScores

if TYPE_CHECKING:
    from kernel.text import Example

DEFAULT_PIPELINE: Final = ("senter", "tagger", "morphologizer", "parser", "ner", "textcat")


class Scorer:
    """Scores examples with the scorers of the components of `nlp`.

    Without `nlp`, the installed scorers of `default_pipeline` are used. Other settings are passed
    to every scorer. `default_lang` is accepted for compatibility, but has no effect.

    The static methods that score one task call the scorer that the task's plugin registers. They
    raise RegistryError, with the distribution to install, if it is missing.
    """

    def __init__(
        self,
        nlp: Any = None,
        default_lang: str = "xx",
        default_pipeline: Sequence[str] = DEFAULT_PIPELINE,
        **cfg: Any,
    ) -> None:
        self.nlp = nlp
        self.default_pipeline = default_pipeline
        self.cfg = cfg

    def score(self, examples: Iterable[Example], *, per_component: bool = False) -> dict[str, Any]:
        """Return the scores of `examples`; with `per_component`, {component: scores}."""
        accumulator = self.accumulator(per_component=per_component)
        accumulator.update(examples)
        return accumulator.result()

    def accumulator(self, *, per_component: bool = False) -> PipelineScores:
        """Return an accumulator for a stream of examples."""
        if self.nlp is not None:
            return PipelineScores.of(self.nlp.pipeline, self.cfg, per_component=per_component)
        scores = PipelineScores(per_component=per_component)
        for name in self.default_pipeline:
            if registry.scorers.has(f"kernel.{name}_scorer.v1"):
                scores.add(name, _registered(f"kernel.{name}_scorer.v1"), self.cfg)
        return scores

    @staticmethod
    def score_tokenization(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
        """Return `token_acc`, `token_p`, `token_r` and `token_f`."""
        return StreamingScorer(TokenizationScores)(examples, **settings)

    @staticmethod
    def score_token_attr(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        missing_values: set[Any] | frozenset[Any] = MISSING,
        **settings: Any,
    ) -> dict[str, Any]:
        """Return `<attr>_acc`; see `TokenAttrScores`."""
        score = StreamingScorer(TokenAttrScores)
        given = {"attr": attr, "getter": getter, "missing_values": missing_values}
        return score(examples, **settings, **given)

    @staticmethod
    def score_spans(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        has_annotation: Callable[[Any], bool] | None = None,
        labeled: bool = True,
        allow_overlap: bool = False,
        **settings: Any,
    ) -> dict[str, Any]:
        """Return `<attr>_p`, `_r`, `_f` and, if `labeled`, `<attr>_per_type`; see `SpanScores`."""
        return StreamingScorer(SpanScores)(
            examples,
            attr=attr,
            getter=getter,
            has_annotation=has_annotation,
            labeled=labeled,
            allow_overlap=allow_overlap,
            **settings,
        )

    @staticmethod
    def score_token_attr_per_feat(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        missing_values: set[Any] | frozenset[Any] = MISSING,
        **settings: Any,
    ) -> dict[str, Any]:
        """Return `<attr>_micro_p`, `_r`, `_f` and `<attr>_per_feat`."""
        score = _registered("kernel.feats_scorer.v1")
        given = {"attr": attr, "getter": getter, "missing_values": missing_values}
        return score(examples, **settings, **given)

    @staticmethod
    def score_cats(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        labels: Iterable[str] = (),
        multi_label: bool = True,
        positive_label: str | None = None,
        threshold: float | None = None,
        **settings: Any,
    ) -> dict[str, Any]:
        """Return `<attr>_score`, `_score_desc`, micro and macro rates, and AUC."""
        return _registered("kernel.textcat_scorer.v2")(
            examples,
            attr=attr,
            getter=getter,
            labels=labels,
            multi_label=multi_label,
            positive_label=positive_label,
            threshold=threshold,
            **settings,
        )

    @staticmethod
    def score_links(
        examples: Iterable[Example], *, negative_labels: Collection[str], **settings: Any
    ) -> dict[str, Any]:
        """Return `nel_score`, micro and macro rates, and `nel_f_per_type`; see `LinkScores`."""
        return StreamingScorer(LinkScores)(examples, negative_labels=negative_labels, **settings)

    @staticmethod
    def score_deps(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        head_attr: str = "head",
        head_getter: Callable[[Any, str], Any] = getattr,
        ignore_labels: Collection[Any] = (),
        missing_values: set[Any] | frozenset[Any] = MISSING,
        **settings: Any,
    ) -> dict[str, Any]:
        """Return `<attr>_uas`, `<attr>_las` and `<attr>_las_per_type`."""
        return _registered("kernel.deps_scorer.v1")(
            examples,
            attr=attr,
            getter=getter,
            head_attr=head_attr,
            head_getter=head_getter,
            ignore_labels=ignore_labels,
            missing_values=missing_values,
            **settings,
        )


def get_ner_prf(examples: Iterable[Example], **_: Any) -> dict[str, Any]:
    """Return `ents_p`, `ents_r`, `ents_f` and `ents_per_type` of entities."""
    return _registered("kernel.ner_scorer.v1")(examples)


def _registered(name: str) -> Callable[..., dict[str, Any]]:
    return registry.scorers.get(name)()
