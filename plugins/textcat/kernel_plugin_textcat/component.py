"""The component that assigns exactly one label to each doc."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from thinc.api import Model

from kernel.errors import ArgumentError
from kernel.ops import Floats
from kernel.pipeline import Language, factory
from kernel.text import Doc, Example, Vocab
from kernel_plugin_textcat.categorizer import Categorizer
from kernel_plugin_textcat.defaults import SCORES, ensemble
from kernel_plugin_textcat.scorer import make_textcat_scorer

SCORER = make_textcat_scorer()


@factory(
    "textcat",
    default_config={
        "threshold": 0.0,
        "scorer": {"@scorers": "kernel.textcat_scorer.v2"},
        "model": ensemble(exclusive_classes=True),
    },
    assigns=["doc.cats"],
    scores=SCORES,
)
def make_textcat(
    nlp: Language,
    name: str,
    model: Model[list[Doc], Floats],
    threshold: float,
    scorer: Callable[..., dict[str, Any]] | None,
) -> TextCategorizer:
    """Create a component that assigns exactly one label to each doc, in `doc.cats`.

    model      scores all labels of a doc; the scores add up to 1
    threshold  has no effect: the label with the highest score is predicted
    scorer     compares the predictions with the gold docs
    """
    return TextCategorizer(nlp.vocab, model, name, threshold=threshold, scorer=scorer)


class TextCategorizer(Categorizer):
    """Assigns exactly one label to each doc; the scores of all labels add up to 1."""

    is_exclusive = True
    least_labels = 2

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "textcat",
        *,
        threshold: float = 0.0,
        scorer: Any = SCORER,
    ) -> None:
        super().__init__(
            vocab, model, name, scorer=scorer, threshold=threshold, positive_label=None
        )

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Any = None,
        labels: Iterable[str] | None = None,
        positive_label: str | None = None,
    ) -> None:
        """Find the labels and initialize the model; see `Categorizer.initialize`.

        `positive_label` is the one of two labels whose F-score is the score of the component.
        Raises ArgumentError if it is not a label, or if there are more than two labels.
        """
        super().initialize(get_examples, nlp=nlp, labels=labels)
        if positive_label is not None:
            self._check_positive(positive_label)
        self.cfg["positive_label"] = positive_label

    def _check_positive(self, label: str) -> None:
        labels = list(self.labels)
        if label not in labels:
            raise ArgumentError(
                f"`positive_label` of `{self.name}` is {label!r}; expected one of its labels, "
                f"{labels}"
            )
        if len(labels) != 2:
            raise ArgumentError(
                f"`positive_label` of `{self.name}` is {label!r}, which is for two labels; there "
                f"are {len(labels)}: {labels}",
                hint=f"set `initialize.components.{self.name}.positive_label` to null",
            )
