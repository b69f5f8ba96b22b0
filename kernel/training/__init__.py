"""Training: initialization, the loop, evaluation, checkpoints."""

from typing import Any

from kernel.plugin_modules import added_name
from kernel.training.batches import Batches, read, subdivide
from kernel.training.checkpoint import Checkpoints, differing_keys, read_checkpoint, versions
from kernel.training.initialize import init_nlp, use_device
from kernel.training.lock import locked
from kernel.training.loop import conduct, prepare, steps, train
from kernel.training.output import open_output
from kernel.training.reporting import StepWatcher, pass_step
from kernel.training.run import TrainingRun
from kernel.training.saved import Saved, read_saved, reading, saving
from kernel.training.settings import check_optimizer
from kernel.training.steps import NonFiniteError, quiet_overflow
from kernel.training.stopping import (
    EXIT_INTERRUPTED,
    EXIT_TERMINATED,
    TrainingInterrupted,
    interruption,
    stopping_on_signals,
)

__all__ = [
    "EXIT_INTERRUPTED",
    "EXIT_TERMINATED",
    "Batches",
    "Checkpoints",
    "NonFiniteError",
    "Saved",
    "StepWatcher",
    "TrainingInterrupted",
    "TrainingRun",
    "check_optimizer",
    "conduct",
    "differing_keys",
    "init_nlp",
    "interruption",
    "locked",
    "open_output",
    "pass_step",
    "prepare",
    "quiet_overflow",
    "read",
    "read_checkpoint",
    "read_saved",
    "reading",
    "saving",
    "steps",
    "stopping_on_signals",
    "subdivide",
    "train",
    "use_device",
    "versions",
]


def __getattr__(name: str) -> Any:
    """Return a name that a plugin adds, such as spaCy's `docs_to_json`."""
    return added_name(__name__, name)
