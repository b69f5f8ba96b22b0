"""Problems of a config: where a value was set, and what is wrong with it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

Path: TypeAlias = tuple[str, ...]
Layer: TypeAlias = Literal["file", "default", "override", "env", "variable", "code"]

_LAYERS = {
    "default": "default",
    "override": "command line",
    "env": "KERNEL_CONFIG_OVERRIDES",
    "code": "config",
}


@frozen(kw_only=True)
class Origin:
    """Where a value was set.

    `path` is a file's name; `line` and `column` (from 1) are those of the key. For a value
    that a `${reference}` brought, they are those of the reference, and `source` is the
    origin of what it refers to.
    """

    layer: Layer = "code"
    path: str | None = None
    line: int | None = None
    column: int | None = None
    reference: str | None = None
    source: Origin | None = None

    def __str__(self) -> str:
        if self.path is None and self.line is None:
            return _LAYERS.get(self.layer, "config")
        parts = (self.path or "<text>", self.line, self.column)
        return ":".join(str(part) for part in parts if part is not None)

    def chain(self) -> list[Origin]:
        """Return this origin, then what it refers to, and so on to the value itself."""
        return [self, *(self.source.chain() if self.source is not None else [])]


UNKNOWN = Origin()
DEFAULT = Origin(layer="default")


@frozen(kw_only=True)
class Problem:
    """One mistake in a config: the key, where it is, and what should be there.

    `expected` and `received` are in words; `suggestion` is the nearest right spelling.
    `is_left_out` says that the key is missing, and that filling the config adds it; `is_unread`
    that nothing reads the section, so that a run would be the same without it.
    """

    path: Path
    origin: Origin = UNKNOWN
    message: str
    expected: str | None = None
    received: str | None = None
    suggestion: str | None = None
    hint: str | None = None
    is_left_out: bool = False
    is_unread: bool = False

    def __str__(self) -> str:
        text = f"{self.origin}: {show_path(self.path)}: {self.message}"
        if self.expected is not None:
            text += f"; expected {self.expected}"
        if self.received is not None:
            text += f", got {self.received}"
        for origin in self.origin.chain()[1:]:
            text += f" (from {origin})"
        if self.suggestion is not None:
            text += f"\n    did you mean `{self.suggestion}`?"
        if self.hint is not None:
            text += f"\n    hint: {self.hint}"
        return text


def show_path(path: Path) -> str:
    """Return `path` as a reader of the file knows it: `[section] key`."""
    if not path:
        return "(outside of any section)"
    if len(path) < 2:
        return f"[{'.'.join(path)}]"
    return f"[{'.'.join(path[:-1])}] {path[-1]}"
