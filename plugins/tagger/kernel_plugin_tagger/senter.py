"""The sentence recognizer: predicts whether each token starts a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from thinc.api import Model

from kernel.ops import Floats
from kernel.pipeline import Language, factory
from kernel.scoring import Score
from kernel.text import Doc, Example, Vocab
from kernel_plugin_tagger.gold import MISSING, Gold, Ints, gold_column
from kernel_plugin_tagger.scorers import make_senter_scorer
from kernel_plugin_tagger.token_classifier import GetExamples, TokenClassifier

INSIDE: Final = 0
START: Final = 1

TOK2VEC = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "width": 12,
    "depth": 1,
    "maxout_pieces": 2,
}
MODEL = {
    "@architectures": "kernel.Tagger.v2",
    "nO": None,
    "normalize": False,
    "tok2vec": TOK2VEC,
}


SCORER = make_senter_scorer()


@factory(
    "senter",
    default_config={
        "overwrite": False,
        "scorer": {"@scorers": "kernel.senter_scorer.v1"},
        "model": MODEL,
    },
    assigns=["token.is_sent_start"],
    scores={
        "sents_f": Score(1.0, title="SENT F", help="F-score of sentences"),
        "sents_p": Score(0.0, title="SENT P", help="share of predicted sentences that are correct"),
        "sents_r": Score(
            0.0, title="SENT R", help="share of the annotated sentences that are found"
        ),
    },
)
def make_senter(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Floats]],
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> SentenceRecognizer:
    """Create a component that finds sentence starts.

    model      scores whether each token starts a sentence
    overwrite  whether to replace sentence starts that are already set
    scorer     compares the predictions with the gold docs
    """
    return SentenceRecognizer(nlp.vocab, model, name, overwrite=overwrite, scorer=scorer)


class SentenceRecognizer(TokenClassifier):
    """Finds sentence starts."""

    hide_labels = True

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "senter",
        *,
        overwrite: bool = False,
        scorer: Any = SCORER,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer, overwrite=overwrite)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels: inside and start of a sentence."""
        return ("I", "S")

    def initialize(self, get_examples: GetExamples, *, nlp: Language | None = None) -> None:
        """Initialize the weights of the model; raises `ArgumentError` if there are no examples."""
        self.vocab.strings.add_all(self.labels)
        self.initialize_model(get_examples)

    def gold_classes(self, examples: Sequence[Example]) -> Gold:
        """Return for each predicted token whether a gold sentence starts there.

        In a doc with any sentence starts, unannotated tokens count as inside. In a doc without any,
        all tokens are unknown.
        """
        starts, known = gold_column(examples, "sent_start")
        annotated = [eg.reference.annotations.get("sent_start") is not None for eg in examples]
        known &= np.repeat(np.array(annotated, np.bool_), [len(eg.predicted) for eg in examples])
        classes = np.where(starts == 1, START, INSIDE).astype(np.int32)
        classes[~known] = MISSING
        return Gold(classes)

    def set_annotations(self, docs: Sequence[Doc], predictions: Ints) -> None:
        """Write the sentence starts of the classes `predictions`, (N,), into `docs`.

        The first token of a doc is always a sentence start.
        """
        starts = np.where(predictions == START, np.int8(1), np.int8(-1))
        lengths = np.array([len(doc) for doc in docs], np.int64)
        starts[(np.cumsum(lengths) - lengths)[lengths > 0]] = 1
        self.write_column(docs, "sent_start", starts, overwrite=self.cfg["overwrite"])
