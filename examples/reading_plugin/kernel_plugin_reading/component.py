"""The component `reading`: predicts a level for each word, and a probability.

Axes: N tokens of a doc, L levels.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

import kernel
from kernel import Doc, Example, Language, Score
from kernel.ops import as_numpy
from kernel.pipeline import TrainablePipe
from kernel.scoring import PRFScore

LEVELS = ("easy", "hard")


class Reading(TrainablePipe):
    """Sets `reading_level` and `reading_ease`, the probability that a word is easy."""

    def __init__(self, nlp: Language, name: str, model: Any, scorer: Callable[..., Any]) -> None:
        self.vocab = nlp.vocab
        self.name = name
        self.model = model
        self.scorer = scorer
        self.cfg: dict[str, Any] = {}

    @property
    def labels(self) -> tuple[str, ...]:
        """The levels, from easy to hard."""
        return LEVELS

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Initialize the model and infer its shapes."""
        docs = [example.predicted for example, _ in zip(get_examples(), range(10), strict=False)]
        self.model.initialize(X=docs, Y=[np.zeros((len(doc), len(LEVELS)), "f") for doc in docs])

    def set_annotations(self, docs: Sequence[Doc], predictions: Sequence[Any]) -> None:
        """Write the most probable level of each word.

        predictions  (N, L)  for each doc
        """
        ids = np.array([self.vocab.strings.add(level) for level in LEVELS], np.uint64)
        for doc, scores in zip(docs, map(as_numpy, predictions), strict=True):
            doc.set_column("reading_level", ids[scores.argmax(axis=1)])
            doc.set_column("reading_ease", scores[:, 0])

    def get_loss(
        self, examples: Sequence[Example], scores: Sequence[Any]
    ) -> tuple[float, list[Any]]:
        """Return the squared error, and the gradient of the scores (N, L) of each doc.

        A word without a gold level has no gradient.
        """
        gradients = []
        for example, predicted in zip(examples, scores, strict=True):
            levels = example.get_aligned("reading_level", as_string=True)
            gold = np.array([[level == each for each in LEVELS] for level in levels], "f")  # (N, L)
            known = gold.any(axis=1, keepdims=True)
            target = self.model.ops.asarray(gold.reshape(predicted.shape))
            gradients.append((predicted - target) * self.model.ops.asarray(known))
        return sum(float((each**2).sum()) for each in gradients), gradients


class ReadingScores:
    """`reading_acc`, and precision, recall and F-score of each level."""

    def __init__(self) -> None:
        self.all = PRFScore()
        self.levels = {level: PRFScore() for level in LEVELS}

    def update(self, examples: Iterable[Example]) -> None:
        """Count the words of `examples` that have a gold level."""
        for example in examples:
            gold = dict(enumerate(example.get_aligned("reading_level", as_string=True)))
            gold = {i: level for i, level in gold.items() if level}
            found = {i: example.predicted[i].reading_level_ for i in gold}
            self.all.score_set(set(found.items()), set(gold.items()))
            for level, score in self.levels.items():
                score.score_set(_where(found, level), _where(gold, level))

    def result(self) -> dict[str, Any]:
        """Return the scores; None if no word had a gold level."""
        if not len(self.all):
            return {"reading_acc": None, "reading_per_level": None}
        per_level = {level: score.to_dict() for level, score in self.levels.items()}
        return {"reading_acc": self.all.precision, "reading_per_level": per_level}


def _where(levels: dict[int, str], wanted: str) -> set[int]:
    return {i for i, level in levels.items() if level == wanted}


def make_scorer() -> Callable[..., dict[str, Any]]:
    """Return the scorer `reading.scorer.v1`."""
    return score_reading


def score_reading(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Return the scores of `examples`."""
    scores = ReadingScores()
    scores.update(examples)
    return scores.result()


@kernel.factory(
    "reading",
    default_config={
        "model": {"@architectures": "reading.Affixes.v1"},
        "scorer": {"@scorers": "reading.scorer.v1"},
    },
    assigns=["token.reading_level", "token.reading_ease"],
    scores={
        "reading_acc": Score(
            weight=1.0,
            title="READING",
            help="share of words with the correct level",
        ),
        "reading_per_level": Score(
            title="LEVELS", help="precision, recall and F-score of each level", per="level"
        ),
    },
)
def make_reading(nlp: Language, name: str, model: Any, scorer: Callable[..., Any]) -> Reading:
    """Create the component.

    model: Scores the levels of each word: one array per doc, with a column for each level.
    scorer: Compares predicted levels with gold levels.
    """
    return Reading(nlp, name, model, scorer)
