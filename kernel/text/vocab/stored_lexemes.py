"""The attributes of words that were set by hand, as files have them: in the lookup tables.

spaCy reads and writes norms, clusters, probabilities and sentiments as the tables
`lexeme_norm`, `lexeme_cluster`, `lexeme_prob` and `lexeme_sentiment`. Flags and other strings
are in a table of our own, which spaCy passes over. Ranks follow from the vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kernel.errors import LoadError, TextError
from kernel.files import check_type
from kernel.text.words import attributes
from kernel.text.words.lookups import Lookups, Table

if TYPE_CHECKING:
    from kernel.text.words.lexemes import LexemeTable

NORMS: Final = "lexeme_norm"
_CLUSTERS: Final = "lexeme_cluster"
_OTHERS: Final = "kernel_lexemes"
_TYPES: Final[dict[str, Any]] = {
    NORMS: dict[int, str],
    _CLUSTERS: dict[int, int],
    "lexeme_prob": dict[int, float],
    "lexeme_sentiment": dict[int, float],
    _OTHERS: dict[int, dict[int, int]],
}


def with_values(lookups: Lookups, lexemes: LexemeTable) -> Lookups:
    """Return the tables with the values of words that were set by hand."""
    made = Lookups()
    for name in lookups.tables:
        made.set_table(name, lookups.get_table(name))
    for word, attr, value in lexemes.values_set():
        if attr == attributes.ID:
            continue
        orth = lexemes.strings[word]
        if attr == attributes.NORM:
            _own(made, lookups, NORMS)[orth] = lexemes.strings[value]
        elif attr == attributes.CLUSTER:
            _own(made, lookups, _CLUSTERS)[orth] = value
        else:
            _own(made, lookups, _OTHERS).setdefault(orth, {})[attr] = value
    return made


def _own(made: Lookups, lookups: Lookups, name: str) -> Table:
    """Return the table of `made` to write to: not the one of the vocabulary, but a copy."""
    known = made.get_table(name, None)
    if known is None or known is lookups.get_table(name, None):
        known = made.set_table(name, Table(name, {} if known is None else dict(known)))
    table: Table = known
    return table


def take_values(lookups: Lookups, lexemes: LexemeTable, *, what: str) -> Lookups:
    """Set the values in the tables that were read; return the tables that remain.

    Raises LoadError that starts with `what` if they are damaged.
    """
    for name, type_ in _TYPES.items():
        check_type(dict(lookups.get_table(name, {})), type_, what=f"{what}: the table `{name}`")
    if not lookups.has_table(_OTHERS):
        return lookups
    try:
        for orth, values in lookups.remove_table(_OTHERS).items():
            _set_values(lexemes, lexemes.row_of_orth(orth), values)
    except TextError as error:
        raise LoadError(f"{what} is damaged: {error.message}") from error
    return lookups


def _set_values(lexemes: LexemeTable, row: int, values: dict[int, int]) -> None:
    for attr, value in values.items():
        if attr not in attributes.FLAGS:
            lexemes.strings[value]  # raises an error for an unknown string
        lexemes.set_value(row, attr, value)
