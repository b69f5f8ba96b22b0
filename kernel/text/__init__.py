"""Texts, words and annotations."""

from kernel.text.alignment import Alignment, AlignmentArray
from kernel.text.attrs import Column, attr_id, attr_name
from kernel.text.batch import DocBatch, ExampleBatch
from kernel.text.doc import Doc
from kernel.text.docbin import DocBin, merge_bins
from kernel.text.example import Example
from kernel.text.example_checks import validate_examples, validate_get_examples
from kernel.text.iob import (
    Misaligned,
    biluo_tags_from_offsets,
    biluo_tags_to_offsets,
    biluo_tags_to_spans,
    biluo_to_iob,
    find_misaligned,
    iob_to_biluo,
    offsets_from_biluo_tags,
    offsets_to_biluo_tags,
    remove_bilu_prefix,
    snap,
    spans_from_biluo_tags,
    split_bilu_label,
    tags_to_entities,
)
from kernel.text.lexeme import Lexeme
from kernel.text.lexemes import LexemeTable
from kernel.text.lookups import Lookups, Table
from kernel.text.morphology import MorphAnalysis, Morphology
from kernel.text.span import Span
from kernel.text.span_group import SpanGroup, SpanGroups
from kernel.text.strings import StringStore, hash_string
from kernel.text.token import Token
from kernel.text.training_json import docs_to_json
from kernel.text.vectors import BaseVectors, Vectors
from kernel.text.vocab import Vocab

__all__ = [
    "Alignment",
    "AlignmentArray",
    "BaseVectors",
    "Column",
    "Doc",
    "DocBatch",
    "DocBin",
    "Example",
    "ExampleBatch",
    "Lexeme",
    "LexemeTable",
    "Lookups",
    "Misaligned",
    "MorphAnalysis",
    "Morphology",
    "Span",
    "SpanGroup",
    "SpanGroups",
    "StringStore",
    "Table",
    "Token",
    "Vectors",
    "Vocab",
    "attr_id",
    "attr_name",
    "biluo_tags_from_offsets",
    "biluo_tags_to_offsets",
    "biluo_tags_to_spans",
    "biluo_to_iob",
    "docs_to_json",
    "find_misaligned",
    "hash_string",
    "iob_to_biluo",
    "merge_bins",
    "offsets_from_biluo_tags",
    "offsets_to_biluo_tags",
    "remove_bilu_prefix",
    "snap",
    "spans_from_biluo_tags",
    "split_bilu_label",
    "tags_to_entities",
    "validate_examples",
    "validate_get_examples",
]
