"""The pattern of web addresses, which the tokenizer keeps whole."""

from __future__ import annotations

import functools
import re
from typing import Final

from kernel_plugin_lang.char_classes import alpha_lower

# First, so that the repeats of `\S` below cannot fail after their last character, and so are not
# tried again with fewer characters for each place where they may begin.
_NO_WHITESPACE: Final = r"(?=\S++$)"
_SCHEME: Final = r"(?:[\w+.\-]{2,}://)?"
# User and password; a second repeat after a colon would take time quadratic in colons.
_LOGIN: Final = r"(?:\S+@)?"
# Addresses in private and link-local networks do not count.
_PUBLIC: Final = (
    r"(?!(?:10|127)(?:\.\d{1,3}){3})"
    r"(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})"
    r"(?!172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})"
)
_IP: Final = (
    r"(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])"
    r"(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}"
    r"\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])"
)
_LETTER: Final = "A-Za-z0-9\u00a1-\uffff"
_LABEL: Final = rf"[{_LETTER}](?:[{_LETTER}_-]{{0,62}}[{_LETTER}])?"
_REST: Final = r"(?::\d{2,5})?(?:[/?#]\S*)?$"


@functools.cache
def url_pattern() -> re.Pattern[str]:
    """Return the pattern of a whole web address, with or without scheme. Use its `match`."""
    host = rf"(?:{_LABEL}\.)+[{alpha_lower()}]{{2,63}}"
    return re.compile(rf"{_NO_WHITESPACE}{_SCHEME}{_LOGIN}(?:{_PUBLIC}{_IP}|{host}){_REST}")
