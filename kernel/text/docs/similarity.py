"""Vectors of docs, spans and tokens, and how alike they are."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.text.vectors.cosine_search import host

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc
    from kernel.text.docs.span import Span
    from kernel.text.docs.token import Token
    from kernel.text.vocab.lexeme import Lexeme


def doc_has_vector(doc: Doc) -> bool:
    """See `Doc.has_vector`."""
    hook = doc.hook(0, "has_vector")
    if hook is not None:
        return bool(hook(doc))
    return bool(_has_vectors(doc) or doc.tensor.size)


def doc_vector(doc: Doc) -> Any:
    """See `Doc.vector`."""
    hook = doc.hook(0, "vector")
    return hook(doc) if hook is not None else _mean(doc, 0, len(doc))


def doc_norm(doc: Doc) -> float:
    """See `Doc.vector_norm`."""
    hook = doc.hook(0, "vector_norm")
    return float(hook(doc)) if hook is not None else _norm(doc.vector)


def span_has_vector(span: Span) -> bool:
    """See `Span.has_vector`."""
    hook = span.doc.hook(2, "has_vector")
    if hook is not None:
        return bool(hook(span))
    if _has_vectors(span.doc):
        return any(token.has_vector for token in span)
    return bool(span.doc.tensor.size)


def span_vector(span: Span) -> Any:
    """See `Span.vector`."""
    hook = span.doc.hook(2, "vector")
    return hook(span) if hook is not None else _mean(span.doc, span.start, span.end)


def span_norm(span: Span) -> float:
    """See `Span.vector_norm`."""
    hook = span.doc.hook(2, "vector_norm")
    return float(hook(span)) if hook is not None else _norm(span.vector)


def token_has_vector(token: Token) -> bool:
    """See `Token.has_vector`."""
    hook = token.doc.hook(1, "has_vector")
    if hook is not None:
        return bool(hook(token))
    if _has_vectors(token.doc):
        return token.vocab.has_vector(token.orth)
    return bool(token.doc.tensor.size)


def token_vector(token: Token) -> Any:
    """See `Token.vector`."""
    hook = token.doc.hook(1, "vector")
    return hook(token) if hook is not None else _rows(token.doc, token.i, token.i + 1)[0]


def token_norm(token: Token) -> float:
    """See `Token.vector_norm`."""
    hook = token.doc.hook(1, "vector_norm")
    return float(hook(token)) if hook is not None else _norm(token.vector)


def similarity(one: Any, other: Any, hook: Callable[[Any, Any], float] | None) -> float:
    """Return the cosine of two vectors; 1.0 for the same words, 0.0 if one has none."""
    if hook is not None:
        return float(hook(one, other))
    attr = one.vocab.vectors_attr
    if _words(one, attr) == _words(other, attr):
        return 1.0
    if not _has_vectors(one.doc):
        warnings.warn(
            "similarity without word vectors compares context vectors, if there are any",
            stacklevel=3,
        )
    norms = one.vector_norm * other.vector_norm
    if norms == 0:
        warnings.warn("similarity of something without a vector is 0", stacklevel=3)
        return 0.0
    return float(np.dot(host(one.vector), host(other.vector)) / norms)


def lexeme_similarity(one: Lexeme, other: Any) -> float:
    """See `Lexeme.similarity`."""
    norms = one.vector_norm * other.vector_norm
    return float(np.dot(host(one.vector), host(other.vector)) / norms) if norms else 0.0


def _words(view: Any, attr: int) -> list[int]:
    """Return the attribute of every token of a doc, a span or a token, or that of a lexeme."""
    if not hasattr(view, "doc"):
        return [view.table.value(view.row, attr)]
    start, end = getattr(view, "start", 0), getattr(view, "end", len(view.doc))
    if hasattr(view, "i"):
        start, end = view.i, view.i + 1
    words: list[int] = view.doc.to_array(attr)[start:end].tolist()
    return words


def _has_vectors(doc: Doc) -> bool:
    return doc.vocab.has_vectors


def _rows(doc: Doc, start: int, end: int) -> Any:
    vectors = doc.vocab.vectors
    if _has_vectors(doc):
        keys = doc.to_array(doc.vocab.vectors_attr)[start:end]
        found = vectors.get_batch(keys)
        # What is not known gets another word's vector there.
        found[~vectors.are_known(keys)] = 0
        return found
    if doc.tensor.size:
        return doc.tensor[start:end]
    return np.zeros((end - start, max(0, doc.vocab.vectors_length)), np.float32)


def _mean(doc: Doc, start: int, end: int) -> Any:
    rows = _rows(doc, start, end)
    return rows.mean(axis=0) if end > start else np.zeros(rows.shape[1:], np.float32)


def _norm(vector: Any) -> float:
    return float(np.sqrt((host(vector) ** 2).sum()))
