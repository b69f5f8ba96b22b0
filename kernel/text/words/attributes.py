"""Ids of the token attributes, and the annotation columns of a doc."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

from attrs import frozen

from kernel.errors import PluginError
from kernel.text.errors import UnknownKeyError
from kernel.text.words.symbols import IDS, NAMES

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
STRING_ATTRS: Final = frozenset(
    (ORTH, LOWER, NORM, SHAPE, PREFIX, SUFFIX, LANG, LEMMA, TAG, DEP, ENT_TYPE)
) | {ENT_KB_ID, ENT_ID, MORPH, POS}

_ALIASES: Final = {"TEXT": ORTH, "IS_SENT_START": SENT_START, "IS_SENT_END": SENT_START}
_ATTR_IDS: Final = (*FLAGS, *range(ID, LANG + 1), ENT_KB_ID, MORPH, ENT_ID, IDX)
ATTR_NAMES: Final[dict[int, str]] = {number: NAMES[number] for number in _ATTR_IDS}
ATTR_IDS: Final[dict[str, int]] = {name: number for number, name in ATTR_NAMES.items()}


def attr_id(name: str | int) -> int:
    """Return the id of the attribute called `name`, in any case; an id comes back as it is.

    Raises UnknownKeyError for what is no attribute.
    """
    if isinstance(name, str):
        upper = name.upper()
        found = ATTR_IDS.get(upper) or _ALIASES.get(upper)
        if found is not None:
            return found
        close = get_close_matches(upper, [*ATTR_IDS, *_ALIASES], n=1)
        hint = f"did you mean `{close[0]}`?" if close else None
        raise UnknownKeyError(f"no token attribute `{name}`", hint=hint)
    if int(name) in ATTR_NAMES:
        return int(name)
    raise UnknownKeyError(f"no token attribute with the id {name}")


def attr_name(attr: int) -> str:
    """Return the name of the attribute with the id `attr`, in upper case."""
    return ATTR_NAMES[attr_id(attr)]


@frozen(kw_only=True)
class Column:
    """An annotation column of `Doc`: one value a token, `default` where nothing has set it.

    `dtype` is NumPy's name for the type, such as "uint64".
    """

    name: str
    dtype: str
    default: Any = 0


# The head of a token is an absolute index; its default, the token itself, is made in `Doc`.
_BUILT_IN: Final = (
    *(Column(name=name, dtype="uint64") for name in ("tag", "pos", "lemma", "dep", "morph")),
    *(Column(name=name, dtype="uint64") for name in ("ent_type", "ent_kb_id", "ent_id")),
    Column(name="ent_iob", dtype="int8"),
    Column(name="head", dtype="int32", default=-1),
    Column(name="sent_start", dtype="int8"),
)
COLUMNS: Final[dict[str, Column]] = {column.name: column for column in _BUILT_IN}
# Of the columns of strings, those with as many as there are words, and those of labels.
TRANSIENT_COLUMNS: Final = frozenset(("lemma", "ent_kb_id", "ent_id"))
LABEL_COLUMNS: Final = frozenset(("tag", "dep", "ent_type", "morph"))
COLUMN_OF_ATTR: Final[dict[int, str]] = {
    IDS[name.upper()]: name for name in COLUMNS if name.upper() in IDS
}


def add_columns(columns: Iterable[Column]) -> None:
    """Let every doc have these columns too.

    Raises PluginError for a name that another column has.
    """
    for column in columns:
        if COLUMNS.get(column.name, column) != column:
            raise PluginError(
                f"the doc column `{column.name}` exists already",
                hint="give yours a name of its own, such as one that starts with the plugin's",
            )
        COLUMNS[column.name] = column
