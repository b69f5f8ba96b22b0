"""English number words."""

from __future__ import annotations

from typing import Final

from kernel.text import lexical

_BIG: Final = (
    "million billion trillion quadrillion quintillion sextillion septillion octillion nonillion "
    "decillion gajillion bazillion"
).split()
CARDINALS: Final = frozenset(
    (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy "
        "eighty ninety hundred thousand"
    ).split()
    + _BIG
)
ORDINALS: Final = frozenset(
    (
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
        "thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth thousandth"
    ).split()
    + [f"{number}th" for number in _BIG]
)


def like_num(text: str) -> bool:
    """Return whether the text is a number in digits or words, cardinal or ordinal."""
    if lexical.like_num(text):
        return True
    lower = lexical.without_separators(text).lower()
    if lower in CARDINALS or lower in ORDINALS:
        return True
    return lower.endswith(("st", "nd", "rd", "th")) and lower[:-2].isdigit()
