"""`python -m benchmarks`: measure both sides and print one table."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks import corpora, sides, suite, table

NAMES = [m.key for m in suite.MEASURES if not m.key.endswith("_memory")]
MARKS = r"(?s)(?<=<!-- bench -->\n).*?(?=<!-- /bench -->)"


def main(argv: Sequence[str] | None = None) -> None:
    """Prepare data and environments, measure, print, and write where asked."""
    args = parse(argv)
    both = [sides.kernel_side(), sides.spacy_side()]
    title = corpora.prepare()
    folders = {side.name: corpora.convert(side) for side in both}
    if "train" not in args.only:
        needs_model = [name for name in args.only if name.startswith("predict")]
        missing = [s.name for s in both if not (folders[s.name] / "model" / "model-last").exists()]
        if needs_model and missing:
            args.only.insert(0, "train")
    figures = suite.measure(
        both,
        folders,
        rounds=args.rounds,
        steps=args.steps,
        only=args.only,
        say=lambda text: print(text, flush=True),
    )
    (sides.HOME / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf8")
    table.print_table(figures, title)
    if args.markdown:
        write_markdown(args.markdown, table.markdown(figures))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="kernel beside spaCy")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each; medians are shown")
    parser.add_argument("--steps", type=int, default=500, help="training steps a run")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES), metavar="NAME")
    parser.add_argument("--markdown", type=Path, help="put the table between this file's marks")
    return parser.parse_args(argv)


def write_markdown(path: Path, text: str) -> None:
    """Replace what stands between `<!-- bench -->` and `<!-- /bench -->` in the file."""
    old = path.read_text(encoding="utf8")
    new, n = re.subn(MARKS, lambda _: text, old)
    if n != 1:
        raise ValueError(f"{path}: expected one <!-- bench --> … <!-- /bench -->, found {n}")
    path.write_text(new, encoding="utf8")


if __name__ == "__main__":
    main()
