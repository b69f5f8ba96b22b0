"""Sentence segmentation of texts without sentence annotation, by a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kernel.errors import KernelError
from kernel.registry import registry
from kernel.text import Doc

if TYPE_CHECKING:
    from kernel.pipeline import Language

RULES: Final = "sentencizer"


def load_segmenter(nlp: Language, base: str | None) -> Language:
    """Load and return the pipeline `base`; None: a pipeline that splits at punctuation.

    Raises `KernelError` if no installed plugin has a component for that.
    """
    from kernel.pipeline import blank, load

    if base is not None:
        return load(base)
    if not registry.factories.has(RULES):
        raise KernelError(
            f"no installed plugin segments sentences by rules: unknown component `{RULES}`",
            hint="name a trained pipeline with --base",
        )
    rules = blank(nlp.lang or "xx")
    rules.add_pipe(RULES)
    return rules


def segmented(segmenter: Language, words: list[str]) -> Doc:
    """Return a doc of `words` with the sentences that the pipeline finds.

    Raises `KernelError` if the pipeline has no component that finds sentences.
    """
    done = segmenter(Doc(segmenter.vocab, words=words))
    if not done.has_annotation("SENT_START"):
        raise KernelError(
            f"the pipeline `{segmenter.meta['name']}` finds no sentences",
            hint="choose one whose components set sentence starts with --base",
        )
    return done
