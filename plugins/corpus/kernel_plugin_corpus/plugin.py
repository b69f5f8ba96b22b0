"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kernel import hookimpl
from kernel.cli import Command

# Suffixes of which the content says more than the name does.
_EITHER = {".iob", ".ner", ".conll", ".bio", ".txt"}
_BY_SUFFIX = {
    ".conll": "ner",
    ".conllu": "conllu",
    ".conllubio": "conllubio",
    ".iob": "iob",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ner": "ner",
}
# A label may be missing: the converter says so, and better than that the format is unclear.
_PIPED = re.compile(r"\S+\|(O|[BILUES]-\S*)")
_COLUMNS = re.compile(r"\S+\s+(O|[BILUES]-\S*)$")


@hookimpl
def kernel_commands() -> Sequence[Command]:
    return [
        Command(
            "convert", "Convert annotated files to corpora.", "kernel_plugin_corpus.command:convert"
        )
    ]


@hookimpl
def kernel_guess_converter(path: Path, head: str) -> str | None:
    suffix = path.suffix.lower()
    if suffix not in _EITHER:
        return _BY_SUFFIX.get(suffix)
    lines = [line.strip() for line in head.splitlines()[:20]]
    piped = any(_PIPED.search(line) for line in lines)
    columns = any(_COLUMNS.search(line) for line in lines)
    if piped != columns:
        return "iob" if piped else "ner"
    return _BY_SUFFIX.get(suffix)
