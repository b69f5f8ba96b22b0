"""Ids of the token attributes: of words, of annotations, and of the columns of plugins."""

from __future__ import annotations

from typing import Final

from kernel.errors import did_you_mean
from kernel.text.errors import UnknownKeyError
from kernel.text.words.column import COLUMNS
from kernel.text.words.symbols import NAMES

IS_ALPHA: Final = 1
IS_ASCII: Final = 2
IS_DIGIT: Final = 3
IS_LOWER: Final = 4
IS_PUNCT: Final = 5
IS_SPACE: Final = 6
IS_TITLE: Final = 7
IS_UPPER: Final = 8
LIKE_URL: Final = 9
LIKE_NUM: Final = 10
LIKE_EMAIL: Final = 11
IS_STOP: Final = 12
IS_BRACKET: Final = 14
IS_QUOTE: Final = 15
IS_LEFT_PUNCT: Final = 16
IS_RIGHT_PUNCT: Final = 17
IS_CURRENCY: Final = 18
ID: Final = 64
ORTH: Final = 65
LOWER: Final = 66
NORM: Final = 67
SHAPE: Final = 68
PREFIX: Final = 69
SUFFIX: Final = 70
LENGTH: Final = 71
CLUSTER: Final = 72
LEMMA: Final = 73
POS: Final = 74
TAG: Final = 75
DEP: Final = 76
ENT_IOB: Final = 77
ENT_TYPE: Final = 78
HEAD: Final = 79
SENT_START: Final = 80
SPACY: Final = 81
PROB: Final = 82
LANG: Final = 83
ENT_KB_ID: Final = 452
MORPH: Final = 453
ENT_ID: Final = 454
IDX: Final = 455

FLAGS: Final = range(1, 64)
# The lexical attributes with a column in the lexeme table, in the order of the columns.
LEXICAL: Final = (ORTH, LOWER, NORM, SHAPE, PREFIX, SUFFIX, LANG, LENGTH, ID, CLUSTER)

_ALIASES: Final = {"TEXT": ORTH, "IS_SENT_START": SENT_START, "IS_SENT_END": SENT_START}
_ATTR_IDS: Final = (*FLAGS, *range(ID, LANG + 1), ENT_KB_ID, MORPH, ENT_ID, IDX)
ATTR_NAMES: Final[dict[int, str]] = {number: NAMES[number] for number in _ATTR_IDS}
ATTR_IDS: Final[dict[str, int]] = {name: number for number, name in ATTR_NAMES.items()}


def attr_id(name: str | int) -> int:
    """Return the id of the attribute called `name`, in any case; an id is returned unchanged.

    Raises UnknownKeyError for an unknown attribute.
    """
    if isinstance(name, str):
        upper = name.upper()
        found = ATTR_IDS.get(upper) or _ALIASES.get(upper)
        if found is not None:
            return found
        column = COLUMNS.get(name.lower())
        if column is not None:
            return column.attr
        hint = did_you_mean(upper, [*ATTR_IDS, *_ALIASES])
        raise UnknownKeyError(f"no token attribute `{name}`", hint=hint)
    number = int(name)
    if number in ATTR_NAMES or COLUMNS.of_attr(number) is not None:
        return number
    raise UnknownKeyError(f"no token attribute with the id {name}")


def attr_name(attr: int) -> str:
    """Return the name of the attribute with the id `attr`, in upper case."""
    number = attr_id(attr)
    column = COLUMNS.of_attr(number)
    return ATTR_NAMES[number] if column is None else column.name.upper()


def is_lexical(attr: int) -> bool:
    """Return whether an attribute depends only on the word; this includes all flags."""
    return attr in FLAGS or attr in LEXICAL
