"""Every measurement, taken in turns: one side, the other, and again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from attrs import frozen

from benchmarks.process import run
from benchmarks.sides import Side
from benchmarks.training import measure_training

TASKS = Path(__file__).with_name("tasks.py")
Result = dict[str, Any]


@frozen(kw_only=True)
class Measure:
    """A row of the table: its title, what it takes of a result, and how to get one.

    `unit` is "…/s" where more is better, and a plain unit where less is.
    """

    key: str
    title: str
    unit: str


MEASURES = (
    Measure(key="train", title="training, the first steps", unit="words/s"),
    Measure(key="train_late", title="training, batches of 1,000 words", unit="words/s"),
    Measure(key="predict_docs", title="prediction, batches of docs", unit="words/s"),
    Measure(key="predict_texts", title="prediction, batches of texts", unit="words/s"),
    Measure(key="predict_new_texts", title="prediction, just after loading", unit="words/s"),
    Measure(key="predict_single", title="prediction, one doc at a time", unit="words/s"),
    Measure(key="tokenize", title="tokenization", unit="words/s"),
    Measure(key="tokenize_new", title="tokenization, all words new", unit="words/s"),
    Measure(key="docbin_write", title="DocBin, writing", unit="words/s"),
    Measure(key="docbin_read", title="DocBin, reading", unit="words/s"),
    Measure(key="to_array", title="to_array, 8 attributes", unit="words/s"),
    Measure(key="set_ents", title="doc.ents, setting", unit="docs/s"),
    Measure(key="get_ents", title="doc.ents, reading", unit="docs/s"),
    Measure(key="train_memory", title="peak memory of training", unit="MB"),
    Measure(key="predict_memory", title="peak memory of prediction", unit="MB"),
    Measure(key="help", title="command line, --help", unit="s"),
    Measure(key="import", title="import", unit="s"),
)


def measure(
    sides: Sequence[Side],
    folders: dict[str, Path],
    *,
    rounds: int,
    steps: int,
    only: Sequence[str],
    say: Callable[[str], None],
) -> dict[str, dict[str, list[float]]]:
    """Return the figures of each measure, for each side one a round."""
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number, name, turn in product(range(rounds), only, range(len(sides))):
        side = sides[(number + turn) % len(sides)]
        say(f"round {number + 1} of {rounds}: {name}, {side.name}")
        for key, figure in take(side, folders[side.name], name, steps):
            figures[key][side.name].append(figure)
    return figures


def take(side: Side, folder: Path, name: str, steps: int) -> Iterator[tuple[str, float]]:
    """Yield what one measurement gives, by the key of the measure it belongs to."""
    if name == "help":
        yield name, run([*side.cli, "--help"]).seconds
    elif name == "import":
        yield name, run([side.python, "-c", f"import {side.name}"]).seconds
    else:
        if name == "train":
            result = measure_training(side, folder, steps)
        elif name == "train_late":
            result = measure_training(side, folder, max(steps // 5, 5), batch_size=1000)
        else:
            result = task(side, folder, name)
        yield name, result["amount"] / result["seconds"]
        if name == "train":
            yield "train_memory", result["peak_mb"]
        elif name == "predict_docs":
            yield "predict_memory", result["peak_mb"]


def task(side: Side, folder: Path, name: str) -> Result:
    """Return the result of a task of `tasks.py`, with the peak memory of its process."""
    done = run([side.python, TASKS, side.name, name, folder])
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return {**result, "peak_mb": done.peak_mb}
