"""Full training runs of both sides: scores, wall time and peak memory.

Each benchmark of this kind has its own module, which defines corpora and scores in a `Job`. A
finished run is saved in `.bench/<job>`, and repeated only with `--again`.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import asdict, frozen

from benchmarks import sides, table
from benchmarks.sides import Side
from benchmarks.training import default_config, train


@frozen(kw_only=True)
class Job:
    """The components, language, corpora and scores of a benchmark.

    `convert` writes `train.spacy` and `dev.spacy` for a side and returns their folder. `steps`
    and `eval_frequency` are the defaults of the command line.
    """

    name: str
    pipeline: str
    scores: tuple[str, ...]
    convert: Callable[[Side], Path]
    steps: int
    eval_frequency: int
    seeds: tuple[int, ...] = (0, 1, 2)
    lang: str = "en"


@frozen(kw_only=True)
class Run:
    """The results of a run: scores of the best pipeline on the development set, time, memory."""

    side: str
    seed: int
    scores: dict[str, float]
    seconds: float
    peak_mb: float


def main(job: Job, argv: Sequence[str] | None = None) -> list[Run]:
    """Do the missing runs of `job`, sides in turn; print all runs, their means and ratios."""
    args = parse(job, argv)
    both = [side for side in (sides.kernel_side(), sides.spacy_side()) if side.name in args.side]
    folders = {side.name: job.convert(side) for side in both}
    runs = [
        finished(job, side, folders[side.name], seed, args) for seed in args.seeds for side in both
    ]
    print(report(runs))
    if args.markdown:
        mark = f"{job.name}-patience" if args.until_patience else job.name
        table.put_into(args.markdown, mark, markdown(runs))
    return runs


def parse(job: Job, argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=f"full training runs: {job.name}")
    parser.add_argument(
        "--side", nargs="+", choices=["kernel", "spacy"], default=["kernel", "spacy"]
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=list(job.seeds))
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, default=job.steps)
    length.add_argument(
        "--until-patience",
        action="store_true",
        help="train until the score stops rising, with the patience of the default config",
    )
    parser.add_argument("--again", action="store_true", help="repeat finished runs")
    parser.add_argument(
        "--markdown", type=Path, help="write the table between the marks in this file"
    )
    return parser.parse_args(argv)


def finished(job: Job, side: Side, folder: Path, seed: int, args: argparse.Namespace) -> Run:
    """Return the run of `side` with `seed`, from disk if it was saved."""
    length = "patience" if args.until_patience else str(args.steps)
    path = sides.HOME / job.name / f"{side.name}-{length}-{seed}.json"
    if args.again or not path.exists():
        print(f"training {side.name}, seed {seed} …", flush=True)
        run = train_once(job, side, folder, seed, None if args.until_patience else args.steps)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(run)), encoding="utf8")
    run = Run(**json.loads(path.read_text(encoding="utf8")))
    print(line(run), flush=True)
    return run


def train_once(job: Job, side: Side, folder: Path, seed: int, steps: int | None) -> Run:
    """Train with the side's own command line and read the saved scores.

    With `steps` None, patience ends the run.
    """
    config = default_config(side, folder / f"{job.name}.cfg", job.pipeline, job.lang)
    output = folder / f"{job.name}-{seed}"
    settings: dict[str, float] = {"seed": seed}
    if steps is not None:
        settings |= {"max_steps": steps, "eval_frequency": min(job.eval_frequency, steps)}
    done = train(side, config, folder, output, **settings)
    meta = json.loads((output / "model-best" / "meta.json").read_text(encoding="utf8"))
    return Run(
        side=side.name,
        seed=seed,
        scores={name: meta["performance"][name] for name in job.scores},
        seconds=done.seconds,
        peak_mb=done.peak_mb,
    )


def line(run: Run) -> str:
    """Return the results of a run as one line of text."""
    return f"{run.side:7} seed {run.seed}  {_figures(run.scores, run.seconds, run.peak_mb)}"


def report(runs: Sequence[Run]) -> str:
    """Return the means of each side, and kernel's time and memory relative to spaCy's."""
    means = {name: mean(runs, name) for name in dict.fromkeys(run.side for run in runs)}
    lines = [
        f"{name:7} mean    {_figures(each.scores, each.seconds, each.peak_mb)}"
        for name, each in means.items()
    ]
    if {"kernel", "spacy"} <= means.keys():
        ours, theirs = means["kernel"], means["spacy"]
        lines.append(
            f"kernel takes {ours.seconds / theirs.seconds:.2f} of spaCy's time "
            f"and {ours.peak_mb / theirs.peak_mb:.2f} of its memory"
        )
    return "\n".join(lines)


def mean(runs: Sequence[Run], side: str) -> Run:
    """Return the means of the runs of `side`, as a run with the seed -1."""
    own = [run for run in runs if run.side == side]
    return Run(
        side=side,
        seed=-1,
        scores={name: statistics.mean(run.scores[name] for run in own) for name in own[0].scores},
        seconds=statistics.mean(run.seconds for run in own),
        peak_mb=statistics.mean(run.peak_mb for run in own),
    )


def markdown(runs: Sequence[Run]) -> str:
    """Return the means of both sides in Markdown, with the score of each run in brackets."""
    by_side = {name: [run for run in runs if run.side == name] for name in ("kernel", "spacy")}
    rows = [
        [name, *(_spread([run.scores[name] for run in own]) for own in by_side.values())]
        for name in runs[0].scores
    ]
    means = [mean(runs, name) if own else None for name, own in by_side.items()]
    rows.append(["wall time", *(f"{each.seconds:,.0f} s" if each else "" for each in means)])
    rows.append(["peak memory", *(f"{each.peak_mb:,.0f} MB" if each else "" for each in means)])
    lines = ["| | kernel | spaCy 3.8.18 |", "| --- | ---: | ---: |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _spread(scores: Sequence[float]) -> str:
    if len(scores) < 2:
        return "".join(f"{score:.4f}" for score in scores)
    return f"{statistics.mean(scores):.4f} ({', '.join(f'{score:.3f}' for score in scores)})"


def _figures(scores: dict[str, float], seconds: float, peak_mb: float) -> str:
    shown = "  ".join(f"{name} {score:.4f}" for name, score in scores.items())
    return f"{shown}  {seconds:6.1f} s  {peak_mb:6.0f} MB"
