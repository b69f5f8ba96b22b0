"""The base class of components that predict with a transition system."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from kernel.errors import (
    ArgumentError,
    LoadError,
    NoLabelsWarning,
    ShapeError,
)
from kernel.files import check_type
from kernel.pipeline import RehearsingPipe, check_labels, first_examples
from kernel.text import Doc, DocBatch, Example, ExampleBatch, Vocab
from kernel_plugin_transition.learning import (
    MAX_MOVES,
    draw_max_moves,
    score_gradient,
    seen_classes,
)
from kernel_plugin_transition.scorer import StateScorer, hold_back
from kernel_plugin_transition.system import FeatureTemplate, System


class _Start(NamedTuple):
    """Where training on a batch starts: its states, their gold, and the number of actions."""

    states: Any
    gold: Any
    max_moves: int


class TransitionParser(RehearsingPipe):
    """Predicts with a transition system, and learns from the costs of its actions.

    A subclass defines `count_labels`, `add_label`, `labels` and `set_annotations`, and also
    `add_missing_labels` if new labels are added during training.
    """

    cfg_types: ClassVar[Mapping[str, Any]] = {
        "update_with_oracle_cut_size": int,
        "learn_tokens": bool,
        "min_action_freq": int,
        "incorrect_spans_key": str | None,
    }

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str,
        system: System,
        *,
        scorer: Any = None,
        **cfg: Any,
    ) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.system = system
        self.scorer = scorer
        self.cfg = {"moves": None, "update_with_oracle_cut_size": 100, **cfg}

    # Labels

    @property
    def move_names(self) -> list[str]:
        """The names of the classes, in the order of the output layer."""
        raise NotImplementedError

    @property
    def label_data(self) -> dict[str, dict[str, int]]:
        """The labels of each action and their frequencies, in the form that `initialize` takes."""
        return self.system.moves.to_dict()

    def count_labels(self, examples: Iterable[Example]) -> Mapping[Any, Mapping[str, int]]:
        """Return {action: {label: frequency}} of the gold annotation."""
        raise NotImplementedError

    def checked_labels(self, labels: Any) -> Mapping[Any, Mapping[str, int]]:
        """Return a value of `label_data`; raises `LoadError` for any other value."""
        what = f"the labels of `{self.name}`"
        checked: Mapping[Any, Mapping[str, int]]
        checked = check_type(labels, dict[int | str, dict[str, int]], what=what)
        self.system.moves.check_actions(checked)
        return checked

    def has_labels(self) -> bool:
        """Return whether there is anything to predict."""
        return bool(self.labels)

    def add_missing_labels(self, docs: Iterable[Doc]) -> None:
        """Add the unknown labels in `docs`; by default, none are added."""

    def resize(self) -> None:
        """Resize the model to the number of classes of the system."""
        self.model.attrs["resize_output"](self.model, len(self.system.moves))

    # Training

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Any = None,
        labels: dict[str, dict[str, int]] | None = None,
    ) -> None:
        """Find the labels and initialize the weights of the model.

        `labels` is a value of `label_data`; by default, labels are collected from all examples.
        Labels added before are kept. Warns if there are no labels: then nothing is predicted until
        labels are added. Raises `ArgumentError` if there are no examples.
        """
        sample = first_examples(get_examples)
        self._set_labels(
            self.count_labels(get_examples()) if labels is None else self.checked_labels(labels)
        )
        if not self.has_labels():
            warnings.warn(
                f"component `{self.name}` found no labels in the examples; check the gold "
                f"annotation, or give the labels as `[initialize.components.{self.name}.labels]`",
                NoLabelsWarning,
                stacklevel=2,
            )
        self.resize()
        self.model.initialize(X=[example.reference for example in sample])
        self.model.attrs.update(unseen_classes=[], linear_prediction=False)

    def learn(self, examples: ExampleBatch) -> float:
        """Accumulate the gradients; return the sum of the squared gradients of the scores.

        Examples without gold annotation are ignored.
        """
        self.add_missing_labels([*examples.predicted, *examples.reference])
        start = self._start(examples)
        if not len(start.states):
            return 0.0
        scorer, backprop = self.model.begin_update(examples.predicted)
        loss, d_scores = self._explore(scorer, start)
        backprop(d_scores)
        return loss

    def get_loss(self, examples: Sequence[Example], scores: Any) -> tuple[float, Any]:
        """Follow the predictions of `scores`, the output of `model.begin_update`, to their costs.

        returns  the sum of the squared gradient, and the gradient of all states, (S, C), as the
                 model's backward pass takes it

        Raises `ShapeError` for other scores.
        """
        if not isinstance(scores, StateScorer) or not scores.is_train:
            raise ShapeError(
                f"`get_loss` of `{self.name}` expects the output of `model.begin_update`, got a "
                f"{type(scores).__name__}"
            )
        return self._explore(scores, self._start(ExampleBatch.of(examples)))

    def _start(self, examples: ExampleBatch) -> _Start:
        """Return the states on the gold paths of `examples` that training starts from."""
        gold = self.system.gold(examples)
        max_moves = draw_max_moves(self.cfg["update_with_oracle_cut_size"])
        return _Start(self.system.cut(examples.predicted, gold, max_moves), gold, max_moves)

    def _explore(self, scorer: StateScorer, start: _Start) -> tuple[float, Any]:
        if not len(start.states):
            return 0.0, scorer.scores()
        costs, valid = self.system.explore(scorer, start.states, start.gold, start.max_moves)
        return self.get_loss_of_states(scorer.scores(), costs, valid)

    def get_loss_of_states(self, scores: Any, costs: Any, valid: Any) -> tuple[float, Any]:
        """Return the loss and the gradient of the scores, (S, C); update the unseen classes."""
        unseen = self.model.attrs["unseen_classes"]
        if unseen:
            unseen = sorted(set(unseen) - seen_classes(costs, valid))
            self.model.attrs["unseen_classes"] = unseen
            scores = hold_back(scores, unseen)
        return score_gradient(scores, costs, valid, unseen)

    def _learn_from_tutor(self, examples: ExampleBatch) -> float:
        """Follow the model's predictions, and learn the tutor's scores of the same states.

        returns  the mean squared gradient: the difference of the scores / the number of docs
        """
        docs = examples.predicted
        self.add_missing_labels(docs)
        scorer, backprop = self.model.begin_update(docs)
        _, valid = self.system.explore(
            scorer, self.system.begin(docs), self.system.gold(examples), MAX_MOVES
        )
        scores = scorer.scores()
        if not scores.size:
            return 0.0
        _, d_scores = self.get_rehearsal_loss(scores, scorer.score_again(self.tutor.predict(docs)))
        d_scores *= valid.any(axis=1, keepdims=True) / np.float32(sum(map(bool, docs)))
        backprop(d_scores)
        return float((d_scores**2).mean())

    # Prediction

    def predict(self, docs: Sequence[Doc]) -> Any:
        """Return the annotations that the transition system predicts, without changing `docs`.

        None if all docs are empty. Raises `NotInitializedError` if the model has no weights.
        """
        self.check_initialized()
        docs = DocBatch.of(docs)
        if not any(map(len, docs)):
            return None
        self.add_missing_labels(docs)
        return self.system.decode(self.model.predict(docs), docs)

    # Storage

    def _set_labels(self, labels: Any) -> None:
        """Use `labels`, followed by the labels added before."""
        counted = {int(action): dict(known) for action, known in labels.items()}
        for action, known in self.system.moves.labels.items():
            counted[action] = {**known, **counted.get(action, {})}
        self.system.moves.set_labels(counted)

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        return {**super()._writers(), "moves": self.system.moves.to_bytes}

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        readers = super()._readers()

        def read_model(data: bytes) -> None:
            readers["model"](data)
            n_classes, n_labels = self.model.maybe_get_dim("nO"), len(self.system.moves)
            if n_classes not in (None, n_labels):
                raise LoadError(f"the model has {n_classes} classes, but `moves` has {n_labels}")

        return {"cfg": readers["cfg"], "moves": self._read_moves, "model": read_model}

    def _read_moves(self, data: bytes) -> None:
        # The weights determine the sizes; labels are read first, so that both can be compared.
        self.system.moves.from_bytes(data)
        self.vocab.strings.add_all(self.labels)
        n_classes, n_labels = self.model.maybe_get_dim("nO"), len(self.system.moves)
        if n_classes is not None and n_classes > n_labels:
            raise LoadError(f"the model has {n_classes} classes, but `moves` only {n_labels}")
        if n_classes is not None:  # otherwise, it is that of the weights
            self.resize()

    def check_label(self, label: Any) -> str:
        """Return `label`; raises `WrongTypeError` if it is not a string, or an empty one."""
        return check_labels([label], self.name)[0]


def features_of(model: Any, system: type[System], name: str) -> FeatureTemplate:
    """Return the feature template of `model`, for component `name`.

    Raises `ArgumentError` if the model is for another system.
    """
    features, usual = model.attrs.get("features"), system.template(extra=False)
    if not isinstance(features, FeatureTemplate) or features.state_type != usual.state_type:
        given = getattr(features, "state_type", None)
        raise ArgumentError(
            f"component `{name}` needs a model of state type {usual.state_type!r}, got {given!r}",
            hint=f"set `components.{name}.model.state_type` to {usual.state_type!r}",
        )
    return features
