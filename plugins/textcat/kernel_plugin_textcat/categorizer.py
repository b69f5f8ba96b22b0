"""The base class of components that assign labels to docs.

Axes: B docs, O labels.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

import numpy as np

from kernel.errors import ArgumentError, LoadError, ShapeError
from kernel.files import check_type
from kernel.ops import Floats
from kernel.pipeline import RehearsingPipe, check_labels, first_examples, has_weights
from kernel.text import Doc, DocBatch, Example, Vocab
from kernel_plugin_textcat.gold import check_cats, count_labels, read_gold

# A model attribute: labels that were added after training and have not been positive since.
UNSEEN_LABELS: Final = "unseen_labels"


def hold_back(scores: Floats, unseen: Sequence[int], *, are_shares: bool) -> Floats:
    """Set the scores of some labels to 0, and those of the others as if these did not exist.

    scores      (B, O)
    are_shares  whether the scores of a doc add up to 1
    returns     (B, O)  a copy
    """
    held = scores.copy()
    held[:, list(unseen)] = 0
    if are_shares:
        held /= held.sum(axis=1, keepdims=True)
    return held


class Categorizer(RehearsingPipe):
    """Assigns a score from 0 to 1 for each label to each doc.

    A subclass defines whether labels are exclusive, and how many it needs at least.
    """

    is_exclusive: bool
    least_labels: int
    cfg_types: ClassVar[Mapping[str, Any]] = {
        "labels": list[str],
        "threshold": float,
        "positive_label": str | None,
    }

    def __init__(
        self, vocab: Vocab, model: Any, name: str, *, scorer: Any = None, **cfg: Any
    ) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = scorer
        self.cfg: dict[str, Any] = {"labels": [], **cfg}

    # Labels

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the model's outputs."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> list[str]:
        """The labels, in the form that `initialize` takes."""
        return list(self.cfg["labels"])

    def add_label(self, label: Any) -> int:
        """Add a label; return 1 if it is new, else 0. The weights of other labels are kept.

        Raises WrongTypeError for a value that is not a string, ArgumentError if the model
        cannot be resized.
        """
        check_labels([label], self.name)
        if label in self.cfg["labels"]:
            return 0
        n_labels, size = len(self.cfg["labels"]) + 1, self._n_outputs()
        if size is not None and n_labels > size:
            self._grow(label, n_labels)
        self.cfg["labels"] = [*self.cfg["labels"], label]
        return 1

    def _grow(self, label: str, n_labels: int) -> None:
        if not self.is_resizable:
            raise ArgumentError(
                f"the model of `{self.name}` has {n_labels - 1} outputs, one per label, and "
                f"cannot have more: {label!r} is one too many",
                hint="initialize the component again, or give it a model that can grow, such as "
                "`kernel.TextCatBOW.v3`",
            )
        if self.model.get_ref("output_layer").has_param("W"):
            unseen = self.model.attrs.get(UNSEEN_LABELS, [])
            # Saved with the weights, which exact resumption needs.
            self.model.attrs[UNSEEN_LABELS] = [*unseen, n_labels - 1]
        self.model.attrs["resize_output"](self.model, n_labels)

    @property
    def _gives_shares(self) -> bool:
        # Without an activation at the end, scores are not probabilities and biases are not set.
        return self.is_exclusive and "start_output" in self.model.attrs

    def _n_outputs(self) -> int | None:
        """Return the number of outputs of the model, None if it is not set yet."""
        has_output = "output_layer" in self.model.ref_names
        nodes = [self.model, self.model.get_ref("output_layer")] if has_output else [self.model]
        sizes = [node.maybe_get_dim("nO") for node in nodes]
        return next((size for size in sizes if size is not None), None)

    # Training

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Any = None,
        labels: Iterable[str] | None = None,
    ) -> None:
        """Find the labels and initialize the weights of the model.

        `labels` is a value of `label_data`; by default, labels are collected from all examples, in
        the order in which they appear. Labels added before are kept.

        Raises DataError for gold values that cannot be learned from, ArgumentError if there are
        too few labels or no examples.
        """
        sample = first_examples(get_examples)
        counts = count_labels(self.name, get_examples(), is_exclusive=self.is_exclusive)
        if labels is None:
            labels = counts.known
            self._warn_of(counts.constant(is_exclusive=self.is_exclusive))
        for label in check_labels(labels, self.name):
            self.add_label(label)
        self._check_labels()
        truths, _ = read_gold(sample, self.labels)
        docs = [example.reference for example in sample]
        self.model.initialize(X=docs, Y=self.model.ops.asarray(truths))
        if "start_output" in self.model.attrs:
            shares = counts.shares(self.labels, is_exclusive=self.is_exclusive)
            self.model.attrs["start_output"](self.model, shares)

    def _warn_of(self, constant: Sequence[str]) -> None:
        if constant:
            warnings.warn(
                f"component `{self.name}` cannot learn the labels {constant}: in the examples, "
                "each of them is 1 in all docs or in none",
                stacklevel=3,
            )

    def _check_labels(self) -> None:
        labels, size = self.cfg["labels"], self._n_outputs()
        if len(labels) < self.least_labels:
            raise ArgumentError(
                f"component `{self.name}` needs {self.least_labels} labels or more, got {labels}",
                hint="check that the gold data has `cats`, or give the labels as "
                f"`[initialize.components.{self.name}.labels]`",
            )
        if size is not None and size != len(labels):
            raise ArgumentError(
                f"the model of `{self.name}` has {size} outputs, but the data has "
                f"{len(labels)} labels",
                hint=f"set `components.{self.name}.model.nO` to null",
            )

    def get_loss(self, examples: Sequence[Example], scores: Floats) -> tuple[float, Floats]:
        """Return the mean of the squared errors, and the errors as the gradient of the scores.

        scores   (B, O)
        returns  () and (B, O); 0 where gold is unknown

        Raises DataError for gold values that cannot be learned from, ShapeError if the scores are
        not those of the examples and labels.
        """
        shape = getattr(scores, "shape", None)
        if shape != (len(examples), len(self.labels)):
            raise ShapeError(
                f"component `{self.name}` has {len(self.labels)} labels and got {len(examples)} "
                f"examples, but scores of the shape {shape}"
            )
        for number, example in enumerate(examples):
            check_cats(self.name, example.reference, number, is_exclusive=self.is_exclusive)
        truths, known = read_gold(examples, self.labels)
        if UNSEEN_LABELS in self.model.attrs:
            seen = set(np.flatnonzero(truths.any(axis=0)).tolist())
            self.model.attrs[UNSEEN_LABELS] = sorted(set(self.model.attrs[UNSEEN_LABELS]) - seen)
        if self.is_exclusive:
            # Exclusive labels that are missing in a doc are 0.
            known |= known.any(axis=1, keepdims=True)
        ops = self.model.ops
        d_scores = (scores - ops.asarray(truths)) * ops.asarray(known)
        return float((d_scores**2).mean()), d_scores

    # Prediction

    def predict(self, docs: Sequence[Doc]) -> Floats:
        """Return the score of each label, (B, O), on the host; 0 for docs without words.

        Raises `NotInitializedError` if the model has no weights.
        """
        self.check_initialized()
        docs = DocBatch.of(docs)
        lengths, n_labels = docs.lengths, len(self.cfg["labels"])
        if not lengths.any():
            return np.zeros((len(docs), n_labels), "float32")
        scores: Floats = self.model.ops.to_numpy(self.model.predict(docs))
        if unseen := self.model.attrs.get(UNSEEN_LABELS):
            scores = hold_back(scores, unseen, are_shares=self._gives_shares)
        return scores if lengths.all() else scores * (lengths > 0)[:, None]

    def set_annotations(self, docs: Sequence[Doc], predictions: Floats) -> None:
        """Write the scores, (B, O), into `doc.cats`; other labels there are kept."""
        labels = self.cfg["labels"]
        for doc, scores in zip(docs, predictions.tolist(), strict=True):
            doc.cats.update(zip(labels, scores, strict=False))

    # Storage

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        readers = super()._readers()

        def read_model(data: bytes) -> None:
            readers["model"](data)
            size, labels = self._n_outputs(), self.cfg["labels"]
            if has_weights(self.model) and size not in (None, len(labels)):
                raise LoadError(
                    f"the weights have {size} outputs, but there are {len(labels)} labels"
                )
            unseen = self.model.attrs.get(UNSEEN_LABELS, [])
            check_type(unseen, list[int], what=f"the attribute `{UNSEEN_LABELS}` of the weights")

        return {"cfg": readers["cfg"], "model": read_model}
