"""What is cut off the ends of a chunk of text, and where it is cut in the middle.

Prefixes, suffixes and infixes are lists of regular expressions, which the `compile_`
functions join. Where several match at one place, the first in the list wins.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Final

from kernel_plugin_lang.char_classes import (
    CURRENCY,
    ELLIPSES,
    HYPHENS,
    PUNCT,
    PUNCT_CHARS,
    QUOTE_CHARS,
    QUOTES,
    UNITS,
    alpha,
    alpha_lower,
    alpha_upper,
    icons,
)

# One character that stands for itself, in a pattern and in a class.
_SINGLE: Final = re.compile(r"[^\\.^$*+?{}\[\]|()-]|\\[^\w\s]")


def make_prefixes() -> list[str]:
    """Return the rules for what is cut off the start."""
    signs = ["§", "%", "=", "—", "–", r"\+(?![0-9])"]
    return [*signs, *PUNCT, *ELLIPSES, *QUOTES, *CURRENCY, icons()]


def make_suffixes() -> list[str]:
    """Return the rules for what is cut off the end."""
    lower, upper = alpha_lower(), alpha_upper()
    return [
        *(*PUNCT, *ELLIPSES, *QUOTES, icons()),
        *("'s", "'S", "’s", "’S", "—", "–"),
        r"(?<=[0-9])\+",
        r"(?<=°[FfCcKk])\.",
        rf"(?<=[0-9])(?:{'|'.join(CURRENCY)})",
        rf"(?<=[0-9])(?:{'|'.join(UNITS)})",
        rf"(?<=[0-9{lower}%²\-\+{QUOTE_CHARS}{PUNCT_CHARS}])\.",
        rf"(?<=[{upper}][{upper}])\.",
    ]


def make_infixes(*, hyphen_after: str = "") -> list[str]:
    """Return the rules for where a chunk is cut in the middle.

    A hyphen cuts between two letters; `hyphen_after` are more characters that may stand
    before it.
    """
    letter, lower, upper = alpha(), alpha_lower(), alpha_upper()
    return [
        *ELLIPSES,
        icons(),
        r"(?<=[0-9])[+\-\*^](?=[0-9-])",
        rf"(?<=[{lower}{QUOTE_CHARS}])\.(?=[{upper}{QUOTE_CHARS}])",
        rf"(?<=[{letter}]),(?=[{letter}])",
        rf"(?<=[{letter}{hyphen_after}])(?:{HYPHENS})(?=[{letter}])",
        rf"(?<=[{letter}0-9])[:<>=/](?=[{letter}])",
    ]


def compile_prefix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join prefix rules into one pattern, each tied to the start."""
    return re.compile(_join_prefixes(entries))


def compile_suffix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join suffix rules into one pattern, each tied to the end."""
    return re.compile(_join_suffixes(entries))


def compile_infix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join infix rules into one pattern."""
    return re.compile(_join_infixes(entries))


def _join_prefixes(entries: Iterable[str]) -> str:
    return "|".join(f"^{entry}" for entry in entries if entry.strip())


def _join_suffixes(entries: Iterable[str]) -> str:
    rules = [entry for entry in entries if entry.strip()]
    # All that start at one place end at the end, so their order does not matter, and single
    # characters go into a class, which is searched faster than alternatives.
    single = [rule for rule in rules if _SINGLE.fullmatch(rule)]
    joined = [f"[{''.join(single)}]"] if single else []
    others = [rule for rule in rules if not _SINGLE.fullmatch(rule)]
    return "|".join(f"{rule}$" for rule in (*joined, *others))


def _join_infixes(entries: Iterable[str]) -> str:
    return "|".join(entry for entry in entries if entry.strip())


@functools.cache
def rules_that_spare_plain() -> frozenset[str]:
    """Return the sources of patterns that find nothing in what is all letters or all digits."""
    return frozenset(
        (
            _join_prefixes(make_prefixes()),
            own_suffix_rules(),
            _join_infixes(make_infixes()),
            _join_infixes(make_infixes(hyphen_after="0-9")),
        )
    )


@functools.cache
def own_suffix_rules() -> str:
    """Return the source of the pattern of this package's suffixes."""
    return _join_suffixes(make_suffixes())


@functools.cache
def sure_suffixes() -> frozenset[str]:
    """Return the characters that those rules cut off the end of any letters or digits.

    No rule begins with letters or digits and ends with one of them, so it comes off alone.
    """
    return frozenset(rule[-1] for rule in make_suffixes() if _SINGLE.fullmatch(rule))
