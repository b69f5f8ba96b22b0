"""Rules for prefixes, suffixes and infixes.

Each is a list of regular expressions; the `compile_*` functions join a list into one
pattern. Where several expressions match at the same position, the first in the list wins.
"""

from __future__ import annotations

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

# A single literal character that needs no change inside a character class.
_SINGLE: Final = re.compile(r"[^\\.^$*+?{}\[\]|()-]|\\[^\w\s]")


def make_prefixes() -> list[str]:
    """Return the prefix rules."""
    signs = ["§", "%", "=", "—", "–", r"\+(?![0-9])"]
    return [*signs, *PUNCT, *ELLIPSES, *QUOTES, *CURRENCY, icons()]


def make_suffixes() -> list[str]:
    """Return the suffix rules."""
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


def make_infixes() -> list[str]:
    """Return the infix rules."""
    letter, lower, upper = alpha(), alpha_lower(), alpha_upper()
    return [
        *ELLIPSES,
        icons(),
        r"(?<=[0-9])[+\-\*^](?=[0-9-])",
        rf"(?<=[{lower}{QUOTE_CHARS}])\.(?=[{upper}{QUOTE_CHARS}])",
        rf"(?<=[{letter}]),(?=[{letter}])",
        rf"(?<=[{letter}])(?:{HYPHENS})(?=[{letter}])",
        rf"(?<=[{letter}0-9])[:<>=/](?=[{letter}])",
    ]


def compile_prefix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join prefix rules into one pattern, each anchored at the start."""
    return re.compile(_join_prefixes(entries))


def compile_suffix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join suffix rules into one pattern, each anchored at the end."""
    return re.compile(_join_suffixes(entries))


def compile_infix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join infix rules into one pattern."""
    return re.compile(_join_infixes(entries))


def _join_prefixes(entries: Iterable[str]) -> str:
    return "|".join(f"^{entry}" for entry in entries if entry.strip())


def _join_suffixes(entries: Iterable[str]) -> str:
    rules = [entry for entry in entries if entry.strip()]
    # All matches that start at the same position end at the end of the text, so the order of
    # the rules does not matter. Single characters are put into a class, which is faster.
    single = [rule for rule in rules if _SINGLE.fullmatch(rule)]
    joined = [f"[{''.join(single)}]"] if single else []
    others = [rule for rule in rules if not _SINGLE.fullmatch(rule)]
    return "|".join(f"{rule}$" for rule in (*joined, *others))


def _join_infixes(entries: Iterable[str]) -> str:
    return "|".join(entry for entry in entries if entry.strip())
