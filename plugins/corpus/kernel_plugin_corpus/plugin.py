"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kernel import hookimpl
from kernel.cli import Command
from kernel.lines import BYTE_ORDER_MARK, split_lines

# Suffixes used by several formats: the content decides.
_AMBIGUOUS_SUFFIXES = {".iob", ".ner", ".conll", ".bio", ".txt"}
_BY_SUFFIX = {
    ".conll": "ner",
    ".conllu": "conllu",
    ".conllubio": "conllubio",
    ".iob": "iob",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ner": "ner",
}
# A label may be missing here: the converter's message about it is more helpful than "unknown
# format".
_PIPED = re.compile(r"\S\|(O|[BILUES]-)")
_COLUMNS = re.compile(r"\S\s+(O|[BILUES]-\S*)$")
_TREEBANK = re.compile(r"[0-9][0-9.-]*(\t[^\t]+){9}")


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
    if suffix == ".ann" or (suffix == ".txt" and path.with_suffix(".ann").exists()):
        return "brat"
    if head.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(("{", "[")):
        # Not at the top, because it imports docs.
        from kernel_plugin_corpus.converters.records import find_format_of_head

        found = find_format_of_head(head)
        if found is not None:
            return found
    if suffix not in _AMBIGUOUS_SUFFIXES:
        return _BY_SUFFIX.get(suffix)
    lines = [line.strip() for line in split_lines(head)[:20]]
    if any(_TREEBANK.fullmatch(line) for line in lines):
        return "conllu"
    piped = any(_PIPED.search(line) for line in lines)
    columns = any(_COLUMNS.search(line) for line in lines)
    if piped != columns:
        return "iob" if piped else "ner"
    return _BY_SUFFIX.get(suffix)
