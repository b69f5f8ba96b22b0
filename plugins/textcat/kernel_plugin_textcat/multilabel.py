"""The component that assigns any number of labels to each doc."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Model

from kernel.ops import Floats
from kernel.pipeline import Language, factory
from kernel.text import Doc, Vocab
from kernel_plugin_textcat.categorizer import Categorizer
from kernel_plugin_textcat.defaults import SCORES, ensemble
from kernel_plugin_textcat.scorer import make_multilabel_scorer

SCORER = make_multilabel_scorer()


@factory(
    "textcat_multilabel",
    default_config={
        "threshold": 0.5,
        "scorer": {"@scorers": "kernel.textcat_multilabel_scorer.v2"},
        "model": ensemble(exclusive_classes=False),
    },
    assigns=["doc.cats"],
    scores=SCORES,
)
def make_textcat_multilabel(
    nlp: Language,
    name: str,
    model: Model[list[Doc], Floats],
    threshold: float,
    scorer: Callable[..., dict[str, Any]] | None,
) -> MultiLabelTextCategorizer:
    """Create a component that assigns any number of labels to each doc, in `doc.cats`.

    model      scores each label of a doc independently
    threshold  minimum score of a predicted label, when the component is evaluated
    scorer     compares the predictions with the gold docs
    """
    return MultiLabelTextCategorizer(nlp.vocab, model, name, threshold=threshold, scorer=scorer)


class MultiLabelTextCategorizer(Categorizer):
    """Assigns any number of labels to each doc; labels missing in gold are not learned from."""

    is_exclusive = False
    least_labels = 1

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "textcat_multilabel",
        *,
        threshold: float = 0.5,
        scorer: Any = SCORER,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer, threshold=threshold)
