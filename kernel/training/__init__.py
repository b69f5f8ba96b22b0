"""Training: initialization, the loop, evaluation, checkpoints."""

from kernel.text import (
    Alignment,
    Example,
    biluo_tags_from_offsets,
    biluo_tags_to_offsets,
    biluo_tags_to_spans,
    biluo_to_iob,
    docs_to_json,
    iob_to_biluo,
    offsets_from_biluo_tags,
    offsets_to_biluo_tags,
    remove_bilu_prefix,
    spans_from_biluo_tags,
    split_bilu_label,
    tags_to_entities,
    validate_examples,
    validate_get_examples,
)
from kernel.training.batches import Batches, subdivide
from kernel.training.checkpoint import Checkpoints, read_checkpoint
from kernel.training.initialize import init_nlp
from kernel.training.loop import conduct, prepare, steps, train
from kernel.training.output import open_output
from kernel.training.reporting import StepWatcher, pass_step
from kernel.training.run import TrainingRun
from kernel.training.steps import NonFiniteError
from kernel.training.stopping import EXIT_INTERRUPTED, EXIT_TERMINATED, TrainingInterrupted

__all__ = [
    "EXIT_INTERRUPTED",
    "EXIT_TERMINATED",
    "Alignment",
    "Batches",
    "Checkpoints",
    "Example",
    "NonFiniteError",
    "StepWatcher",
    "TrainingInterrupted",
    "TrainingRun",
    "biluo_tags_from_offsets",
    "biluo_tags_to_offsets",
    "biluo_tags_to_spans",
    "biluo_to_iob",
    "conduct",
    "docs_to_json",
    "init_nlp",
    "iob_to_biluo",
    "offsets_from_biluo_tags",
    "offsets_to_biluo_tags",
    "open_output",
    "pass_step",
    "prepare",
    "read_checkpoint",
    "remove_bilu_prefix",
    "spans_from_biluo_tags",
    "split_bilu_label",
    "steps",
    "subdivide",
    "tags_to_entities",
    "train",
    "validate_examples",
    "validate_get_examples",
]
