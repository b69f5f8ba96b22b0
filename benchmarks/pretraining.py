"""`python -m benchmarks.pretraining`: words per second and losses of pretraining on both sides.

Both sides run the config that spaCy's `init config --pretraining` writes: the default tok2vec
and the objective of characters. The speed is that of the whole command, including its start and the
tokenization of the text. spaCy's loss is a sum over all tokens, that of kernel over hidden words;
both are divided by their number. spaCy's falls faster, because most of its tokens are visible.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import frozen

from benchmarks import sides, table
from benchmarks.process import run
from benchmarks.sides import HOME, Side

FOLDER = HOME / "pretraining"


@frozen(kw_only=True)
class Result:
    """The words that a side learned from, its times, and its mean loss in each epoch."""

    words: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    losses: list[float]

    @property
    def speed(self) -> float:
        """Words per second."""
        return self.words / self.seconds

    @property
    def cpu_speed(self) -> float:
        """Words per second of processor time, which other programs hardly change."""
        return self.words / self.cpu_seconds


def main(argv: Sequence[str] | None = None) -> None:
    """Run both sides in turn, and print a table."""
    args = parse(argv)
    both = [sides.kernel_side(), sides.spacy_side()]
    FOLDER.mkdir(parents=True, exist_ok=True)
    text, config = FOLDER / "raw.jsonl", FOLDER / "config.cfg"
    with args.text.open(encoding="utf8") as lines:
        text.write_text("".join(islice(lines, args.texts)), encoding="utf8")
    config.unlink(missing_ok=True)
    run([*both[1].cli, "init", "config", config, "--pipeline", "ner", "--pretraining"])
    results: dict[str, list[Result]] = {side.name: [] for side in both}
    for _ in range(args.rounds):
        for side in both:
            results[side.name].append(measure(side, config, text, args.epochs))
            print(f"{side.name}: {results[side.name][-1].speed:,.0f} words/s", flush=True)
    found = markdown(results)
    print(found)
    if args.markdown:
        table.put_into(args.markdown, "pretraining", found)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line options."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pretraining", description="compare pretraining with spaCy"
    )
    parser.add_argument("text", type=Path, help="raw text: JSONL with a key `text`")
    parser.add_argument("--texts", type=int, default=8000, help="texts of the file to use")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1, help="the fastest one is shown")
    parser.add_argument(
        "--markdown", type=Path, help="write the table between the marks in this file"
    )
    return parser.parse_args(argv)


def measure(side: Side, config: Path, text: Path, epochs: int) -> Result:
    """Pretrain with the command line of `side`."""
    output = FOLDER / side.name
    shutil.rmtree(output, ignore_errors=True)
    done = run(
        [
            *(*side.cli, "pretrain", config, output, "--paths.raw_text", text),
            *("--pretraining.max_epochs", str(epochs)),
        ]
    )
    lines = output.joinpath("log.jsonl").read_text(encoding="utf8").splitlines()
    # spaCy adds a row for `model-last.bin`.
    rows = [row for row in map(json.loads, lines) if row["epoch_loss"]]
    words = [row["nr_word"] for row in rows]
    return Result(
        words=words[-1],
        seconds=done.seconds,
        cpu_seconds=done.cpu_seconds,
        peak_mb=done.peak_mb,
        losses=[
            mean_loss(row, n_words - before)
            for row, n_words, before in zip(rows, words, [0, *words], strict=False)
        ],
    )


def mean_loss(row: dict[str, Any], n_words: int) -> float:
    """Return the loss per prediction of the epoch that ends with this row of the log."""
    found: float = row.get("mean_loss", row["epoch_loss"] / n_words)
    return found


def markdown(results: dict[str, list[Result]]) -> str:
    """Return a table of the fastest runs."""
    best = {name: max(runs, key=lambda each: each.speed) for name, runs in results.items()}
    ours, theirs = best["kernel"], best["spacy"]
    rows = [
        ("words/s", f"{ours.speed:,.0f}", f"{theirs.speed:,.0f}"),
        ("", f"{ours.speed / theirs.speed:.1f}x", ""),
        ("words/s of processor time", f"{ours.cpu_speed:,.0f}", f"{theirs.cpu_speed:,.0f}"),
        ("", f"{ours.cpu_speed / theirs.cpu_speed:.1f}x", ""),
        ("peak memory", f"{ours.peak_mb:,.0f} MB", f"{theirs.peak_mb:,.0f} MB"),
    ]
    pairs = zip(ours.losses, theirs.losses, strict=True)
    rows += [
        (f"mean loss, epoch {epoch}", f"{one:.3f}", f"{other:.3f}")
        for epoch, (one, other) in enumerate(pairs)
    ]
    lines = ["| | kernel | spaCy 3.8.18 |", "| --- | ---: | ---: |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


if __name__ == "__main__":
    main()
