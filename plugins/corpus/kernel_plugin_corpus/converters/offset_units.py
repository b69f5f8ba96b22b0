r"""What the offsets of an export count: characters, or the units of a browser's strings.

Annotation tools run in a browser, whose strings have two units for a character above U+FFFF, such
as an emoji, and whose text fields have one for a line end `\r\n`. Some tools convert their offsets
to characters, some do not, and some do since a newer version:

- Label Studio: characters since 2022, units before
- doccano: units, but characters in texts that were annotated before the import
- DataTurks: units; brat: characters
- Prodigy: characters, because its offsets are those of spaCy's tokens

So offsets are compared with the annotated text where the export has it, and otherwise with the
tokens.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from kernel.text import Doc
from kernel_plugin_corpus.converters.offsets import Mark


@frozen
class OffsetUnit:
    """What an offset counts."""

    name: str
    is_utf16: bool
    is_line_end_one: bool

    def differs(self, text: str) -> bool:
        """Return whether it has all that distinguishes it from characters in `text`."""
        return (
            (self.is_utf16 or self.is_line_end_one)
            and (not self.is_utf16 or max(text, default="") > "\uffff")
            and (not self.is_line_end_one or "\r\n" in text)
        )

    def characters(self, text: str) -> list[int]:
        """Return the index of the character at each offset; the last is the end of the text."""
        found = []
        for index, char in enumerate(text):
            if self.is_line_end_one and char == "\n" and text[index - 1 : index] == "\r":
                continue
            found += [index] * (2 if self.is_utf16 and char > "\uffff" else 1)
        return [*found, len(text)]


CHARACTERS: Final = OffsetUnit("characters", is_utf16=False, is_line_end_one=False)
# Other units, the most frequent first.
UNITS: Final = (
    OffsetUnit("UTF-16 units", is_utf16=True, is_line_end_one=False),
    OffsetUnit("UTF-16 units, a line end as one", is_utf16=True, is_line_end_one=True),
    OffsetUnit("characters, a line end as one", is_utf16=False, is_line_end_one=True),
)


def place_by_text(marks: Sequence[Mark], text: str) -> list[Mark]:
    """Return `marks` with offsets in characters, found by the text that each of them has.

    A mark whose text is not there in any unit gets a `fault` and is not placed.
    """
    tables = {unit: unit.characters(text) for unit in UNITS if unit.differs(text)}
    placed = []
    for mark in marks:
        options = [mark, *(_convert(mark, table) for table in tables.values())]
        exact = (each for each in options if text[each.start : each.end] == mark.text)
        loose = (each for each in options if _same(text[each.start : each.end], mark.text or ""))
        found = next(exact, None) or next(loose, None)
        if found is None and mark.text is not None:
            there = text[max(0, mark.start) : max(0, mark.end)]
            fault = f"the export says that its text is {mark.text!r}, but it is {there!r}"
            found = evolve(mark, fault=fault, is_placed=False)
        placed.append(found or mark)
    return placed


def place_by_tokens(
    name: Path | str, marks: Sequence[Sequence[Mark]], docs: Sequence[Doc]
) -> list[list[Mark]]:
    """Return the marks of each doc with offsets in characters.

    For all docs, the unit is chosen in which most of the marks are whole tokens; if several units
    are the same, the most frequent one.
    """
    all_pairs = list(zip(marks, docs, strict=True))
    pairs = [pair for pair in all_pairs if pair[0] and _has_units(pair[1].text)]
    units = [unit for unit in UNITS if any(unit.differs(doc.text) for _, doc in pairs)]
    if not units:
        return [list(each) for each in marks]
    best = min([*units[:1], CHARACTERS, *units[1:]], key=lambda unit: _n_misaligned(unit, pairs))
    if best != CHARACTERS:
        warnings.warn(f"{name}: its offsets count {best.name}", stacklevel=4)
    return [
        [_convert(mark, best.characters(doc.text)) for mark in each]
        if _has_units(doc.text)
        else list(each)
        for each, doc in all_pairs
    ]


def _has_units(text: str) -> bool:
    return any(unit.differs(text) for unit in UNITS)


def _n_misaligned(unit: OffsetUnit, pairs: Sequence[tuple[Sequence[Mark], Doc]]) -> int:
    count = 0
    for marks, doc in pairs:
        table = unit.characters(doc.text)
        moved = [_convert(mark, table) for mark in marks]
        count += sum(doc.char_span(mark.start, mark.end) is None for mark in moved)
    return count


def _convert(mark: Mark, characters: Sequence[int]) -> Mark:
    """Return `mark` with offsets in characters, or as it is if it lies outside of the text."""
    if not 0 <= mark.start <= mark.end < len(characters):
        return mark
    return evolve(mark, start=characters[mark.start], end=characters[mark.end])


def _same(one: str, other: str) -> bool:
    """Compare texts regardless of how white space is written."""
    return one.split() == other.replace("\\n", "\n").split()
