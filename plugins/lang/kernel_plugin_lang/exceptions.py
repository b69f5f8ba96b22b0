"""Special cases shared by all languages, and functions to build tables of special cases.

A table maps a string to its tokens. Each token is a mapping from attribute ids to values:
ORTH, and NORM if it differs from the word itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from kernel.errors import TextError
from kernel.text import NORM, ORTH

Rules: TypeAlias = dict[str, list[dict[int, str]]]

_EMOTICONS: Final = r"""
:) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) ;-)
(; (-; :( :-( :(( :-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| ]= =[
:1 :P :-P :p :-p :O :-O :o :-o :0 :-0 :() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x :D :-D
;D ;-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^ >.< >.> <.< ._. ;_; -_- -__- v.v V.V v_v V_V
o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3 (^_^) (-_-)
(._.) (>_<) (*_*) (¬_¬) ಠ_ಠ ಠ︵ಠ (ಠ_ಠ) ¯\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*>
"""
_WHITESPACE: Final = (" ", "\t", "\\t", "\n", "\\n")
_OTHERS: Final = ("—", "'", '\\")', "<space>", "''", "C++")
_ABBREVIATED: Final = "abcdefghijklmnopqrstuvwxyzäöü"


def token(text: str, norm: str | None = None) -> dict[int, str]:
    """Return one token of a special case."""
    return {ORTH: text} if norm is None else {ORTH: text, NORM: norm}


def make_base_exceptions() -> Rules:
    """Return the special cases of all languages: emoticons, whitespace, `a.`, `b.` and so on."""
    single = [*_WHITESPACE, *_OTHERS, *(f"{letter}." for letter in _ABBREVIATED)]
    rules: Rules = {text: [token(text)] for text in (*single, *_EMOTICONS.split())}
    rules["\u00a0"] = [token("\u00a0", "  ")]
    for letter in "cfkCFK":
        rules[f"°{letter}."] = [token("°"), token(letter), token(".")]
    return rules


def update_exc(
    base: Mapping[str, Sequence[Mapping[Any, str]]],
    *additions: Mapping[str, Sequence[Mapping[Any, str]]],
) -> dict[str, list[dict[Any, str]]]:
    """Return `base` updated with `additions`.

    Each string with an apostrophe is added a second time with a curly one.

    Raises TextError if the tokens of a special case do not join to its string.
    """
    rules = {text: [dict(part) for part in parts] for text, parts in base.items()}
    for addition in additions:
        for text, parts in addition.items():
            _check(text, parts)
            rules[text] = [dict(part) for part in parts]
    return with_curly_apostrophes(rules)


def with_curly_apostrophes(rules: Rules) -> Rules:
    """Return `rules`, and a copy with a curly apostrophe of each one with a straight one."""
    curly = {
        text.replace("'", "’"): [{**part, ORTH: part[ORTH].replace("'", "’")} for part in parts]
        for text, parts in rules.items()
        if "'" in text
    }
    return {**rules, **curly}


def _check(text: str, parts: Sequence[Mapping[Any, str]]) -> None:
    joined = "".join(part[ORTH] for part in parts)
    if joined != text:
        raise TextError(f"the tokens of the special case {text!r} join to {joined!r}")
