"""Vectors of docs, spans and tokens, and how alike they are."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.text.vectors.cosine_search import host

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc


def similarity(one: Any, other: Any) -> float:
    """Return the cosine of two vectors; 1.0 for the same words, 0.0 if one has none."""
    attr = one.vocab.vectors_attr
    if _words(one, attr) == _words(other, attr):
        return 1.0
    if not one.doc.vocab.has_vectors:
        warnings.warn(
            "similarity without word vectors compares context vectors, if there are any",
            stacklevel=3,
        )
    norms = one.vector_norm * other.vector_norm
    if norms == 0:
        warnings.warn("similarity of something without a vector is 0", stacklevel=3)
        return 0.0
    return float(np.dot(host(one.vector), host(other.vector)) / norms)


def _words(view: Any, attr: int) -> list[int]:
    """Return the attribute of every token of a doc, a span or a token, or that of a lexeme."""
    if not hasattr(view, "doc"):
        return [view.table.value(view.row, attr)]
    start, end = getattr(view, "start", 0), getattr(view, "end", len(view.doc))
    if hasattr(view, "i"):
        start, end = view.i, view.i + 1
    return view.doc.to_array(attr)[start:end].tolist()


def rows(doc: Doc, start: int, end: int) -> Any:
    """Return the vectors of the tokens from `start` to `end`, or rows of the tensor.

    returns  (end - start, width)
    """
    vectors = doc.vocab.vectors
    if doc.vocab.has_vectors:
        keys = doc.to_array(doc.vocab.vectors_attr)[start:end]
        found = vectors.get_batch(keys)
        # What is not known gets another word's vector there.
        found[~vectors.are_known(keys)] = 0
        return found
    if doc.tensor.size:
        return doc.tensor[start:end]
    return np.zeros((end - start, max(0, doc.vocab.vectors_length)), np.float32)


def mean(doc: Doc, start: int, end: int) -> Any:
    """Return the mean of `rows`.

    returns  (width,)
    """
    found = rows(doc, start, end)
    return found.mean(axis=0) if end > start else np.zeros(found.shape[1:], np.float32)


def norm(vector: Any) -> float:
    """Return the L2 norm of a vector of any device."""
    return float(np.sqrt((host(vector) ** 2).sum()))
