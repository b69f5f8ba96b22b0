"""Texts, words and annotations."""

from kernel.text.batch import DocBatch, ExampleBatch
from kernel.text.docs import ent_iob
from kernel.text.docs.columns import Columns
from kernel.text.docs.doc import Doc
from kernel.text.docs.retokenizer import Retokenizer
from kernel.text.docs.span import Span
from kernel.text.docs.span_group import SpanGroup, SpanGroups
from kernel.text.docs.token import Token
from kernel.text.docs.tree import Tree, sent_starts_of_heads
from kernel.text.docs.underscore import Extensible, Underscore
from kernel.text.errors import (
    BoundsError,
    TextTypeError,
    UnknownAttributeError,
    UnknownKeyError,
)
from kernel.text.examples.alignment import Alignment, AlignmentArray
from kernel.text.examples.example import Example
from kernel.text.examples.iob import (
    biluo_to_iob,
    iob_to_biluo,
    offsets_to_biluo_tags,
)
from kernel.text.examples.projective import DELIMITER, projective_heads, projectivize
from kernel.text.files.doc_stream import read_docs
from kernel.text.files.doc_wire import pack_docs, unpack_docs
from kernel.text.files.docbin import DocBin, merge_bins
from kernel.text.vectors.table import BaseVectors, Vectors
from kernel.text.vocab.lexeme import Lexeme
from kernel.text.vocab.vocab import Vocab
from kernel.text.words import attributes, lexical, symbols
from kernel.text.words.attributes import LOWER, NORM, ORTH, attr_id, attr_name
from kernel.text.words.column import COLUMNS, Column
from kernel.text.words.lexemes import NO_RANK, LexemeTable
from kernel.text.words.lookups import Lookups, Table
from kernel.text.words.morphology import (
    EMPTY_MORPH,
    FEATURE_SEP,
    FIELD_SEP,
    MorphAnalysis,
    Morphology,
)
from kernel.text.words.strings import StringStore, hash_string

__all__ = [
    "COLUMNS",
    "DELIMITER",
    "EMPTY_MORPH",
    "FEATURE_SEP",
    "FIELD_SEP",
    "LOWER",
    "NORM",
    "NO_RANK",
    "ORTH",
    "Alignment",
    "AlignmentArray",
    "BaseVectors",
    "BoundsError",
    "Column",
    "Columns",
    "Doc",
    "DocBatch",
    "DocBin",
    "Example",
    "ExampleBatch",
    "Extensible",
    "Lexeme",
    "LexemeTable",
    "Lookups",
    "MorphAnalysis",
    "Morphology",
    "Retokenizer",
    "Span",
    "SpanGroup",
    "SpanGroups",
    "StringStore",
    "Table",
    "TextTypeError",
    "Token",
    "Tree",
    "Underscore",
    "UnknownAttributeError",
    "UnknownKeyError",
    "Vectors",
    "Vocab",
    "attr_id",
    "attr_name",
    "attributes",
    "biluo_to_iob",
    "ent_iob",
    "hash_string",
    "iob_to_biluo",
    "lexical",
    "merge_bins",
    "offsets_to_biluo_tags",
    "pack_docs",
    "projective_heads",
    "projectivize",
    "read_docs",
    "sent_starts_of_heads",
    "symbols",
    "unpack_docs",
]
