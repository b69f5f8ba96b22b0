"""One step of training: update the weights, check the numbers, evaluate if it is due."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.blas import single_threaded_blas
from kernel.errors import KernelError
from kernel.ops import NonFiniteGradientError, ThincWeights, check_finite, gradients
from kernel.pipeline import for_component, update
from kernel.training.batches import subdivide
from kernel.training.evaluate import evaluate_run
from kernel.training.parameters import weights_of

if TYPE_CHECKING:
    from kernel.text import Example
    from kernel.training.run import TrainingRun


class NonFiniteError(KernelError):
    """A loss or a gradient is infinite or not a number."""


def take_step(run: TrainingRun, epoch: int, examples: Sequence[Example]) -> None:
    """Learn from one batch; at an evaluation step, also evaluate and reset the losses.

    Raises `NonFiniteError` before a value that is not finite can reach the weights of its
    component, or a checkpoint.
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


@single_threaded_blas
def update_weights(run: TrainingRun, examples: Sequence[Example]) -> None:
    """Add up the gradients of all parts of a batch, then let the optimizer take one step."""
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
    for name, component in run.learners:
        with naming_gradients(name, run.step):
            check_gradients(component, run.optimizer)
            component.finish_update(for_component(run.optimizer, name))
    run.optimizer.step_schedules()


def check_losses(losses: dict[str, float], step: int) -> None:
    """Raise `NonFiniteError` with the name of the first component whose loss is not finite."""
    for name, loss in losses.items():
        if not math.isfinite(loss):
            raise _not_finite(f"the loss of `{name}` is {loss}", step)


def check_gradients(component: Any, optimizer: Any) -> None:
    """Raise `NonFiniteGradientError` for a gradient that is not finite.

    An optimizer that updates whole Thinc models checks them itself, because it computes the norms
    of their gradients anyway.
    """
    weights = weights_of(component)
    if isinstance(weights, ThincWeights):
        if not hasattr(optimizer, "update_model"):
            check_finite(gradients(weights.model))
        return
    for name, gradient in weights.gradients() if weights is not None else ():
        if not np.isfinite(gradient).all():
            raise NonFiniteGradientError(f"`{name}`")


@contextlib.contextmanager
def naming_gradients(component: str, step: int) -> Iterator[None]:
    """Raise `NonFiniteError` with the component's name for a gradient that is not finite."""
    try:
        yield
    except NonFiniteGradientError as error:
        what = f"the gradient of `{component}`, for {error.where}, is not finite"
        raise _not_finite(what, step) from error


def _not_finite(what: str, step: int) -> NonFiniteError:
    return NonFiniteError(
        f"{what} at step {step}: the run stops, and checkpoints stay as they were",
        hint="a lower `training.optimizer.learn_rate` or `grad_clip`, or data without "
        "broken examples, may help",
    )


def quiet_overflow() -> Any:
    """Suppress warnings of overflow, because values are checked and reported by name."""
    return np.errstate(over="ignore", invalid="ignore")
