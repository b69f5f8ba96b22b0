"""From the tags of OpenCorpora, which pymorphy3 uses, to universal parts of speech and features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_POS: Final = {
    "ADJ": "ADJF ADJS COMP",
    "ADP": "PREP",
    "ADV": "ADVB PRED",
    "CCONJ": "CONJ",
    "INTJ": "INTJ",
    "NOUN": "NOUN",
    "NUM": "NUMB NUMR",
    "PART": "PRCL",
    "PRON": "NPRO",
    "PUNCT": "PNCT",
    "VERB": "GRND INFN PRTF PRTS VERB",
}
_FEATURES: Final = {
    "Aspect": {"Imp": "impf", "Perf": "perf"},
    "Case": {
        "Acc": "accs acc2",
        "Dat": "datv",
        "Gen": "gent gen1 gen2",
        "Ins": "ablt",
        "Loc": "loct loc1 loc2",
        "Nom": "nomn",
        "Voc": "voct",
    },
    "Gender": {"Fem": "femn", "Masc": "masc", "Neut": "neut"},
    "Mood": {"Imp": "impr", "Ind": "indc"},
    "Number": {"Plur": "plur", "Sing": "sing"},
    "Person": {"1": "1per", "2": "2per", "3": "3per"},
    "Tense": {"Fut": "futr", "Past": "past", "Pres": "pres"},
    "VerbForm": {"Conv": "GRND", "Fin": "VERB", "Inf": "INFN", "Part": "PRTF PRTS"},
    "Voice": {"Act": "actv", "Pass": "pssv"},
}
_POS_OF: Final = {name: pos for pos, names in _POS.items() for name in names.split()}
_FEATURE_OF: Final = {
    name: (feature, value)
    for feature, values in _FEATURES.items()
    for value, names in values.items()
    for name in names.split()
}
# Of words with only one number.
_ONLY_NUMBER: Final = {"Pltm": ("Number", "Ptan"), "Sgtm": ("Number", "Sing")}
_NAMES: Final = frozenset({"Geox", "Name", "Orgn", "Patr", "Surn"})

_NOMINAL: Final = ("Case", "Gender", "Number")
# The features that tell homonyms of a part of speech apart.
COMPARED: Final = {
    **dict.fromkeys(("ADJ", "DET", "NOUN", "NUM", "PROPN"), _NOMINAL),
    "PRON": (*_NOMINAL, "Person"),
    "VERB": ("Aspect", "Gender", "Mood", "Number", "Tense", "VerbForm", "Voice"),
}
# The parts of speech of analyses that fit one of a token, besides itself.
_ALSO: Final = {"DET": "PRON", "NOUN": "PROPN", "PROPN": "NOUN"}


def to_universal(tag: Any) -> tuple[str, dict[str, str]]:
    """Return the universal part of speech and the features of a tag such as `NOUN,inan sing`."""
    parts = str(tag).replace(",", " ").split()
    features = dict(_FEATURE_OF[part] for part in parts if part in _FEATURE_OF)
    features |= dict(_ONLY_NUMBER[part] for part in parts if part in _ONLY_NUMBER)
    pos = next((_POS_OF[part] for part in parts if part in _POS_OF), "X")
    if not _NAMES.isdisjoint(parts):
        pos = "PROPN"
    elif "Apro" in parts:
        pos = "DET"
    return pos, features


def fits(tag: Any, pos: str, features: Mapping[str, str]) -> bool:
    """Return whether a tag has this part of speech, and no other value of a compared feature."""
    found, own = to_universal(tag)
    if found not in {pos, _ALSO.get(pos)}:
        return False
    return all(
        features[name] == own[name] for name in COMPARED[pos] if name in features and name in own
    )
