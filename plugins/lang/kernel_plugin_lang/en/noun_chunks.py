"""English base noun phrases (without modifiers after the noun), from a dependency parse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.text import Doc, Span, symbols

# The dependency labels that the noun of a phrase may have.
_ROLES: Final = "ROOT nsubj nsubjpass dobj dative pobj pcomp attr oprd appos".split()
_NOUNS: Final = [symbols.IDS[name] for name in ("NOUN", "PROPN", "PRON")]


def noun_chunks(part: Doc | Span) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and label of each noun phrase; the phrases do not overlap.

    A phrase extends from the leftmost token of a noun's subtree to the noun. What counts is the
    role of the noun, or that of the first conjunct if it is coordinated ("apples and pears"),
    which may be another part of speech.

    Raises TextError if there is no dependency parse.
    """
    doc = part.doc
    if not doc.has_annotation("DEP"):
        raise TextError(
            "noun chunks need a dependency parse", hint="add a `parser` that is trained"
        )
    strings = doc.vocab.strings
    label, conj = strings.add("NP"), strings["conj"]
    roles = [strings[role] for role in _ROLES]
    deps, heads = doc.column("dep"), doc.column("head")
    is_noun = np.isin(doc.column("pos"), _NOUNS)
    is_conjunct = deps == conj
    firsts: dict[int, int] = {}
    last_end = 0
    start, end = (part.start, part.end) if isinstance(part, Span) else (0, len(doc))
    for index in (np.flatnonzero(is_noun[start:end]) + start).tolist():
        left = doc[index].left_edge.i
        if left < last_end:
            continue
        first = _first_of_coordination(
            int(heads[index]) if deps[index] == conj else index, heads, is_conjunct, firsts
        )
        if deps[first] in roles:
            last_end = index + 1
            yield left, last_end, label


def _first_of_coordination(
    index: int, heads: npt.NDArray[Any], is_conjunct: npt.NDArray[np.bool_], known: dict[int, int]
) -> int:
    """Return the first conjunct to the left of a token, or the token itself.

    heads        (N,)
    is_conjunct  (N,)
    known        results so far, so that a long coordination is walked only once
    """
    walked = []
    while index not in known and is_conjunct[index] and heads[index] < index:
        walked.append(index)
        index = int(heads[index])
    index = known.get(index, index)
    known.update(dict.fromkeys(walked, index))
    return index
