"""The module `kernel.lang.char_classes`: classes of characters for tokenizer rules.

Names that start with `LIST_` are lists of patterns; the others are parts of one pattern.
"""

from kernel_plugin_lang import char_classes

__all__ = [
    "ALPHA",
    "ALPHA_LOWER",
    "ALPHA_UPPER",
    "COMBINING_DIACRITICS",
    "CONCAT_ICONS",
    "CONCAT_QUOTES",
    "CURRENCY",
    "HYPHENS",
    "LIST_CURRENCY",
    "LIST_ELLIPSES",
    "LIST_HYPHENS",
    "LIST_ICONS",
    "LIST_PUNCT",
    "LIST_QUOTES",
    "LIST_UNITS",
    "PUNCT",
    "UNITS",
    "group_chars",
    "merge_chars",
    "split_chars",
]


def split_chars(chars: str) -> list[str]:
    """Return the words of a blank-separated string, which are characters or patterns."""
    return chars.split()


def merge_chars(chars: str) -> str:
    """Return the words of a blank-separated string as alternatives of a pattern."""
    return "|".join(chars.split())


def group_chars(chars: str) -> str:
    """Return the words of a blank-separated string for use inside a character class."""
    return "".join(chars.split())


ALPHA = char_classes.alpha()
ALPHA_LOWER = char_classes.alpha_lower()
ALPHA_UPPER = char_classes.alpha_upper()
COMBINING_DIACRITICS = r"\u0300-\u036f"
CONCAT_ICONS = char_classes.icons()[1:-1]
CONCAT_QUOTES = char_classes.QUOTE_CHARS
HYPHENS = char_classes.HYPHENS
PUNCT = char_classes.PUNCT_CHARS
LIST_CURRENCY = char_classes.CURRENCY
LIST_ELLIPSES = char_classes.ELLIPSES
LIST_HYPHENS = HYPHENS.split("|")
LIST_ICONS = [char_classes.icons()]
LIST_PUNCT = char_classes.PUNCT
LIST_QUOTES = char_classes.QUOTES
LIST_UNITS = char_classes.UNITS
CURRENCY = "|".join(LIST_CURRENCY)
UNITS = "|".join(LIST_UNITS)
