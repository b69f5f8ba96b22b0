"""Functions that add annotation of their own from the output of a transformer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from kernel.text import Doc
from kernel_plugin_transformer.data import FullTransformerBatch

AnnotationSetter: TypeAlias = Callable[[Sequence[Doc], FullTransformerBatch], object]


def null_annotation_setter(docs: Sequence[Doc], trf_data: FullTransformerBatch) -> None:
    """Add nothing."""


def configure_null_annotation_setter() -> AnnotationSetter:
    """Return the function that adds nothing."""
    return null_annotation_setter
