"""Training data under the names that spaCy has for it, added to `kernel.training`."""

from kernel.text import (
    Alignment,
    AlignmentArray,
    Example,
    biluo_to_iob,
    iob_to_biluo,
    offsets_to_biluo_tags,
)
from kernel_plugin_corpus.training_json import docs_to_json
from kernel_plugin_spacy.training.base_model import create_copy_from_base_model
from kernel_plugin_spacy.training.example_checks import validate_examples, validate_get_examples
from kernel_plugin_spacy.training.tags import (
    biluo_tags_to_offsets,
    biluo_tags_to_spans,
    remove_bilu_prefix,
    split_bilu_label,
    tags_to_entities,
)

__all__ = [
    "Alignment",
    "AlignmentArray",
    "Example",
    "biluo_tags_from_offsets",
    "biluo_tags_to_offsets",
    "biluo_tags_to_spans",
    "biluo_to_iob",
    "create_copy_from_base_model",
    "docs_to_json",
    "iob_to_biluo",
    "offsets_from_biluo_tags",
    "offsets_to_biluo_tags",
    "remove_bilu_prefix",
    "spans_from_biluo_tags",
    "split_bilu_label",
    "tags_to_entities",
    "validate_examples",
    "validate_get_examples",
]

# The names that spaCy 2 had.
offsets_from_biluo_tags = biluo_tags_to_offsets
spans_from_biluo_tags = biluo_tags_to_spans
biluo_tags_from_offsets = offsets_to_biluo_tags
