"""Write the entry points of the language files into the plugin's `pyproject.toml`.

`make fix` runs it. Each file `plugins/lang/kernel_plugin_lang/data/<code>.toml` is a language.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_PLUGIN: Final = Path(__file__).parents[1] / "plugins" / "lang"
PROJECT: Final = _PLUGIN / "pyproject.toml"
_TABLE: Final = re.compile(r"(?<=\[project\.entry-points\.kernel_languages\]\n)(?:.+\n)*")


def codes() -> list[str]:
    """Return the codes of the languages that have a file, sorted."""
    return sorted(path.stem for path in _PLUGIN.glob("kernel_plugin_lang/data/*.toml"))


def updated() -> str:
    """Return the text of `pyproject.toml` with an entry point for each language."""
    entries = dict.fromkeys(codes(), "kernel_plugin_lang.data")
    entries |= {"en": "kernel_plugin_lang.en:English"}
    lines = [f'{code} = "{entries[code]}"\n' for code in sorted(entries)]
    # `is` and the like need no quotes in TOML.
    return _TABLE.sub("".join(lines), PROJECT.read_text(encoding="utf8"))


if __name__ == "__main__":
    PROJECT.write_text(updated(), encoding="utf8")
