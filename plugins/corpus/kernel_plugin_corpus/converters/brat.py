"""brat: annotations in `.ann` files, each next to the `.txt` file with its text.

A line is an identifier, a tab and an annotation. Text-bound annotations (`T1`, a tab, `PER 0 12`,
a tab, the text) become spans. One of several parts (`PER 0 3;8 12`) cannot be a span, and is
treated as an entity that does not align with the tokens. Relations, events, attributes and other
lines are counted. See `offset_units` for the offsets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kernel.errors import DataError
from kernel.lines import BYTE_ORDER_MARK, is_blank
from kernel.text import Doc
from kernel_plugin_corpus.converters.annotated import AnnotatedText, make_docs, report
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import Location, Mark
from kernel_plugin_corpus.converters.source import Source, open_source, shorten
from kernel_plugin_corpus.files import check_path, read_exact_text

if TYPE_CHECKING:
    from kernel.pipeline import Language

KINDS: Final = {
    "R": "relation",
    "E": "event",
    "A": "attribute",
    "M": "attribute",
    "N": "normalization",
    "*": "equivalence",
    "#": "note",
}
_RANGE: Final = "[0-9]{1,9} [0-9]{1,9}"
_RANGES: Final = re.compile(rf"(?P<label>\S+) (?P<ranges>{_RANGE}(;{_RANGE})*)")


def convert(
    source: Path | str,
    *,
    nlp: Language,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield the doc of an `.ann` file, or of the `.txt` file next to it.

    on_misaligned  what to do with entities of several parts and those that do not align with the
                   tokens: stop, leave their tokens without annotation, or change them to whole
                   tokens
    misaligned     receives those entities

    Raises `DataError` with the line of a malformed annotation.
    """
    if isinstance(source, str):
        raise DataError(
            "brat's annotations are in two files", hint="give the path of the .ann file"
        )
    path, text_path = source.with_suffix(".ann"), source.with_suffix(".txt")
    content = read_exact_text(check_path(text_path)).removeprefix(BYTE_ORDER_MARK)
    text = AnnotatedText(location=Location(path, None, 1), text=content, spans=[])
    counts: Counter[str] = Counter()
    if check_path(path).stat().st_size:  # brat writes an empty file for a text without annotation
        opened = open_source(path)
        text.spans = list(_read_marks(opened, counts))
        for kind, count in sorted(counts.items()):
            report(path, count, kind, "not used")
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    yield from make_docs([text], nlp=nlp, name=text_path, found=found, is_unit_known=False)


def _read_marks(source: Source, counts: Counter[str]) -> Iterator[Mark]:
    for number, line in source.lines():
        if is_blank(line):
            continue
        kind = KINDS.get(line[0])
        if kind is not None:
            counts[kind] += 1
            continue
        if line[0] != "T":
            raise source.error(
                f"expected an annotation such as T1, R1 or #1, got {shorten(line)}", line=number
            )
        yield _read_mark(source, number, line)


def _read_mark(source: Source, number: int, line: str) -> Mark:
    columns = line.split("\t", maxsplit=2)  # there may be tabs in the text
    match = _RANGES.fullmatch(columns[1]) if len(columns) == 3 else None
    if match is None:
        raise source.error(
            f"expected an identifier, `LABEL START END` and a text, separated by tabs, got "
            f"{shorten(line)}",
            line=number,
        )
    offsets = [int(each) for part in match["ranges"].split(";") for each in part.split(" ")]
    if offsets != sorted(offsets):
        raise source.error(f"the parts are not in order: {match['ranges']}", line=number)
    if any(end < start for end, start in zip(offsets[1:-1:2], offsets[2::2], strict=True)):
        fault = f"it has {len(offsets) // 2} parts, but a span has one"
        return Mark(offsets[0], offsets[-1], match["label"], fault=fault, line=number)
    return Mark(offsets[0], offsets[-1], match["label"], text=columns[2], line=number)
