"""What `importlib.metadata` says about the distribution `spacy`."""

from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path
from typing import Final

from kernel_plugin_spacy.shim.about import __title__, __version__


class _Spacy(Distribution):
    def read_text(self, filename: str) -> str | None:
        if filename != "METADATA":
            return None
        return f"Metadata-Version: 2.1\nName: {__title__}\nVersion: {__version__}\n"

    def locate_file(self, path: object) -> Path:
        return Path(__file__).parent / str(path)


SPACY: Final = _Spacy()
