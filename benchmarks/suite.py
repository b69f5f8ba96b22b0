"""All measurements of the table; both sides are measured in turn."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from attrs import frozen

from benchmarks.corpora import DATA
from benchmarks.process import run
from benchmarks.sides import HOME, Side
from benchmarks.training import measure_training

TASKS = Path(__file__).with_name("tasks.py")
Result = dict[str, Any]


@frozen(kw_only=True)
class Measure:
    """A row of the table.

    `unit` is "…/s" if higher figures are better, another unit if lower ones are.
    """

    key: str
    title: str
    unit: str


@frozen(kw_only=True)
class Training:
    """A timed training run of the components `pipeline` on `corpus`.

    `batch_size` is None for batches that grow as in the default config.
    """

    pipeline: str
    corpus: str
    batch_size: int | None = None


MEASURES = (
    Measure(key="train", title="training ner, the first steps", unit="words/s"),
    Measure(key="train_late", title="training ner, batches of 1,000 words", unit="words/s"),
    Measure(key="train_parse", title="training tagger+parser, the first steps", unit="words/s"),
    Measure(
        key="train_parse_late",
        title="training tagger+parser, batches of 1,000 words",
        unit="words/s",
    ),
    Measure(key="train_joint", title="training tagger+parser+ner, the first steps", unit="words/s"),
    Measure(key="train_textcat", title="training textcat, the first steps", unit="words/s"),
    Measure(key="predict_docs", title="ner, batches of docs", unit="words/s"),
    Measure(key="predict_texts", title="ner, batches of texts", unit="words/s"),
    Measure(key="predict_new_texts", title="ner, just after loading", unit="words/s"),
    Measure(key="predict_single", title="ner, one text at a time", unit="words/s"),
    Measure(key="predict_tagger", title="tagger, batches of docs", unit="words/s"),
    Measure(key="predict_parser", title="parser, batches of docs", unit="words/s"),
    Measure(key="predict_joint", title="tagger+parser+ner, batches of docs", unit="words/s"),
    Measure(key="single_tagger", title="tagger, one doc of 15 words at a time", unit="words/s"),
    Measure(key="single_parser", title="parser, one doc of 15 words at a time", unit="words/s"),
    Measure(
        key="single_joint", title="tagger+parser+ner, one doc of 15 words at a time", unit="words/s"
    ),
    Measure(key="long_doc", title="tagger+parser+ner, one doc of 100,000 words", unit="words/s"),
    Measure(key="long_growth", title="its time relative to 10,000 words", unit="times"),
    Measure(key="predict_textcat", title="textcat, batches of docs", unit="words/s"),
    Measure(key="tokenize", title="tokenization", unit="words/s"),
    Measure(key="tokenize_new", title="tokenization, all words new", unit="words/s"),
    Measure(key="docbin_write", title="DocBin, writing", unit="words/s"),
    Measure(key="docbin_read", title="DocBin, reading", unit="words/s"),
    Measure(key="to_array", title="to_array, 8 attributes", unit="words/s"),
    Measure(key="set_ents", title="doc.ents, setting", unit="docs/s"),
    Measure(key="get_ents", title="doc.ents, reading", unit="docs/s"),
    Measure(key="train_memory", title="peak memory of training ner", unit="MB"),
    Measure(key="train_parse_memory", title="peak memory of training tagger+parser", unit="MB"),
    Measure(key="predict_memory", title="peak memory of ner", unit="MB"),
    Measure(key="predict_joint_memory", title="peak memory of tagger+parser+ner", unit="MB"),
    Measure(key="help", title="command line, --help", unit="s"),
    Measure(key="import", title="import", unit="s"),
)

TRAININGS = {
    "train": Training(pipeline="ner", corpus="ner"),
    "train_late": Training(pipeline="ner", corpus="ner", batch_size=1000),
    "train_parse": Training(pipeline="tagger,parser", corpus="joint"),
    "train_parse_late": Training(pipeline="tagger,parser", corpus="joint", batch_size=1000),
    "train_joint": Training(pipeline="tagger,parser,ner", corpus="joint"),
    "train_textcat": Training(pipeline="textcat", corpus="intents"),
}

# The second measure of a measurement: the key of the measure, and the key of the result.
SECOND_MEASURES = {
    "train": ("train_memory", "peak_mb"),
    "train_parse": ("train_parse_memory", "peak_mb"),
    "predict_docs": ("predict_memory", "peak_mb"),
    "predict_joint": ("predict_joint_memory", "peak_mb"),
    "long_doc": ("long_growth", "growth"),
}
_SECOND_KEYS = {key for key, _ in SECOND_MEASURES.values()}
NAMES = [each.key for each in MEASURES if each.key not in _SECOND_KEYS]

# The training run that trains the pipeline of a task.
MODELS = {
    **dict.fromkeys(
        ["predict_docs", "predict_texts", "predict_new_texts", "predict_single"], "train"
    ),
    **dict.fromkeys(
        [
            "predict_tagger",
            "predict_parser",
            "predict_joint",
            "single_tagger",
            "single_parser",
            "single_joint",
            "long_doc",
        ],
        "train_joint",
    ),
    "predict_textcat": "train_textcat",
}


def corpora_of(names: Sequence[str]) -> set[str]:
    """Return the corpora that the measurements `names` train on."""
    return {TRAININGS[name].corpus for name in names if name in TRAININGS}


def with_training(names: Sequence[str], sides: Sequence[Side]) -> list[str]:
    """Return `names`, preceded by the missing training runs whose pipelines they need."""
    needed = dict.fromkeys(MODELS[name] for name in names if name in MODELS)
    missing = [run for run in needed if not all(model_of(side, run).exists() for side in sides)]
    return [*(run for run in missing if run not in names), *names]


def model_of(side: Side, name: str) -> Path:
    """Return the folder of the pipeline that the training run `name` saves."""
    return HOME / side.name / TRAININGS[name].corpus / name / "model-last"


def measure(
    sides: Sequence[Side],
    *,
    rounds: int,
    steps: int,
    only: Sequence[str],
    say: Callable[[str], None],
) -> dict[str, dict[str, list[float]]]:
    """Return the figures of each measure by side, one per round."""
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number, name, turn in product(range(rounds), only, range(len(sides))):
        side = sides[(number + turn) % len(sides)]
        say(f"round {number + 1} of {rounds}: {name}, {side.name}")
        for key, figure in take(side, name, steps):
            figures[key][side.name].append(figure)
    return figures


def take(side: Side, name: str, steps: int) -> Iterator[tuple[str, float]]:
    """Yield the key and the figure of each measure of one measurement."""
    if name == "help":
        yield name, run([*side.cli, "--help"]).seconds
        return
    if name == "import":
        # Without -P, a package in the working directory would hide the installed one.
        yield name, run([side.python, "-P", "-c", f"import {side.library}"]).seconds
        return
    result = train(side, name, steps) if name in TRAININGS else task(side, name)
    yield name, result["amount"] / result["seconds"]
    if name in SECOND_MEASURES:
        key, field = SECOND_MEASURES[name]
        yield key, result[field]


def train(side: Side, name: str, steps: int) -> Result:
    """Return the result of a training run; with full batches, a fifth of the steps is run."""
    training = TRAININGS[name]
    steps = steps if training.batch_size is None else max(steps // 5, 5)
    return measure_training(
        side,
        HOME / side.name / training.corpus,
        training.pipeline,
        steps,
        output=name,
        batch_size=training.batch_size,
    )


def task(side: Side, name: str) -> Result:
    """Return the result of a task of `tasks.py`, with the peak memory of its process."""
    model = model_of(side, MODELS[name]) if name in MODELS else Path()
    done = run([side.python, TASKS, side.library, name, model, DATA])
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return {**result, "peak_mb": done.peak_mb}
