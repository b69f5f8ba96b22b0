"""Sentence segmentation of texts without sentence annotation: by punctuation, or by a pipeline."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from kernel.errors import KernelError
from kernel.text import Doc

if TYPE_CHECKING:
    from kernel.pipeline import Language

Segmenter = Callable[[Sequence[str]], list[int]]

_STOPS: Final = frozenset(".!?…‼⁇⁈⁉։؟۔܀।॥၊။።፧፨᠃᠉។៕。！．？｡") | {"...", "?!", "!?"}  # noqa: RUF001


def load_segmenter(base: str | None) -> Segmenter:
    """Return a function from words to the indices at which sentences start.

    It asks the pipeline `base`; for None it is `split_at_punctuation`.
    """
    if base is None:
        return split_at_punctuation
    from kernel.pipeline import load

    return functools.partial(_split_by_pipeline, load(base))


def split_at_punctuation(words: Sequence[str]) -> list[int]:
    """Return where sentences start: after a full stop, and the quotes and brackets behind it."""
    starts = [0] if words else []
    is_over = False
    for index, word in enumerate(words):
        if word in _STOPS:
            is_over = True
        elif is_over and not all(unicodedata.category(char)[0] == "P" for char in word):
            starts.append(index)
            is_over = False
    return starts


def _split_by_pipeline(nlp: Language, words: Sequence[str]) -> list[int]:
    """Raise `KernelError` if the pipeline has no component that finds sentences."""
    done = nlp(Doc(nlp.vocab, words=list(words)))
    if not done.has_annotation("SENT_START"):
        raise KernelError(
            f"the pipeline `{nlp.meta['name']}` finds no sentences",
            hint="choose one whose components set sentence starts with --base",
        )
    return [sent.start for sent in done.sents]
