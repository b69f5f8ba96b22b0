"""The table of medians of two sides and their ratios, for the terminal and the docs."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from benchmarks.sides import Side
from benchmarks.suite import MEASURES, Measure

Figures = Mapping[str, Mapping[str, Sequence[float]]]


@frozen(kw_only=True)
class Row:
    """A line of the table. `ratio` above 1 means that the first side is better."""

    title: str
    first: str
    second: str
    ratio: str


def rows(figures: Figures, sides: Sequence[Side]) -> Iterator[Row]:
    """Yield a row for each measure that has figures of both sides."""
    digits = 1 if sides[0].library != sides[1].library else 2
    for measure in MEASURES:
        taken = figures.get(measure.key, {})
        if not all(taken.get(side.name) for side in sides):
            continue
        ours, theirs = (statistics.median(taken[side.name]) for side in sides)
        ratio = ours / theirs if measure.unit.endswith("/s") else theirs / ours
        yield Row(
            title=measure.title,
            first=shown(ours, measure),
            second=shown(theirs, measure),
            ratio=f"{ratio:.{digits}f}x",
        )


def shown(figure: float, measure: Measure) -> str:
    """Return a figure with its unit."""
    number = f"{figure:.2f}" if measure.unit == "s" else f"{figure:,.0f}"
    return f"{number} {measure.unit}"


def print_table(figures: Figures, sides: Sequence[Side], title: str) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("", *(side.title for side in sides), "ratio")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows(figures, sides):
        table.add_row(row.title, row.first, row.second, row.ratio)
    print(title)
    Console().print(table)


def markdown(figures: Figures, sides: Sequence[Side]) -> str:
    """Return the table in Markdown."""
    titles = " | ".join(side.title for side in sides)
    lines = [f"| | {titles} | ratio |", "| --- | ---: | ---: | ---: |"]
    lines += [
        f"| {row.title} | {row.first} | {row.second} | {row.ratio} |"
        for row in rows(figures, sides)
    ]
    return "\n".join(lines) + "\n"


def put_into(path: Path, mark: str, text: str) -> None:
    """Replace the text between `<!-- mark -->` and `<!-- /mark -->` in the file."""
    old = path.read_text(encoding="utf8")
    between = rf"(?s)(?<=<!-- {mark} -->\n).*?(?=<!-- /{mark} -->)"
    new, n = re.subn(between, lambda _: text, old)
    if n != 1:
        raise ValueError(f"{path}: expected one <!-- {mark} --> … <!-- /{mark} -->, found {n}")
    path.write_text(new, encoding="utf8")
