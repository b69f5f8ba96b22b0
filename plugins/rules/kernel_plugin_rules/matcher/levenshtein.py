"""How far one string is from another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

# A function of the text of a token, the text of a pattern, and the largest distance, -1 for the
# one that the length of the pattern allows.
FuzzyCompare: TypeAlias = Callable[[str, str, int], bool]

_MIN_DISTANCE: Final = 2
_DISTANCE_PER_CHARACTER: Final = 0.3


def levenshtein(a: str, b: str) -> int:
    """Return how many characters must be added, removed or replaced to make `b` from `a`.

    All rows of the table of distances are advanced at once, as bits of one number (Myers 1999,
    in the form of Hyyrö 2001).
    """
    if not a or not b:
        return len(a) or len(b)
    places: dict[str, int] = {}
    for i, character in enumerate(a):
        places[character] = places.get(character, 0) | 1 << i
    last = 1 << len(a) - 1
    every = 2 * last - 1
    # Bit i: the distance of a[: i + 1] is one more, or one less, than that of a[:i].
    more, less, distance = every, 0, len(a)
    for character in b:
        equal = places.get(character, 0)
        diagonal = ((((equal & more) + more) ^ more) | equal | less) & every
        to_more = (less | ~(diagonal | more)) & every
        to_less = more & diagonal
        distance += bool(to_more & last) - bool(to_less & last)
        to_more = to_more << 1 | 1
        to_less <<= 1
        more = (to_less | ~(equal | less | to_more)) & every
        less = to_more & (equal | less) & every
    return distance


def levenshtein_compare(input_text: str, pattern_text: str, fuzzy: int = -1) -> bool:
    """Return whether two strings differ by at most `fuzzy` characters.

    -1 stands for 30 % of the length of `pattern_text`, and at least 2.
    """
    most = fuzzy
    if fuzzy < 0:
        most = max(_MIN_DISTANCE, round(_DISTANCE_PER_CHARACTER * len(pattern_text)))
    if abs(len(input_text) - len(pattern_text)) > most:
        return False
    return input_text == pattern_text or levenshtein(input_text, pattern_text) <= most


def make_levenshtein_compare() -> FuzzyCompare:
    """Return `levenshtein_compare`; registered as `kernel.levenshtein_compare.v1`."""
    return levenshtein_compare
