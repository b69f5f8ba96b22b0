"""Sentence segmentation of texts without sentence annotation: by punctuation, or by a pipeline."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kernel.errors import KernelError
from kernel.text import Doc

if TYPE_CHECKING:
    from kernel.pipeline import Language

Segmenter = Callable[[Sequence[str]], list[int]]


def load_segmenter(base: str | None) -> Segmenter:
    """Return a function from words to the indices at which sentences start.

    It asks the pipeline `base`; for None, the component `sentencizer`.

    Raises `KernelError` for a pipeline that cannot be loaded, or if no plugin has the component.
    """
    # Imported here because most conversions need no pipeline.
    from kernel.pipeline import blank, load

    if base is not None:
        return functools.partial(_split_by_pipeline, load(base))
    nlp = blank("xx")
    nlp.add_pipe("sentencizer")
    return functools.partial(_split_by_pipeline, nlp)


def _split_by_pipeline(nlp: Language, words: Sequence[str]) -> list[int]:
    """Raise `KernelError` if the pipeline has no component that finds sentences."""
    done = nlp(Doc(nlp.vocab, words=list(words)))
    if not done.has_annotation("SENT_START"):
        raise KernelError(
            f"the pipeline `{nlp.meta['name']}` finds no sentences",
            hint="choose one whose components set sentence starts with --base",
        )
    return [sent.start for sent in done.sents]
