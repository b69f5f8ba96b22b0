"""The scores of a whole pipeline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

from kernel.registry import registry
from kernel.scoring.cats import CatScores
from kernel.scoring.deps import DepScores
from kernel.scoring.feats import FeatScores
from kernel.scoring.links import LinkScores
from kernel.scoring.spans import SpanScores
from kernel.scoring.stream import Accumulator, StreamingScorer
from kernel.scoring.tokens import MISSING, TokenAttrScores, TokenizationScores

if TYPE_CHECKING:
    from kernel.text import Example

DEFAULT_PIPELINE = ("senter", "tagger", "morphologizer", "parser", "ner", "textcat")


class PipelineScores:
    """The accumulators of every component of a pipeline, by component; tokenization first.

    What a component scores with a function that does not stream waits, examples and all,
    until `result`.
    """

    def __init__(
        self,
        streaming: dict[str, Accumulator],
        waiting: dict[str, Callable[[list[Example]], dict[str, Any]]],
        *,
        per_component: bool = False,
    ) -> None:
        self.streaming = streaming
        self.waiting = waiting
        self.per_component = per_component
        self.kept: list[Example] = []

    def update(self, examples: Iterable[Example]) -> None:
        """Count `examples`."""
        examples = list(examples)
        for accumulator in self.streaming.values():
            accumulator.update(examples)
        if self.waiting:
            self.kept.extend(examples)

    def merge(self, other: Self) -> None:
        """Add what `other`, of the same pipeline, has counted."""
        for name, accumulator in self.streaming.items():
            accumulator.merge(other.streaming[name])
        self.kept.extend(other.kept)

    def result(self) -> dict[str, Any]:
        """Return the scores, later components' before earlier ones' where keys are the same.

        With `per_component`, return {component: scores}.
        """
        scores = {name: accumulator.result() for name, accumulator in self.streaming.items()}
        scores.update((name, score(self.kept)) for name, score in self.waiting.items())
        if self.per_component:
            return scores
        return {key: value for part in scores.values() for key, value in part.items()}


class Scorer:
    """Scores examples with the scorers of the components of `nlp`.

    Without `nlp`: with the registered scorers of `default_pipeline`, those that are installed.
    Further settings are handed to every scorer. `default_lang` is accepted for compatibility;
    no score depends on it.
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
        streaming: dict[str, Accumulator] = {"tokenizer": TokenizationScores()}
        waiting: dict[str, Callable[[list[Example]], dict[str, Any]]] = {}
        for name, scorer, settings, score in self._scorers():
            if isinstance(scorer, StreamingScorer):
                streaming[name] = scorer.accumulator(**{**settings, **self.cfg})
            else:
                waiting[name] = _with_settings(score, self.cfg)
        return PipelineScores(streaming, waiting, per_component=per_component)

    def _scorers(self) -> Iterator[tuple[str, Any, dict[str, Any], Callable[..., dict[str, Any]]]]:
        """Yield name, scorer, its settings and what scores without streaming, of each component."""
        if self.nlp is None:
            for name in self.default_pipeline:
                if registry.scorers.has(f"kernel.{name}_scorer.v1"):
                    scorer = registry.scorers.get(f"kernel.{name}_scorer.v1")()
                    yield name, scorer, {}, scorer
            return
        for name, component in self.nlp.pipeline:
            if hasattr(component, "score"):
                scorer = getattr(component, "scorer", None)
                settings = component.scorer_settings() if scorer is not None else {}
                yield name, scorer, settings, component.score

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
        settings = {**settings, "attr": attr, "getter": getter, "missing_values": missing_values}
        return StreamingScorer(TokenAttrScores)(examples, **settings)

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
        chosen: dict[str, Any] = {"attr": attr, "getter": getter, "labeled": labeled}
        chosen.update(has_annotation=has_annotation, allow_overlap=allow_overlap)
        return StreamingScorer(SpanScores)(examples, **{**settings, **chosen})

    @staticmethod
    def score_token_attr_per_feat(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        missing_values: set[Any] | frozenset[Any] = MISSING,
        **settings: Any,
    ) -> dict[str, Any]:
        """Return `<attr>_micro_p`, `_r`, `_f` and `<attr>_per_feat`; see `FeatScores`."""
        settings = {**settings, "attr": attr, "getter": getter, "missing_values": missing_values}
        return StreamingScorer(FeatScores)(examples, **settings)

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
        """Return `<attr>_score`, `_score_desc`, micro and macro rates, and AUC; see `CatScores`."""
        chosen: dict[str, Any] = {"attr": attr, "getter": getter, "labels": labels}
        chosen.update(multi_label=multi_label, positive_label=positive_label, threshold=threshold)
        return StreamingScorer(CatScores)(examples, **{**settings, **chosen})

    @staticmethod
    def score_links(
        examples: Iterable[Example], *, negative_labels: Collection[str], **settings: Any
    ) -> dict[str, Any]:
        """Return `nel_score`, micro and macro rates, and `nel_f_per_type`; see `LinkScores`."""
        settings = {**settings, "negative_labels": negative_labels}
        return StreamingScorer(LinkScores)(examples, **settings)

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
        """Return `<attr>_uas`, `<attr>_las` and `<attr>_las_per_type`; see `DepScores`."""
        chosen: dict[str, Any] = {"attr": attr, "getter": getter, "head_attr": head_attr}
        chosen.update(head_getter=head_getter, ignore_labels=ignore_labels)
        chosen.update(missing_values=missing_values)
        return StreamingScorer(DepScores)(examples, **{**settings, **chosen})


def _with_settings(
    score: Callable[..., dict[str, Any]], settings: dict[str, Any]
) -> Callable[[list[Example]], dict[str, Any]]:
    return lambda examples: score(examples, **settings)
