"""Joining tokenizer rules, which are regular expressions, into one pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable


def compile_prefix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join rules for what is cut off the start; use the pattern's `search`."""
    return re.compile("|".join(f"^{entry}" for entry in entries if entry.strip()))


def compile_suffix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join rules for what is cut off the end; use the pattern's `search`."""
    return re.compile("|".join(f"{entry}$" for entry in entries if entry.strip()))


def compile_infix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join rules for where words are cut in the middle; use the pattern's `finditer`."""
    return re.compile("|".join(entry for entry in entries if entry.strip()))
