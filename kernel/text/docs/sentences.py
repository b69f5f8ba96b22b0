"""Sentences and noun phrases of a doc.

Axes: S sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel.text.docs.doc import Doc
    from kernel.text.docs.span import Span

Ints = npt.NDArray[np.int32]


def sent_arrays(doc: Doc) -> tuple[Ints, Ints]:
    """Return first token and end of every sentence.

    returns  (S,)  each
    """
    n = len(doc)
    marks = doc.annotations.get("sent_start")
    if marks is None or n == 0:
        return np.zeros(min(n, 1), np.int32), np.full(min(n, 1), n, np.int32)
    starts = np.flatnonzero(marks == 1).astype(np.int32)
    if not len(starts) or starts[0] != 0:
        starts = np.concatenate((np.zeros(1, np.int32), starts))
    return starts, np.append(starts[1:], np.int32(n))


def sents(doc: Doc) -> Iterator[Span]:
    """Yield the sentences; raises TextError at once if nothing has set sentence starts."""
    hook = doc.hook("doc", "sents")
    if hook is not None:
        return iter(hook(doc))
    check_sentences(doc)
    starts, ends = sent_arrays(doc)
    return (doc[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True))


def check_sentences(doc: Doc) -> None:
    """Raise TextError if nothing has set sentence starts."""
    if not doc.has_annotation("SENT_START"):
        raise TextError(
            "sentence boundaries are not set",
            hint="add a component that sets them, or set `token.is_sent_start`",
        )


def noun_chunks(doc: Doc) -> Iterator[Span]:
    """Yield the noun phrases; raises TextError if the language has no rules for them."""
    find = doc.vocab.get_noun_chunks
    if find is None:
        raise TextError(f"no noun chunks for the language `{doc.vocab.lang}`")
    return (_labelled(doc, *chunk) for chunk in sorted(find(doc)))


def _labelled(doc: Doc, start: int, end: int, label: int) -> Span:
    span = doc[start:end]
    span.label = label
    return span
