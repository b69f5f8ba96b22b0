"""Joining tokenizer rules (regular expressions) into one pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable


def compile_prefix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join prefix rules; use the `search` method of the pattern."""
    return re.compile("|".join(f"^{entry}" for entry in entries if entry.strip()))


def compile_suffix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join suffix rules; use the `search` method of the pattern."""
    return re.compile("|".join(f"{entry}$" for entry in entries if entry.strip()))


def compile_infix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """Join infix rules; use the `finditer` method of the pattern."""
    return re.compile("|".join(entry for entry in entries if entry.strip()))
