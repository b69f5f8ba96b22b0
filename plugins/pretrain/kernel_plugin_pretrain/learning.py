"""Learning from batches: a layer with an objective, and the optimizer that changes its weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from kernel.errors import ConfigError
from kernel.ops import (
    NonFiniteGradientError,
    check_finite,
    finish_update,
    gradients,
    single_threaded_blas,
    use_kernel_ops,
)
from kernel.pipeline import set_dropout_rate
from kernel.random import Streams
from kernel.training import NonFiniteError, quiet_overflow
from kernel_plugin_pretrain.layers import PretrainedLayer
from kernel_plugin_pretrain.objectives.protocol import Loss, Pretraining

if TYPE_CHECKING:
    from kernel.text import Doc, DocBatch, Vocab

HELD_OUT_STREAM = "held-out"


class OtherProtocol:
    """An objective of spaCy's protocol, as a `Pretraining`.

    Its losses have no number of predictions; the number of tokens is used instead.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    def update(self, docs: Sequence[Doc], drop: float) -> Loss:
        """Add the gradients of a batch to those of the model, and return its loss."""
        set_dropout_rate(self._model, drop)
        predictions, backprop = self._model.begin_update(docs)
        loss, gradient = self._model.attrs["loss"](self._model.ops, docs, predictions)
        backprop(gradient)
        return Loss(float(loss), sum(map(len, docs)))

    def evaluate(self, docs: Sequence[Doc]) -> Loss:
        """Return the loss of a batch without dropout; the same words are hidden at each call."""
        with Streams(0).use(HELD_OUT_STREAM):
            predictions, _ = self._model(docs, is_train=False)
            loss, _ = self._model.attrs["loss"](self._model.ops, docs, predictions)
        return Loss(float(loss), sum(map(len, docs)))


@frozen(eq=False)
class Learner:
    """A layer with the layers of an objective, `model`, and the optimizer that changes them all."""

    layer: PretrainedLayer
    model: Any
    objective: Pretraining
    optimizer: Any

    @single_threaded_blas
    def learn(self, docs: DocBatch, drop: float) -> Loss:
        """Learn from a batch, and return its loss.

        Raises `NonFiniteError` for a loss or a gradient that is not finite; the weights are not
        changed then.
        """
        with quiet_overflow():
            loss = self.objective.update(docs, drop)
            if not math.isfinite(loss.total):
                raise _not_finite(f"the loss is {loss.total}")
            try:
                if not hasattr(self.optimizer, "update_model"):
                    check_finite(gradients(self.model))
                finish_update(self.model, self.optimizer)
            except NonFiniteGradientError as error:
                raise _not_finite(f"the gradient for {error.where} is not finite") from error
        self.optimizer.step_schedules()
        return loss

    @single_threaded_blas
    def evaluate(self, docs: DocBatch) -> Loss:
        """Return the loss of a batch without learning from it."""
        with quiet_overflow():
            return self.objective.evaluate(docs)


def make_learner(
    layer: PretrainedLayer, create: Callable[..., Any], vocab: Vocab, optimizer: Any, docs: DocBatch
) -> Learner:
    """Return a layer, initialized with some docs, with the objective that `create` makes.

    Raises `ConfigError` for a model that cannot learn.
    """
    if hasattr(create, "walk"):
        raise ConfigError(
            "[pretraining.objective] made a model, expected a function of the vocabulary and the "
            "layer that makes one",
            hint="`kernel.PretrainCharacters.v1` is an objective",
        )
    with use_kernel_ops():
        model = create(vocab, layer.model)
    if not hasattr(model, "walk"):
        raise ConfigError(
            f"[pretraining.objective] made an object of type `{type(model).__name__}`, expected a "
            "model of Thinc"
        )
    if all(node is not layer.model for node in model.walk()):
        raise ConfigError(
            f"[pretraining.objective] made a model without {layer}, so it would not learn"
        )
    model.initialize(X=docs)
    objective = model.attrs.get("pretraining")
    if objective is None and "loss" not in model.attrs:
        raise ConfigError(
            "[pretraining.objective] made a model that has neither `pretraining` nor `loss` among "
            "its attributes"
        )
    return Learner(layer, model, objective or OtherProtocol(model), optimizer)


def _not_finite(what: str) -> NonFiniteError:
    return NonFiniteError(
        f"{what}: pretraining stops, and saved files stay as they were",
        hint="a lower `pretraining.optimizer.learn_rate` or `grad_clip` may help",
    )
