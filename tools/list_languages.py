"""Write the list of the language files into the plugin's `pyproject.toml` and the docs.

`make fix` runs it. Each file `plugins/lang/kernel_plugin_lang/data/<code>.toml` is a language, and
an entry point of the plugin.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_PLUGIN: Final = ROOT / "plugins" / "lang"
_PROJECT: Final = _PLUGIN / "pyproject.toml"
_PAGE: Final = ROOT / "docs" / "languages.md"
_ENTRY_POINTS: Final = re.compile(r"(?<=\[project\.entry-points\.kernel_languages\]\n)(?:.+\n)*")
_MARK: Final = "<!-- languages: written by `make fix` -->\n"
_LIST: Final = re.compile(rf"(?s)(?<={_MARK}).*?(?=\n<!-- end -->)")


def languages() -> dict[str, tuple[str, str]]:
    """Return the name and the entry point of each language, by code."""
    files = {
        path.stem: (tomllib.loads(path.read_text("utf8"))["name"], "kernel_plugin_lang.data")
        for path in _PLUGIN.glob("kernel_plugin_lang/data/*.toml")
    }
    return dict(sorted(files.items()))


def outputs() -> dict[Path, str]:
    """Return the text of each file with a list of languages."""
    points = "".join(f'{code} = "{point}"\n' for code, (_, point) in languages().items())
    names = sorted((name, code) for code, (name, _) in languages().items())
    listed = ", ".join(f"{name} (`{code}`)" for name, code in names)
    return {
        _PROJECT: _ENTRY_POINTS.sub(points, _PROJECT.read_text("utf8")),
        _PAGE: _LIST.sub(listed, _PAGE.read_text("utf8")),
    }


def stale() -> list[str]:
    """Return the files that are not up to date."""
    return [
        str(path.relative_to(ROOT))
        for path, text in outputs().items()
        if path.read_text("utf8") != text
    ]


if __name__ == "__main__":
    for path, text in outputs().items():
        path.write_text(text, "utf8")
