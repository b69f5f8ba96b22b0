"""English special cases: contractions, abbreviations, times of day.

Contractions are listed as people type them: with and without apostrophe, with and without
an initial capital. The NORM of each part is the word that it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kernel_plugin_lang.exceptions import Rules, make_base_exceptions, token, update_exc

# The parts that follow the word, each with its NORM: "'ll've" is `'ll` and `'ve`.
_Ending = tuple[tuple[str, str | None], ...]

_WILL: Final[_Ending] = (("'ll", "will"),)
_WOULD: Final[_Ending] = (("'d", "'d"),)
_HAVE: Final[_Ending] = (("'ve", "have"),)
_ARE: Final[_Ending] = (("'re", "are"),)
_NOT: Final[_Ending] = (("n't", "not"),)
_WILL_HAVE: Final[_Ending] = (("'ll", "will"), ("'ve", "have"))
_WOULD_HAVE: Final[_Ending] = (("'d", "would"), ("'ve", "have"))
_NOT_HAVE: Final[_Ending] = (("n't", "not"), ("'ve", "have"))
_AM_GONNA: Final[_Ending] = (("'m", "am"), ("a", "gonna"))

_QUESTIONS: Final = "who what when where why how there that this these those"
_ASKING_ARE: Final = "who what when where why how there these those"
_ASKING_IS: Final = "who what when where why how there that this"
# Each verb as written before "n't", with its NORM.
_NEGATED: Final = {
    **{verb: verb for verb in "could do does may might must need ought should would".split()},
    **{"did": "do", "had": "have", "ca": "can", "sha": "shall", "wo": "will"},
}
_NEGATED_BE: Final = {
    **{verb: verb for verb in "are is was were have has dare".split()},
    "ai": None,
}

# Ordinary words that look like contractions without an apostrophe.
_WORDS: Final = "Ill ill Its its Hell hell Shell shell Shed shed Were were Well well Whore whore"

_DROPPED_G: Final = {
    **{"doin": "doing", "goin": "going", "nothin": "nothing", "nuthin": "nothing", "ol": "old"},
    **{"somethin": "something", "lovin": "loving", "havin": "having"},
}
_CLIPPED: Final = {"em": "them", "ll": "will", "nuff": "enough"}

_SPLIT: Final = {
    "y'all": (("y'", "you"), ("all", None)),
    "yall": (("y", "you"), ("all", None)),
    "how'd'y": (("how", None), ("'d", None), ("'y", "you")),
    "How'd'y": (("How", "how"), ("'d", None), ("'y", "you")),
    "not've": (("not", None), ("'ve", "have")),
    "notve": (("not", None), ("ve", "have")),
    "Not've": (("Not", "not"), ("'ve", "have")),
    "Notve": (("Not", "not"), ("ve", "have")),
    "cannot": (("can", None), ("not", None)),
    "Cannot": (("Can", "can"), ("not", None)),
    "gonna": (("gon", "going"), ("na", "to")),
    "Gonna": (("Gon", "going"), ("na", "to")),
    "gotta": (("got", None), ("ta", "to")),
    "Gotta": (("Got", "got"), ("ta", "to")),
    "let's": (("let", None), ("'s", "us")),
    "Let's": (("Let", "let"), ("'s", "us")),
    "c'mon": (("c'm", "come"), ("on", None)),
    "C'mon": (("C'm", "come"), ("on", None)),
}
_WHOLE: Final = {
    **{"'S": "'s", "'s": "'s", "‘S": "'s", "‘s": "'s", "and/or": "and/or", "w/o": "without"},
    **{"'re": "are", "'Cause": "because", "'cause": "because", "'cos": "because"},
    **{"'Cos": "because", "'coz": "because", "'Coz": "because", "'cuz": "because"},
    **{"'Cuz": "because", "'bout": "about", "ma'am": "madam", "Ma'am": "madam"},
    **{"o'clock": "o'clock", "O'clock": "o'clock", "Mt.": "Mount"},
    **{"Ak.": "Alaska", "Ala.": "Alabama", "Ariz.": "Arizona", "Ark.": "Arkansas"},
    **{"Calif.": "California", "Colo.": "Colorado", "Conn.": "Connecticut", "Del.": "Delaware"},
    **{"Fla.": "Florida", "Ga.": "Georgia", "Ia.": "Iowa", "Id.": "Idaho", "Ill.": "Illinois"},
    **{"Ind.": "Indiana", "Kan.": "Kansas", "Kans.": "Kansas", "Ky.": "Kentucky"},
    **{"La.": "Louisiana", "Mass.": "Massachusetts", "Mich.": "Michigan", "Minn.": "Minnesota"},
    **{"Miss.": "Mississippi", "N.C.": "North Carolina", "N.D.": "North Dakota"},
    **{"N.H.": "New Hampshire", "N.J.": "New Jersey", "N.M.": "New Mexico", "N.Y.": "New York"},
    **{"Neb.": "Nebraska", "Nebr.": "Nebraska", "Nev.": "Nevada", "Okla.": "Oklahoma"},
    **{"Ore.": "Oregon", "Pa.": "Pennsylvania", "S.C.": "South Carolina", "Tenn.": "Tennessee"},
    **{"Va.": "Virginia", "Wash.": "Washington", "Wis.": "Wisconsin"},
    **{"Jan.": "January", "Feb.": "February", "Mar.": "March", "Apr.": "April", "Jun.": "June"},
    **{"Jul.": "July", "Aug.": "August", "Sep.": "September", "Sept.": "September"},
    **{"Oct.": "October", "Nov.": "November", "Dec.": "December"},
}
_ABBREVIATIONS: Final = (
    "'d a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. i.e. I.e. I.E. Inc. Jr. "
    "Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s."
)


def make_exceptions() -> Rules:
    """Return the special cases of English, including those shared by all languages."""
    rules: Rules = {}
    for word, norm, ending in _contractions():
        for start in (word, word.capitalize()):
            text = start + "".join(part for part, _ in ending)
            rules[text] = [token(start, norm), *(token(*part) for part in ending)]
    for word in _WORDS.split():
        del rules[word]
    rules.update(_clipped_words())
    rules.update(_times())
    for text, parts in _SPLIT.items():
        rules[text] = [token(part, norm) for part, norm in parts]
    rules.update({text: [token(text, norm)] for text, norm in _WHOLE.items()})
    rules.update({text: [token(text)] for text in _ABBREVIATIONS.split()})
    return update_exc(make_base_exceptions(), rules)


def _contractions() -> Iterator[tuple[str, str | None, _Ending]]:
    """Yield word, NORM of the word, and ending of each contraction."""
    yield from _pronouns()
    yield from _question_words()
    for verb, norm in {**_NEGATED, **_NEGATED_BE}.items():
        yield from _both(verb, norm, _NOT)
    for verb, norm in _NEGATED.items():
        yield from _both(verb, norm, _NOT_HAVE)
    for verb in ("could", "might", "must", "should", "would"):
        yield from _both(verb, verb, (("'ve", None),))


def _pronouns() -> Iterator[tuple[str, str | None, _Ending]]:
    yield "i", "i", (("'m", "am"),)
    yield "i", "i", (("m", None),)
    yield from _both("i", "i", _AM_GONNA)
    for word in "i you he she it we they".split():
        for ending in (_WILL, _WILL_HAVE, _WOULD, _WOULD_HAVE):
            yield from _both(word, word, ending)
    for word in "i you we they".split():
        yield from _both(word, word, _HAVE)
    for word in "you we they".split():
        yield from _both(word, word, _ARE)
    for word in "he she it".split():
        yield from _is(word)


def _question_words() -> Iterator[tuple[str, str | None, _Ending]]:
    for word in _QUESTIONS.split():
        for ending in (_WILL, _WILL_HAVE, _WOULD, _WOULD_HAVE):
            yield from _both(word, word, ending)
    for word in _ASKING_IS.split():
        yield from _is(word)
    for word in _ASKING_ARE.split():
        yield from _both(word, word, _ARE)
        yield word, word, (("'ve", None),)
        yield word, None, (("ve", "have"),)


def _is(word: str) -> Iterator[tuple[str, str | None, _Ending]]:
    yield word, word, (("'s", "'s"),)
    yield word, word, (("s", None),)


def _both(
    word: str, norm: str | None, ending: _Ending
) -> Iterator[tuple[str, str | None, _Ending]]:
    """Yield a contraction with and without its apostrophes."""
    yield word, norm, ending
    yield word, norm, tuple((part.replace("'", ""), part_norm) for part, part_norm in ending)


def _clipped_words() -> Rules:
    rules: Rules = {}
    for word, norm in _DROPPED_G.items():
        for text in (word, word.capitalize(), f"{word}'", f"{word.capitalize()}'"):
            rules[text] = [token(text, norm)]
    for word, norm in _CLIPPED.items():
        for text in (word, f"'{word}"):
            rules[text] = [token(text, norm)]
    return rules


def _times() -> Rules:
    rules: Rules = {}
    for hour in range(1, 13):
        for half, norm in (("am", "a.m."), ("a.m.", "a.m."), ("pm", "p.m."), ("p.m.", "p.m.")):
            rules[f"{hour}{half}"] = [token(str(hour)), token(half, norm)]
    return rules
