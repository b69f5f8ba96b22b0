"""Entities that start or end inside tokens: counted, listed, and treated as the user asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from attrs import define, field, frozen

from kernel.errors import DataError
from kernel.text import Doc

Policy = Literal["error", "skip", "snap"]
MAX_SHOWN = 20


@frozen(kw_only=True)
class MisalignedEntity:
    """An annotation that does not fit the tokens.

    `document` counts from 1 within `path`; `start` and `end` are character offsets into
    its text; `suggestion` is the annotation that would fit, in words, and `outcome` what was done,
    empty if the policy is "error".
    """

    path: Path | str
    line: int | None
    document: int
    start: int
    end: int
    label: str
    text: str
    reason: str
    suggestion: str
    outcome: str = ""

    def __str__(self) -> str:
        location = f"{self.path}:{self.line}" if self.line is not None else str(self.path)
        return (
            f"{location}: document {self.document}, characters {self.start} to {self.end}: "
            f"{self.label} {self.text!r}: {self.reason}; {self.outcome or self.suggestion}"
        )


@define
class Misalignments:
    """The policy of a conversion, and the misaligned entities found so far."""

    policy: Policy = field()
    found: list[MisalignedEntity] = field(factory=list)

    @policy.validator
    def _check(self, attribute: Any, value: str) -> None:
        if value not in get_args(Policy):
            raise DataError(f"`on_misaligned` is {value!r}; expected error, skip or snap")

    def add(self, entity: MisalignedEntity) -> None:
        """Record an entity."""
        self.found.append(entity)

    def finish(self) -> None:
        """Raise `DataError` with all recorded entities if the policy is "error"."""
        if self.policy != "error" or not self.found:
            return
        raise DataError(
            describe(self.found),
            hint="fix the annotation, or convert with `--on-misaligned snap` (widen to whole "
            "tokens) or `--on-misaligned skip` (leave these tokens without annotation)",
        )


def why_misaligned(doc: Doc, start: int, end: int) -> str:
    """Return why the characters are not whole tokens, in words; empty if they are."""
    text = doc.text
    if start < 0 or end > len(text):
        return f"it lies outside of the text, which has {len(text)} characters"
    if not text[start:end].strip():
        return "it is empty" if start >= end else "it is whitespace"
    if text[start].isspace() or text[end - 1].isspace():
        return "it starts or ends with whitespace"
    if doc.char_span(start, end) is not None:
        return ""
    return _where_inside(doc, start, end)


def _where_inside(doc: Doc, start: int, end: int) -> str:
    wide = doc.char_span(start, end, alignment_mode="expand")
    if wide is None:
        return "it touches no token"
    inside = []
    if wide.start_char != start:
        inside.append(f"starts inside of the token {wide[0].text!r}")
    if wide.end_char != end:
        inside.append(f"ends inside of the token {wide[-1].text!r}")
    return "it " + " and ".join(inside)


def describe(found: list[MisalignedEntity]) -> str:
    """Return the number of entities, and one line each for the first of them."""
    count = "1 entity does" if len(found) == 1 else f"{len(found)} entities do"
    lines = [
        f"{count} not align with the tokens:",
        *(f"  {entity}" for entity in found[:MAX_SHOWN]),
    ]
    if len(found) > MAX_SHOWN:
        lines.append(f"  … and {len(found) - MAX_SHOWN} more")
    return "\n".join(lines)
