"""Components that make one token of several: noun phrases, entities, parts of words."""

from __future__ import annotations

import numpy as np

from kernel.errors import ArgumentError
from kernel.pipeline import from_function
from kernel.text import Doc


def merge_noun_chunks(doc: Doc) -> Doc:
    """Merge each noun phrase of `doc` to a token with the tag and dependency label of its root.

    Does nothing without a parse. Raises UnsupportedError for a language without noun phrases.
    """
    if not doc.has_annotation("DEP"):
        return doc
    with doc.retokenize() as retokenizer:
        for chunk in doc.noun_chunks:
            retokenizer.merge(chunk, attrs={"tag": chunk.root.tag, "dep": chunk.root.dep})
    return doc


def merge_entities(doc: Doc) -> Doc:
    """Merge each entity of `doc` to a token with the tag and dependency label of its root."""
    with doc.retokenize() as retokenizer:
        for ent in doc.ents:
            attrs = {"tag": ent.root.tag, "dep": ent.root.dep, "ent_type": ent.label}
            retokenizer.merge(ent, attrs=attrs)
    return doc


def merge_subtokens(doc: Doc, label: str = "subtok") -> Doc:
    """Merge the tokens with a dependency label, as many as follow each other, and the next one.

    For a parser that was trained with `learn_tokens`, which joins parts of words by this label.

    Raises ArgumentError if `doc` has no parse.
    """
    if not doc.has_annotation("DEP"):
        raise ArgumentError(
            "`merge_subtokens` needs dependency labels, but the doc has none",
            hint="add it after a parser",
        )
    is_part = doc.column("dep") == doc.vocab.strings.as_int(label)  # (N,)
    borders = np.flatnonzero(np.diff(is_part, prepend=False, append=False))
    with doc.retokenize() as retokenizer:
        for start, end in borders.reshape(-1, 2).tolist():
            retokenizer.merge(doc[start : end + 1])
    return doc


noun_chunks_factory = from_function(
    "merge_noun_chunks",
    merge_noun_chunks,
    requires=["token.dep", "token.tag", "token.pos"],
    retokenizes=True,
)
entities_factory = from_function(
    "merge_entities",
    merge_entities,
    requires=["doc.ents", "token.ent_iob", "token.ent_type"],
    retokenizes=True,
)
subtokens_factory = from_function(
    "merge_subtokens", merge_subtokens, requires=["token.dep"], retokenizes=True
)
