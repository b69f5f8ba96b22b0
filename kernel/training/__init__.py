"""Training: initialization, the loop, evaluation, checkpoints."""

from kernel.training.batches import Batches, subdivide
from kernel.training.checkpoint import Checkpoints, read_checkpoint
from kernel.training.initialize import init_nlp
from kernel.training.loop import conduct, prepare, steps, train
from kernel.training.output import open_output
from kernel.training.run import TrainingRun
from kernel.training.steps import NonFiniteError
from kernel.training.stopping import EXIT_INTERRUPTED, EXIT_TERMINATED, TrainingInterrupted

__all__ = [
    "EXIT_INTERRUPTED",
    "EXIT_TERMINATED",
    "Batches",
    "Checkpoints",
    "NonFiniteError",
    "TrainingInterrupted",
    "TrainingRun",
    "conduct",
    "init_nlp",
    "open_output",
    "prepare",
    "read_checkpoint",
    "steps",
    "subdivide",
    "train",
]
