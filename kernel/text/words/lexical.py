"""Lexical attributes computed from the text of a word: shape, flags, base form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from kernel.text.words import attributes

Getter = Callable[[str], Any]

_MAX_SHAPE_LENGTH: Final = 100
_MIN_WWW_LENGTH: Final = 5
_BRACKETS: Final = frozenset("()[]{}<>")
_QUOTES: Final = frozenset("\"'`«»‘’‚‛“”„‟‹›❮❯") | {"''", "``"}
_LEFT_PUNCT: Final = frozenset("([{<\"'«‘‚‛“„‟‹❮") | {"``"}
_RIGHT_PUNCT: Final = frozenset(")]}>\"'»’”›❯") | {"''"}
_EMAIL: Final = re.compile(r"[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+")
_LONG_RUN: Final = re.compile(r"(.)\1{4,}", re.DOTALL)
_TLD_NAMES: Final = (
    "com org edu gov net mil aero asia biz cat coop info int jobs mobi museum name pro tel "
    "travel xyz icu xxx ac ad ae af ag ai al am an ao aq ar as at au aw ax az ba bb bd be bf "
    "bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cs cu cv "
    "cx cy cz dd de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo fr ga gb gd ge gf gg "
    "gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je "
    "jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg "
    "mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om "
    "pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk "
    "sl sm sn so sr ss st su sv sy sz tc td tf tg th tj tk tl tm tn to tp tr tt tv tw tz ua ug "
    "uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_TLDS: Final = frozenset(_TLD_NAMES.split())


class _ShapeOfChar(dict[int, str]):
    """Maps a code point to its character in a shape; entries are added at their first use."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isalpha():
            shape = "X" if char.isupper() else "x"
        else:
            shape = "d" if char.isdigit() else char
        self[code] = shape
        return shape


_SHAPE_OF_CHAR: Final = _ShapeOfChar()


@lru_cache(maxsize=4096)
def _cut_runs(shape: str) -> str:
    return _LONG_RUN.sub(r"\1\1\1\1", shape)


def word_shape(text: str) -> str:
    """Return the text with X, x and d for letters and digits, in runs of at most four.

    Return "LONG" for a text of 100 characters or more.
    """
    if len(text) >= _MAX_SHAPE_LENGTH:
        return "LONG"
    return _cut_runs(text.translate(_SHAPE_OF_CHAR))


def is_punct(text: str) -> bool:
    """Return whether all characters are punctuation; true for the empty text."""
    return all(unicodedata.category(char)[0] == "P" for char in text)


def is_currency(text: str) -> bool:
    """Return whether all characters are currency signs; true for the empty text."""
    return all(unicodedata.category(char) == "Sc" for char in text)


def without_separators(number: str) -> str:
    """Return a number without its sign, decimal point and thousands separators."""
    number = number[1:] if number.startswith(("+", "-", "±", "~")) else number
    return number.replace(",", "").replace(".", "")


def like_num(text: str) -> bool:
    """Return whether the text is a number in digits, with sign, separators or fraction bar."""
    text = without_separators(text)
    if text.isdigit():
        return True
    if text.count("/") != 1:
        return False
    over, under = text.split("/")
    return over.isdigit() and under.isdigit()


def like_email(text: str) -> bool:
    """Return whether the text starts like an email address."""
    return "@" in text and _EMAIL.match(text) is not None


def like_url(text: str, url_match: Callable[[str], Any] | None = None) -> bool:
    """Return whether the text looks like a web address.

    `url_match`, the pattern of a language, is asked where the simple rules do not decide.
    """
    if text.startswith(("http://", "https://")):
        return True
    if text.startswith("www.") and len(text) >= _MIN_WWW_LENGTH:
        return True
    if "." not in text or text[0] == "." or text[-1] == "." or "@" in text:
        return False
    tld = text.rsplit(".", 1)[1].split(":", 1)[0]
    if tld.endswith("/") or (tld.isalpha() and tld in _TLDS):
        return True
    return url_match is not None and bool(url_match(text))


FLAG_GETTERS: Final[dict[int, Getter]] = {
    attributes.IS_ALPHA: str.isalpha,
    attributes.IS_ASCII: str.isascii,
    attributes.IS_DIGIT: str.isdigit,
    attributes.IS_LOWER: str.islower,
    attributes.IS_PUNCT: is_punct,
    attributes.IS_SPACE: str.isspace,
    attributes.IS_TITLE: str.istitle,
    attributes.IS_UPPER: str.isupper,
    attributes.LIKE_URL: like_url,
    attributes.LIKE_NUM: like_num,
    attributes.LIKE_EMAIL: like_email,
    attributes.IS_BRACKET: _BRACKETS.__contains__,
    attributes.IS_QUOTE: _QUOTES.__contains__,
    attributes.IS_LEFT_PUNCT: _LEFT_PUNCT.__contains__,
    attributes.IS_RIGHT_PUNCT: _RIGHT_PUNCT.__contains__,
    attributes.IS_CURRENCY: is_currency,
}
"""The functions of the flags that do not depend on the language, by attribute id."""

BASE_NORMS: Final[dict[str, str]] = {
    form: norm
    for norm, forms in {
        "'s": "'s 'S ’s ’S",
        "'": "’ ‘ ´ `",
        '"': "” “ '' `` ´´ „ » « ‘‘ ’’",
        "...": "…",
        ".": "。 ।",
        "-": "— – -- --- ——",
        "$": "€ £ ¥ ฿ US$ C$ A$ ₺ ₹ ৳ ₩ Mex$ ₣ E£",
        "?": "？",
        "!": "！",
        ",": "，",
        ";": "；",
        ":": "：",
    }.items()
    for form in forms.split()
}
"""Base forms of punctuation and currency signs, the same in all languages."""


def base_norm(text: str) -> str:
    """Return the base form of the text: the one in `BASE_NORMS`, or the text in lower case."""
    return BASE_NORMS.get(text) or text.lower()
