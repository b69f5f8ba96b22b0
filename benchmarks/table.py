"""The table of both sides' medians and their ratios, for the terminal and for the docs."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from benchmarks.suite import MEASURES, Measure

Figures = Mapping[str, Mapping[str, Sequence[float]]]


@frozen(kw_only=True)
class Row:
    """A line of the table. `ratio` is how many times better kernel is."""

    title: str
    kernel: str
    spacy: str
    ratio: str


def rows(figures: Figures) -> Iterator[Row]:
    """Yield a row for each measure that was taken on both sides."""
    for measure in MEASURES:
        taken = figures.get(measure.key, {})
        if not taken.get("kernel") or not taken.get("spacy"):
            continue
        ours, theirs = statistics.median(taken["kernel"]), statistics.median(taken["spacy"])
        ratio = ours / theirs if measure.unit.endswith("/s") else theirs / ours
        yield Row(
            title=measure.title,
            kernel=shown(ours, measure),
            spacy=shown(theirs, measure),
            ratio=f"{ratio:.1f}x",
        )


def shown(figure: float, measure: Measure) -> str:
    """Return a figure with its unit."""
    number = f"{figure:.2f}" if measure.unit == "s" else f"{figure:,.0f}"
    return f"{number} {measure.unit}"


def print_table(figures: Figures, title: str) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("", "kernel", "spaCy 3.8.18", "ratio")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows(figures):
        table.add_row(row.title, row.kernel, row.spacy, row.ratio)
    print(title)
    Console().print(table)


def markdown(figures: Figures) -> str:
    """Return the table in Markdown."""
    lines = ["| | kernel | spaCy 3.8.18 | ratio |", "| --- | ---: | ---: | ---: |"]
    lines += [
        f"| {row.title} | {row.kernel} | {row.spacy} | {row.ratio} |" for row in rows(figures)
    ]
    return "\n".join(lines) + "\n"


def put_into(path: Path, mark: str, text: str) -> None:
    """Replace what stands between `<!-- mark -->` and `<!-- /mark -->` in the file."""
    old = path.read_text(encoding="utf8")
    between = rf"(?s)(?<=<!-- {mark} -->\n).*?(?=<!-- /{mark} -->)"
    new, n = re.subn(between, lambda _: text, old)
    if n != 1:
        raise ValueError(f"{path}: expected one <!-- {mark} --> … <!-- /{mark} -->, found {n}")
    path.write_text(new, encoding="utf8")
