"""Whole training runs on the Broad Twitter Corpus: accuracy, wall time, peak memory.

python -m benchmarks.btc_ner [--side kernel] [--seeds 0 1 2] [--again]

Each side trains with its own default config, 2,000 steps, evaluation every 500, started by its
own command line. A finished run is kept in `.bench/btc` and not repeated unless asked for.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from pathlib import Path

from attrs import asdict, frozen

from benchmarks import corpora, sides
from benchmarks.training import default_config, train

RESULTS = sides.HOME / "btc"


@frozen(kw_only=True)
class Run:
    """A finished run: best F-score on the development set, seconds, megabytes."""

    side: str
    seed: int
    ents_f: float
    seconds: float
    peak_mb: float


def main(argv: Sequence[str] | None = None) -> None:
    """Do the runs that are missing, in turns, and print them with their means and ratios."""
    args = parse(argv)
    if not (corpora.shared() / "btc").is_dir():
        raise SystemExit(f"no btc/ in {corpora.shared()}; KERNEL_BENCH_DATA names another folder")
    corpora.prepare()
    both = [side for side in (sides.kernel_side(), sides.spacy_side()) if side.name in args.side]
    folders = {side.name: corpora.convert(side) for side in both}
    runs = [finished(side, folders[side.name], seed, args) for seed in args.seeds for side in both]
    print(report(runs))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.btc_ner")
    parser.add_argument(
        "--side", nargs="+", choices=["kernel", "spacy"], default=["kernel", "spacy"]
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--again", action="store_true", help="repeat runs that are finished")
    return parser.parse_args(argv)


def finished(side: sides.Side, folder: Path, seed: int, args: argparse.Namespace) -> Run:
    """Return the run of `side` with `seed`, from disk if it is there."""
    path = RESULTS / f"{side.name}-{args.steps}-{seed}.json"
    if args.again or not path.exists():
        print(f"training {side.name}, seed {seed} …", flush=True)
        run = train_once(side, folder, seed, args.steps)
        RESULTS.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(run)), encoding="utf8")
    run = Run(**json.loads(path.read_text(encoding="utf8")))
    print(line(run), flush=True)
    return run


def train_once(side: sides.Side, folder: Path, seed: int, steps: int) -> Run:
    """Train by the side's own command line and read the score that it saved."""
    config = default_config(side, folder / "btc.cfg")
    output = folder / f"btc-{seed}"
    done = train(side, config, folder, output, seed=seed, max_steps=steps, eval_frequency=500)
    meta = json.loads((output / "model-best" / "meta.json").read_text(encoding="utf8"))
    return Run(
        side=side.name,
        seed=seed,
        ents_f=meta["performance"]["ents_f"],
        seconds=done.seconds,
        peak_mb=done.peak_mb,
    )


def line(run: Run) -> str:
    """Return a run as a line of text."""
    return (
        f"{run.side:7} seed {run.seed}  ents_f {run.ents_f:.4f}  "
        f"{run.seconds:6.1f} s  {run.peak_mb:6.0f} MB"
    )


def report(runs: Sequence[Run]) -> str:
    """Return the means of each side, and kernel's time and memory as parts of spaCy's."""
    means = {}
    lines = []
    for name in dict.fromkeys(run.side for run in runs):
        own = [run for run in runs if run.side == name]
        means[name] = [
            statistics.mean(getattr(run, key) for run in own)
            for key in ("ents_f", "seconds", "peak_mb")
        ]
        score, seconds, peak = means[name]
        lines.append(f"{name:7} mean    ents_f {score:.4f}  {seconds:6.1f} s  {peak:6.0f} MB")
    if {"kernel", "spacy"} <= means.keys():
        _, seconds, peak = means["kernel"]
        _, their_seconds, their_peak = means["spacy"]
        lines.append(
            f"kernel takes {seconds / their_seconds:.2f} of spaCy's time "
            f"and {peak / their_peak:.2f} of its memory"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
