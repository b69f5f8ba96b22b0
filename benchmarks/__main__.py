"""`python -m benchmarks`: measure both sides and print one table."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks import corpora, sides, suite, table


def main(argv: Sequence[str] | None = None) -> None:
    """Prepare data and environments, measure, and print and save the results."""
    args = parse(argv)
    other = sides.earlier_side(args.against) if args.against else sides.spacy_side()
    both = [sides.kernel_side(), other]
    title = corpora.prepare()
    names = suite.with_training(args.only, both)
    for side, name in itertools.product(both, sorted(suite.corpora_of(names))):
        corpora.CONVERT[name](side)
    figures = suite.measure(
        both,
        rounds=args.rounds,
        steps=args.steps,
        only=names,
        say=lambda text: print(text, flush=True),
    )
    (sides.HOME / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf8")
    table.print_table(figures, both, title)
    if args.markdown:
        table.put_into(args.markdown, "bench", table.markdown(figures, both))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line options."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="compare kernel with spaCy"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="runs of each measurement; medians are shown"
    )
    parser.add_argument("--steps", type=int, default=500, help="training steps per run")
    parser.add_argument(
        "--only", nargs="+", choices=suite.NAMES, default=suite.NAMES, metavar="NAME"
    )
    parser.add_argument(
        "--against",
        type=Path,
        metavar="PYTHON",
        help="compare with the version of kernel in this interpreter instead of with spaCy",
    )
    parser.add_argument(
        "--markdown", type=Path, help="write the table between the marks in this file"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
