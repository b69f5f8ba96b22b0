"""The base class of components that assign one class to each token.

Axes: B docs, N tokens of all of them, C classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from kernel.errors import ArgumentError, LoadError, ShapeError
from kernel.ops import Packed, array_module, as_numpy, forget_weights, packed
from kernel.pipeline import RehearsingPipe, check_labels, first_examples
from kernel.text import Doc, DocBatch, Example, Vocab
from kernel_plugin_tagger.gold import Gold, Ints
from kernel_plugin_tagger.loss import cross_entropy_inplace, smoothed_shares
from kernel_plugin_tagger.model import predict_in_parts

GetExamples = Callable[[], Iterable[Example]]


class TokenClassifier(RehearsingPipe):
    """Assigns to each token the class with the highest score of its model.

    A subclass defines `labels`, `gold_classes` and `set_annotations`. Its `initialize` finds the
    labels, then calls `initialize_model`. To add a label, it calls `check_growth` before and `grow`
    after.
    """

    cfg_types: ClassVar[Mapping[str, Any]] = {"label_smoothing": float, "overwrite": bool}

    def __init__(
        self, vocab: Vocab, model: Any, name: str, *, scorer: Any = None, **cfg: Any
    ) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = scorer
        self.cfg = cfg

    # Labels

    @property
    def n_classes(self) -> int:
        """The number of classes."""
        return len(self.labels)

    def check_label(self, label: Any) -> str:
        """Return `label`; raises `WrongTypeError` if it is not a string, or an empty one."""
        return check_labels([label], self.name)[0]

    def check_growth(self) -> None:
        """Raise `ArgumentError` if the model has weights and cannot take another label."""
        if self.has_weights() and not self.is_resizable:
            raise ArgumentError(
                f"the model of `{self.name}` has a fixed number of labels",
                hint="add all labels before `nlp.initialize`",
            )

    def grow(self) -> None:
        """Resize the model, if it has weights, to the number of labels."""
        if self.has_weights():
            self.model.attrs["resize_output"](self.model, self.n_classes)

    def has_weights(self) -> bool:
        """Return whether the model was initialized or loaded."""
        if not self.model.has_ref("output_layer"):
            return bool(self.model.has_dim("nO"))
        output = self.model.get_ref("output_layer")
        return all(output.has_param(name) for name in output.param_names)

    # Training

    def gold_classes(self, examples: Sequence[Example]) -> Gold:
        """Return the gold class of each predicted token."""
        raise NotImplementedError

    def initialize_model(self, get_examples: GetExamples) -> None:
        """Initialize the weights of the model for the current labels.

        Raises `ArgumentError` if there are no labels or no examples, or if `label_smoothing` is too
        high for the number of labels.
        """
        sample = first_examples(get_examples)
        if not self.n_classes:
            raise ArgumentError(
                f"component `{self.name}` found no labels in the examples",
                hint="check the gold annotation, or give the labels as "
                f"`[initialize.components.{self.name}.labels]`",
            )
        smoothed_shares(self.cfg.get("label_smoothing", 0.0), self.n_classes)
        self._fit_output()
        self.model.initialize(X=[example.predicted for example in sample])

    def get_loss(self, examples: Sequence[Example], scores: Any) -> tuple[float, Packed]:
        """Return the loss, and the gradient of the model's output.

        scores   B of (n_i, C)  probabilities
        returns  the sum of the squared gradient, and B of (n_i, C)

        Raises `ShapeError` if the number of classes is wrong, and `ArgumentError` if the scores are
        not finite.
        """
        whole = packed(scores, width=self.n_classes)
        if whole.data.shape[1] != self.n_classes:
            raise ShapeError(
                f"component `{self.name}` has {self.n_classes} labels, but got scores of "
                f"{whole.data.shape[1]}"
            )
        whole = whole.like(whole.data.copy())
        loss = cross_entropy_inplace(
            whole.data,
            self.gold_classes(examples),
            label_smoothing=self.cfg.get("label_smoothing", 0.0),
        )
        if not np.isfinite(loss):
            raise ArgumentError(
                f"the scores of `{self.name}` are not finite any more",
                hint="a lower `training.optimizer.learn_rate`, or its `grad_clip`, may help",
            )
        return loss, whole

    def get_rehearsal_loss(self, scores: Any, wanted: Any) -> tuple[float, Packed]:
        """Return the loss, and the gradient of the scores: their difference / the number of docs.

        scores   B of (n_i, C)
        wanted   B of (n_i, C'), the scores of the original model
        """
        whole = packed(scores)
        _, difference = super().get_rehearsal_loss(whole.data, packed(wanted).data)
        difference /= len(whole.lengths)
        return float((difference**2).sum()), whole.like(difference)

    # Prediction

    def predict(self, docs: Sequence[Doc]) -> Any:
        """Return the best class of each token: (N,), on the host."""
        self.check_initialized()
        parts = [best_classes(scores) for scores in predict_in_parts(self.model, DocBatch.of(docs))]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def predict_scores(self, docs: Sequence[Doc]) -> Packed:
        """Return the scores of all classes: B of (n_i, C)."""
        self.check_initialized()
        scores = self.model.predict(DocBatch.of(docs))
        return packed(scores, width=self.n_classes, xp=self.model.ops.xp)

    def write_column(
        self, docs: Sequence[Doc], name: str, values: npt.NDArray[Any], *, overwrite: bool
    ) -> None:
        """Set a column of each doc; values that are already set are kept, unless `overwrite`.

        values   (N,)
        """
        batch = DocBatch(docs)
        if not overwrite and batch.has_column(name):
            old = batch.column(name)
            values = np.where(old == 0, values, old)
        batch.write(**{name: values})

    # Storage

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        readers = super()._readers()

        def read_cfg(data: bytes) -> None:
            readers["cfg"](data)
            self.labels_read()

        def read_model(data: bytes) -> None:
            # A size that is not set yet is that of the weights.
            if self._n_outputs() is not None:
                self._fit_output()
            readers["model"](data)
            if self._n_outputs() not in (None, self.n_classes):
                raise LoadError(
                    f"the file of weights has {self._n_outputs()} classes, but the component has "
                    f"{self.n_classes} labels"
                )

        return {"cfg": read_cfg, "model": read_model}

    def labels_read(self) -> None:
        """Update the component after labels were read from a file; by default, do nothing."""

    def _n_outputs(self) -> int | None:
        return self.model.get_dim("nO") if self.model.has_dim("nO") else None

    def _fit_output(self) -> None:
        """Set the size of the output layer to the number of labels; a new size drops weights."""
        n_classes = self._n_outputs()
        if n_classes == self.n_classes:
            return
        if self.is_resizable:
            forget_weights(self.model.get_ref("output_layer"))
            self.model.attrs["resize_output"](self.model, self.n_classes)
        elif n_classes is None:
            self.model.set_dim("nO", self.n_classes)


def best_classes(scores: Any) -> Ints:
    """Return the class with the highest score, the first of equal ones: (N,), on the host.

    scores   (N, C)
    """
    best = array_module(scores).argmax(scores, axis=1)
    host: Ints = as_numpy(best)
    return host
