"""HTML as text, and whether a notebook shows it."""

from __future__ import annotations

import sys


def escape_html(text: str) -> str:
    """Return `text` with entities for the characters that have a meaning in HTML."""
    for character, entity in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(character, f"&{entity};")
    return text


def minify_html(html: str) -> str:
    """Return `html` without line ends and without indentation by four spaces."""
    return html.strip().replace("    ", "").replace("\n", "")


def is_in_jupyter() -> bool:
    """Return whether the program runs in a Jupyter notebook."""
    # Not imported: a notebook has imported it.
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return type(shell).__name__ == "ZMQInteractiveShell"
