"""The named entity recognizer.

Axes: B docs, N tokens of all of them, E entities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from thinc.api import Model

from kernel.errors import DataError
from kernel.pipeline import Language, factory
from kernel.scoring import Score
from kernel.text import Doc, DocBatch, Example, Vocab, ent_iob
from kernel_plugin_ner.classes import NAMES, OUT, TYPED, UNIT
from kernel_plugin_ner.scorer import make_ner_scorer
from kernel_plugin_ner.system import BiluoSystem, Entities
from kernel_plugin_transition.component import TransitionParser, features_of
from kernel_plugin_transition.defaults import HASH_EMBED_CNN, model_block
from kernel_plugin_transition.scorer import StateScorer

SCORER = make_ner_scorer()


@factory(
    "ner",
    default_config={
        "moves": None,
        "update_with_oracle_cut_size": 100,
        "incorrect_spans_key": None,
        "scorer": {"@scorers": "kernel.ner_scorer.v1"},
        "model": model_block("ner", HASH_EMBED_CNN),
    },
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    scores={
        "ents_f": Score(1.0, title="NER F", help="F-score of entities"),
        "ents_p": Score(0.0, title="NER P", help="share of predicted entities that are correct"),
        "ents_r": Score(0.0, title="NER R", help="share of the annotated entities that are found"),
        "ents_per_type": Score(
            title="NER", help="precision, recall and F-score of each entity type", per="type"
        ),
    },
)
def make_ner(
    nlp: Language,
    name: str,
    model: Model[list[Doc], StateScorer],
    moves: BiluoSystem | None,
    update_with_oracle_cut_size: int,
    incorrect_spans_key: str | None,
    scorer: Callable[..., dict[str, Any]] | None,
) -> EntityRecognizer:
    """Create a component that finds named entities: spans with a type that do not overlap.

    model                        scores the next action, which includes the entity type
    moves                        the transition system; null: made from the labels of the data
    update_with_oracle_cut_size  approximate number of actions that docs are cut into in training
    incorrect_spans_key          name of the span group in gold docs with spans that are not
                                 entities
    scorer                       compares the predictions with the gold docs
    """
    return EntityRecognizer(
        nlp.vocab,
        model,
        name,
        moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        incorrect_spans_key=incorrect_spans_key,
        scorer=scorer,
    )


class EntityRecognizer(TransitionParser):
    """Finds named entities. Existing annotation is kept, and constrains the predictions."""

    system: BiluoSystem

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "ner",
        moves: BiluoSystem | None = None,
        *,
        update_with_oracle_cut_size: int = 100,
        incorrect_spans_key: str | None = None,
        scorer: Any = SCORER,
    ) -> None:
        features = features_of(model, BiluoSystem, name)
        super().__init__(
            vocab,
            model,
            name,
            moves if moves is not None else BiluoSystem(features, incorrect_spans_key),
            scorer=scorer,
            update_with_oracle_cut_size=update_with_oracle_cut_size,
            incorrect_spans_key=incorrect_spans_key,
        )

    # Labels

    @property
    def labels(self) -> tuple[str, ...]:
        """The entity types, sorted."""
        return tuple(sorted({label for action, label in self.system.moves.classes if label}))

    @property
    def move_names(self) -> list[str]:
        """The names of the classes, such as `B-ORG`, without the class of blocked tokens."""
        return [
            f"{NAMES[action]}-{label}" if label else NAMES[action]
            for action, label in self.system.moves.classes
            if label or action != UNIT
        ]

    def add_label(self, label: str) -> int:
        """Add an entity type; returns 1 if it is new, else 0. The model grows with it."""
        self.check_label(label)
        is_new = self.system.add_label(label)
        if is_new:
            self.vocab.strings.add(label)
            self.resize()
        return int(is_new)

    def check_label(self, label: Any) -> str:
        """Return `label`; raises if it is not a string, is empty or begins with `!`."""
        super().check_label(label)
        if label.startswith("!"):
            raise DataError(
                f"an entity type cannot begin with `!`, got {label!r}",
                hint="put spans that are not entities into `incorrect_spans_key`",
            )
        return str(label)

    def count_labels(self, examples: Iterable[Example]) -> Mapping[Any, Mapping[str, int]]:
        """Return the frequency of each entity type: the number of its tokens."""
        totals: dict[int, int] = {}
        for example in examples:
            types = example.reference.column("ent_type")
            for label in types[types != 0].tolist():
                totals[label] = totals.get(label, 0) + 1
        strings = self.vocab.strings
        counts = {self.check_label(strings[label]): count for label, count in totals.items()}
        return typed_frequencies(counts)

    def initialize(
        self,
        get_examples: Any,
        *,
        nlp: Language | None = None,
        labels: dict[str, dict[str, int]] | list[str] | None = None,
    ) -> None:
        """Find the labels and initialize the weights of the model.

        `labels` is a value of `label_data`, or a list of entity types; by default, the types are
        collected from all examples. Warns if there are none. Raises `ArgumentError` if there are
        no examples.
        """
        if isinstance(labels, list):
            types = map(self.check_label, labels)
            labels = {
                str(action): known
                for action, known in typed_frequencies(dict.fromkeys(types, 1)).items()
            }
        super().initialize(get_examples, nlp=nlp, labels=labels)

    def add_missing_labels(self, docs: Iterable[Doc]) -> None:
        """Add the unknown entity types in `docs`, in alphabetical order."""
        batch = DocBatch(docs)
        if not batch.has_column("ent_type"):
            return
        typed = batch.column("ent_type")
        hashes = np.unique(typed[typed != 0])
        unknown = hashes[self.system.classes.numbers(hashes) < 0]
        for label in sorted(self.vocab.strings[label] for label in unknown.tolist()):
            self.add_label(label)

    # Prediction

    def set_annotations(self, docs: Sequence[Doc], predictions: Entities | None) -> None:
        """Write entities into `docs`; tokens without annotation become outside."""
        if predictions is None:
            return
        batch = DocBatch(docs)
        iob, types = batch.column("ent_iob"), batch.column("ent_type")
        _write_entities(iob, types, predictions)
        batch.write(ent_iob=iob, ent_type=types)


def typed_frequencies(counts: Mapping[str, int]) -> dict[int, dict[str, int]]:
    """Return the frequency of each class, given those of the entity types."""
    labels = {action: dict(counts) for action in TYPED}
    labels[UNIT] = {**counts, "": 1}
    labels[OUT] = {"": 1}
    return labels


def _write_entities(
    iob: npt.NDArray[np.int8], types: npt.NDArray[np.uint64], entities: Entities
) -> None:
    """Overwrite the columns with entities, in place; tokens without annotation become outside.

    iob      (N,)
    types    (N,)
    """
    if not len(entities.starts):
        iob[iob == 0] = ent_iob.OUTSIDE
        return
    lengths = entities.ends - entities.starts
    first = np.cumsum(lengths) - lengths
    inside = np.arange(int(lengths.sum())) - np.repeat(first - entities.starts, lengths)
    iob[inside] = ent_iob.INSIDE
    iob[entities.starts] = ent_iob.BEGIN
    types[inside] = np.repeat(entities.labels, lengths)
    iob[iob == 0] = ent_iob.OUTSIDE
