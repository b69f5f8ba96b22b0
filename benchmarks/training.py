"""Training runs with the command line and the default config of each side."""

from __future__ import annotations

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.process import Finished, run
from benchmarks.sides import Side

STEP_TIMES = Path(__file__).with_name("step_times.py")


def default_config(side: Side, path: Path, pipeline: str, lang: str = "en") -> Path:
    """Write the default config of `side` for the components `pipeline` to `path`."""
    path.unlink(missing_ok=True)
    run([*side.cli, "init", "config", path, "--lang", lang, "--pipeline", pipeline])
    return path


def measured_config(config: Path, log: Path) -> Path:
    """Write a copy of `config` with a logger that writes the times of steps to `log`."""
    block = f'[training.logger]\n@loggers = "bench.StepTimes.v1"\npath = "{log}"\n\n'
    text, n = re.subn(r"(?ms)^\[training\.logger\]\n.*?(?=^\[|\Z)", block, config.read_text("utf8"))
    if n != 1:
        raise ValueError(f"{config}: expected one [training.logger], found {n}")
    target = config.with_stem(config.stem + "_measured")
    target.write_text(text, encoding="utf8")
    return target


def train(side: Side, config: Path, folder: Path, output: Path, **settings: float) -> Finished:
    """Train on `train.spacy` and `dev.spacy` in `folder`; `settings` are keys of [training]."""
    shutil.rmtree(output, ignore_errors=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [*side.cli, "train", config, "--output", output]
    command += ["--paths.train", folder / "train.spacy", "--paths.dev", folder / "dev.spacy"]
    for key, value in settings.items():
        command += [f"--training.{key}", str(value)]
    if config.stem.endswith("_measured"):
        command += ["--code", STEP_TIMES, "--corpora.dev.limit", "50"]
    return run(command, BENCH_SIDE=side.library)


def measure_training(
    side: Side,
    folder: Path,
    pipeline: str,
    steps: int,
    *,
    output: str,
    batch_size: int | None = None,
) -> dict[str, Any]:
    """Train `pipeline` for `steps` steps; return words and seconds after the first fifth.

    Start-up, evaluation and saving are not measured. The pipeline is saved in `output`, a
    subfolder of `folder`. By default, batches grow from 100 to 1,000 words on both sides. With
    `batch_size`, they start at that size; 1,000 is the size in most steps of a long run.
    """
    log = folder / "steps.jsonl"
    config = measured_config(default_config(side, folder / "config.cfg", pipeline), log)
    settings: dict[str, float] = {"max_steps": steps, "eval_frequency": max(steps // 5, 2)}
    if batch_size is not None:
        settings["batcher.size.start"] = batch_size
    done = train(side, config, folder, folder / output, **settings)
    rows = [json.loads(line) for line in log.read_text(encoding="utf8").splitlines()]
    pairs = list(pairwise(rows[1:]))
    return {
        "unit": "words",
        "amount": sum(later["words"] - first["words"] for first, later in pairs),
        "seconds": sum(later["before"] - first["after"] for first, later in pairs),
        "peak_mb": done.peak_mb,
    }
