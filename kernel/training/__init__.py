"""Training: initialization, the loop, evaluation, checkpoints."""

from typing import Any

from kernel.plugin_modules import added_name
from kernel.training.batches import Batches, subdivide
from kernel.training.checkpoint import Checkpoints, read_checkpoint
from kernel.training.initialize import init_nlp
from kernel.training.lock import locked
from kernel.training.loop import conduct, prepare, steps, train
from kernel.training.output import open_output
from kernel.training.reporting import StepWatcher, pass_step
from kernel.training.run import TrainingRun
from kernel.training.steps import NonFiniteError
from kernel.training.stopping import EXIT_INTERRUPTED, EXIT_TERMINATED, TrainingInterrupted

__all__ = [
    "EXIT_INTERRUPTED",
    "EXIT_TERMINATED",
    "Batches",
    "Checkpoints",
    "NonFiniteError",
    "StepWatcher",
    "TrainingInterrupted",
    "TrainingRun",
    "conduct",
    "init_nlp",
    "locked",
    "open_output",
    "pass_step",
    "prepare",
    "read_checkpoint",
    "steps",
    "subdivide",
    "train",
]


def __getattr__(name: str) -> Any:
    """Return a name that a plugin adds, such as spaCy's `docs_to_json`."""
    return added_name(__name__, name)
