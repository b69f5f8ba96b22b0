"""Analysis of the attributes that components set and need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import ArgumentError

if TYPE_CHECKING:
    from kernel.pipeline.language import Language

KEYS: Final = ("assigns", "requires", "scores", "retokenizes")


def analyze_pipes(
    nlp: Language, *, keys: Sequence[str] = KEYS, pretty: bool = False
) -> dict[str, Any]:
    """Return the metadata of each enabled component, and the attributes that nothing sets.

    `summary` has the `keys` of each component, `problems` its required attributes that no earlier
    component assigns, `attrs` the components that assign and require each attribute. With `pretty`,
    summary and problems are printed.

    Raises ArgumentError for unknown keys.
    """
    for key in keys:
        if key not in KEYS:
            raise ArgumentError(f"no key {key!r} of components; there are: {', '.join(KEYS)}")
    summary: dict[str, dict[str, Any]] = {}
    problems: dict[str, list[str]] = {}
    used: dict[str, dict[str, list[str]]] = {}
    for name in nlp.pipe_names:
        meta = nlp.get_pipe_meta(name)
        summary[name] = {key: _plain(getattr(meta, key)) for key in keys}
        problems[name] = [attr for attr in meta.requires if not used.get(attr, {}).get("assigns")]
        for key in ("assigns", "requires"):
            for attr in getattr(meta, key):
                used.setdefault(attr, {"assigns": [], "requires": []})[key].append(name)
    found = {"summary": summary, "problems": problems, "attrs": used}
    if pretty:
        print(describe(found))  # noqa: T201 — requested by the caller
    return found


def describe(found: Mapping[str, Any]) -> str:
    """Return the result of `analyze_pipes` as a plain-text table, and a line for each problem."""
    summary: Mapping[str, Mapping[str, Any]] = found["summary"]
    keys = list(next(iter(summary.values()), {}))
    rows = [["#", "component", *keys]]
    for number, (name, values) in enumerate(summary.items()):
        rows.append([str(number), name, *(_cell(values[key]) for key in keys)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    problems = [
        f"{name}: no earlier component sets {', '.join(attrs)}"
        for name, attrs in found["problems"].items()
        if attrs
    ]
    return "\n".join([*lines, "", *(problems or ["No problems."])])


def _cell(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list | Mapping) else value
