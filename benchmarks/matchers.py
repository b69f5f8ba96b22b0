"""`python -m benchmarks.matchers`: words per second of the matchers of both sides.

The text and the patterns are those of the English Web Treebank. spaCy has no way to match a
batch of docs, so its calls one by one are shown in the rows of batches. Both sides must
find the same number of matches.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import corpora, sides, table
from benchmarks.process import run
from benchmarks.sides import ROOT, Side


def main(
    argv: Sequence[str] | None = None,
    *,
    name: str = "matchers",
    script: str = "matcher_tasks.py",
    counted: str = "matches",
) -> None:
    """Run a script on both sides in turn, and print a table of its rows; `counted` is a column."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}", description=f"compare {name} with spaCy"
    )
    parser.add_argument("--rounds", type=int, default=1, help="processes of each side")
    parser.add_argument(
        "--markdown", type=Path, help="write the table between the marks in this file"
    )
    args = parser.parse_args(argv)
    both = [sides.kernel_side(), sides.spacy_side()]
    found: dict[str, list[Any]] = {side.name: [] for side in both}
    for _ in range(args.rounds):
        for side in both:
            found[side.name].append(measure(side, script))
    text = markdown(found["kernel"], found["spacy"], counted)
    print(text)
    if args.markdown:
        table.put_into(args.markdown, name, text)


def measure(side: Side, script: str) -> list[Any]:
    """Return title, words per second and number of matches of each row."""
    treebank = corpora.require("ewt") / "en_ewt-ud-train.conllu"
    path = ROOT / "benchmarks" / script
    rows: list[Any] = json.loads(run([side.python, path, side.library, treebank]).stdout)
    return rows


def markdown(ours: list[Any], theirs: list[Any], counted: str) -> str:
    """Return a table of the medians of some processes of each side."""
    lines = [
        f"| | {counted} | kernel | spaCy 3.8.18 | ratio |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for number, (title, _, n_matches) in enumerate(ours[0]):
        n_of_spacy = theirs[0][number][2]
        if n_matches != n_of_spacy:
            raise SystemExit(f"{title}: {n_matches} {counted}, spaCy has {n_of_spacy}")
        speed, other = (
            statistics.median(rows[number][1] for rows in side) for side in (ours, theirs)
        )
        figures = f"{speed:,.0f} words/s | {other:,.0f} words/s | {speed / other:.1f}x"
        lines.append(f"| {title} | {n_matches:,} | {figures} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
