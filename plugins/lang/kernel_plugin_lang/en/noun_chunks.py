"""English base noun phrases (without modifiers after the noun)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kernel.text import Doc, Span

if TYPE_CHECKING:
    from kernel_plugin_lang.noun_chunks.rules import NounChunkRules

# As in the table `[noun_chunks]` of a language file.
_RULES: Final = {
    "roles": "ROOT nsubj nsubjpass dobj dative pobj pcomp attr oprd appos",
    "conjuncts": "conj",
}


def noun_chunks(part: Doc | Span) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and label of each noun phrase in a doc or span, in order.

    A phrase extends from the first word of a noun's subtree to the noun. What counts is the role
    of the noun, or that of the first conjunct if it is coordinated ("apples and pears"), which
    may be another part of speech. Phrases do not overlap.

    Raises TextError if there is no dependency parse.
    """
    return _rules().find(part)


@functools.cache
def _rules() -> NounChunkRules:
    # Imported here, because most pipelines never ask for noun phrases.
    from kernel_plugin_lang.languages.reading import Place, read_table
    from kernel_plugin_lang.noun_chunks.rules import NounChunkRules

    return read_table(NounChunkRules, _RULES, Place(Path(__file__)))
