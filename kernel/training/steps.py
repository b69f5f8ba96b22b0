"""One step of training: update the weights, check the numbers, evaluate when it is time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.blas import single_threaded_blas
from kernel.errors import KernelError
from kernel.ops import RowGradient, gradients
from kernel.pipeline import update
from kernel.training.batches import subdivide
from kernel.training.evaluate import evaluate_run

if TYPE_CHECKING:
    from kernel.text import Example
    from kernel.training.run import TrainingRun


class NonFiniteError(KernelError):
    """A loss or a gradient is infinite or not a number."""


@single_threaded_blas
def take_step(run: TrainingRun, epoch: int, examples: Sequence[Example]) -> None:
    """Learn from one batch; at an evaluation step, evaluate too and start the losses anew.

    Raises `NonFiniteError` before anything that is not a number can reach the weights of
    the component it came from, or a checkpoint.
    """
    run.epoch = epoch
    run.hooks.watch("kernel_before_update", run=run)
    if run.settings.before_update is not None:
        run.settings.before_update(run.nlp, {"step": run.step, "epoch": epoch})
    update_weights(run, examples)
    run.words = run.batches.words
    run.hooks.watch("kernel_after_update", run=run)
    if run.is_evaluation_step:
        evaluate_run(run)
        run.losses = {}
    run.step += 1


def update_weights(run: TrainingRun, examples: Sequence[Example]) -> None:
    """Sum the gradients of all parts of a batch, then let the optimizer take one step."""
    dropout = next(run.dropouts)
    for part in subdivide(examples, run.settings.accumulate_gradient):
        update(
            run.nlp,
            part,
            drop=dropout,
            sgd=False,
            losses=run.losses,
            exclude=run.frozen,
            annotates=run.settings.annotating_components,
            scope=run.streams.use,
        )
    check_losses(run.losses, run.step)
    learners = run.learners
    for name, component in learners:
        check_gradients(name, component.model, run.step)
    for _, component in learners:
        component.finish_update(run.optimizer)
    run.optimizer.step_schedules()


def check_losses(losses: dict[str, float], step: int) -> None:
    """Raise `NonFiniteError` naming the first component whose loss is not a finite number."""
    for name, loss in losses.items():
        if not math.isfinite(loss):
            raise _not_finite(f"the loss of `{name}` is {loss}", step)


def check_gradients(name: str, model: Any, step: int) -> None:
    """Raise `NonFiniteError` if a gradient anywhere in `model` is not finite.

    The sum of squares tells in one pass without a temporary; only if that is not finite
    (which a huge, finite gradient can cause too) is each value looked at.
    """
    squares: Any = 0.0
    for _, _, values in _values(model):
        flat = values.reshape(-1)
        squares = squares + flat.dot(flat)
    if not math.isfinite(float(squares)):
        _look_closer(name, model, step)


def _look_closer(name: str, model: Any, step: int) -> None:
    for node, param, values in _values(model):
        if not node.ops.xp.isfinite(values).all():
            place = f"`{param}` of its layer `{node.name}`"
            raise _not_finite(f"the gradient of `{name}`, for {place}, is not finite", step)


def _values(model: Any) -> Iterator[tuple[Any, str, Any]]:
    """Yield each node, parameter, and all of its gradient that may not be zero."""
    for node, param, gradient in gradients(model):
        is_by_rows = isinstance(gradient, RowGradient)
        yield node, param, gradient.touched(node.ops)[1] if is_by_rows else gradient


def _not_finite(what: str, step: int) -> NonFiniteError:
    return NonFiniteError(
        f"{what} at step {step}: the run stops, and checkpoints stay as they were",
        hint="a lower `training.optimizer.learn_rate` or `grad_clip`, or data without "
        "broken examples, may help",
    )


def quiet_overflow() -> Any:
    """Let numbers overflow without a warning: they are checked, and reported by name."""
    return np.errstate(over="ignore", invalid="ignore")
