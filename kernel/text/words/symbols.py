"""The symbol table: names whose id is a small number instead of a hash.

`from kernel.symbols import NOUN, nsubj` works for every name in the table.
"""

from __future__ import annotations

from typing import Final

_FIRST_ATTRS = (
    "IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_PUNCT IS_SPACE IS_TITLE IS_UPPER LIKE_URL LIKE_NUM "
    "LIKE_EMAIL IS_STOP IS_OOV_DEPRECATED IS_BRACKET IS_QUOTE IS_LEFT_PUNCT IS_RIGHT_PUNCT "
    "IS_CURRENCY"
)
_ATTRS = (
    "ID ORTH LOWER NORM SHAPE PREFIX SUFFIX LENGTH CLUSTER LEMMA POS TAG DEP ENT_IOB ENT_TYPE "
    "HEAD SENT_START SPACY PROB LANG"
)
_POS = (
    "ADJ ADP ADV AUX CONJ CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X EOL SPACE"
)
_ENT_TYPES = (
    "PERSON NORP FACILITY ORG GPE LOC PRODUCT EVENT WORK_OF_ART LANGUAGE LAW DATE TIME PERCENT "
    "MONEY QUANTITY ORDINAL CARDINAL"
)
_DEPS = (
    "acomp advcl advmod agent amod appos attr aux auxpass cc ccomp complm conj cop csubj csubjpass "
    "dep det dobj expl hmod hyph infmod intj iobj mark meta neg nmod nn npadvmod nsubj nsubjpass "
    "num number oprd obj obl parataxis partmod pcomp pobj poss possessive preconj prep prt punct "
    "quantmod relcl rcmod root xcomp acl"
)
_LAST = "ENT_KB_ID MORPH ENT_ID IDX _"


def _all_names() -> list[str]:
    return [
        "",
        *_FIRST_ATTRS.split(),
        *(f"FLAG{number}" for number in range(19, 64)),
        *_ATTRS.split(),
        *_POS.split(),
        *(f"DEPRECATED{number:03}" for number in range(1, 277)),
        *_ENT_TYPES.split(),
        *_DEPS.split(),
        *_LAST.split(),
    ]


NAMES: Final[tuple[str, ...]] = tuple(_all_names())
IDS: Final[dict[str, int]] = {name: number for number, name in enumerate(NAMES)}
POS_IDS: Final[dict[str, int]] = {"": 0} | {name: IDS[name] for name in _POS.split()}


def __getattr__(name: str) -> int:
    try:
        return IDS[name]
    except KeyError:
        raise AttributeError(f"no symbol `{name}`") from None
