"""What pretraining and word vectors bring: entities from few annotated texts.

    python -m benchmarks.pretraining_gain [--corpora btc] [--ways none attributes] [--seeds 0 1 2]

Every run trains the default config of `kernel init config -p ner`. The ways differ in the weights
and vectors that training starts with. The score of a run is the best `ents_f` of its evaluations,
every 200 steps; `last` is that of the last evaluation. Pretraining reads the raw texts `--epochs`
times. Vectors are in the format of `kernel init vectors`. Finished runs are kept in
`.bench/pretraining_gain` and repeated only with `--again`.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from benchmarks import corpora, table
from benchmarks.process import run
from benchmarks.sides import HOME, Side, kernel_side

FOLDER = HOME / "pretraining_gain"
N_TWEETS = 500
EVAL_FREQUENCY = 200
STATIC = "components.tok2vec.model.embed.include_static_vectors"


@frozen(kw_only=True)
class Corpus:
    """An annotated corpus: its folder, sentences per doc, docs to sample, and training steps."""

    name: str
    n_sents: int
    n_docs: int | None
    steps: int


CORPORA = {
    "btc": Corpus(name="btc", n_sents=1, n_docs=N_TWEETS, steps=1000),
    "wnut17": Corpus(name="wnut17", n_sents=10, n_docs=None, steps=2000),
}


@frozen(kw_only=True)
class Way:
    """What training starts with: static vectors, and weights pretrained by an objective."""

    has_vectors: bool = False
    objective: str | None = None

    @property
    def reads_vectors(self) -> bool:
        """Whether the objective predicts vectors, so that only pretraining needs them."""
        return self.objective == "predicted"


OBJECTIVES: dict[str, dict[str, object]] = {
    "characters": {
        "@architectures": "kernel.PretrainCharacters.v1",
        "maxout_pieces": 3,
        "hidden_size": 300,
        "n_characters": 4,
    },
    "attributes": {"@architectures": "kernel.PretrainAttributes.v1"},
    "predicted": {
        "@architectures": "kernel.PretrainVectors.v1",
        "maxout_pieces": 3,
        "hidden_size": 300,
        "loss": "cosine",
    },
}

WAYS = {
    "none": Way(),
    **{name: Way(objective=name) for name in OBJECTIVES},
    "vectors": Way(has_vectors=True),
    **{f"vectors+{name}": Way(has_vectors=True, objective=name) for name in OBJECTIVES},
}


@frozen(kw_only=True)
class Result:
    """The best and the last `ents_f` of a run."""

    best: float
    last: float


def main(argv: Sequence[str] | None = None) -> None:
    """Do the missing runs and print a table of means."""
    args = parse(argv)
    side = kernel_side()
    results = {
        (name, way): [finished(side, CORPORA[name], way, seed, args) for seed in args.seeds]
        for name in args.corpora
        for way in args.ways
    }
    text = markdown(results)
    print(text)
    if args.markdown:
        table.put_into(args.markdown, "pretraining-gain", text)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line options."""
    parser = argparse.ArgumentParser(description="what pretraining and word vectors bring")
    parser.add_argument("--corpora", nargs="+", choices=list(CORPORA), default=list(CORPORA))
    parser.add_argument(
        "--ways", nargs="+", choices=list(WAYS), default=["none", "characters", "attributes"]
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=8, help="passes over the raw texts")
    parser.add_argument("--vectors", type=Path, help="file of word vectors")
    parser.add_argument("--vectors-attr", default="ORTH", help="attribute of the vectors' words")
    parser.add_argument("--vectors-mode", default="default", choices=["default", "floret"])
    parser.add_argument("--again", action="store_true", help="repeat finished runs")
    parser.add_argument(
        "--markdown", type=Path, help="write the table between the marks in this file"
    )
    args = parser.parse_args(argv)
    if args.vectors is None and any(needs_vectors(WAYS[name]) for name in args.ways):
        parser.error("give a file by --vectors")
    return args


def needs_vectors(way: Way) -> bool:
    """Return whether training or pretraining uses word vectors."""
    return way.has_vectors or way.reads_vectors


def finished(side: Side, corpus: Corpus, name: str, seed: int, args: argparse.Namespace) -> Result:
    """Return the result of a run, from disk if it was saved."""
    path = FOLDER / f"{corpus.name}-{title(name, args)}-{seed}.json"
    if args.again or not path.exists():
        print(f"training {path.stem} …", flush=True)
        result = train(side, corpus, name, seed, args)
        path.write_text(json.dumps({"best": result.best, "last": result.last}), encoding="utf8")
    result = Result(**json.loads(path.read_text(encoding="utf8")))
    print(f"{path.stem}  best {result.best:.4f}  last {result.last:.4f}", flush=True)
    return result


def title(name: str, args: argparse.Namespace) -> str:
    """Return a name for a way and the settings that it depends on."""
    parts = [name]
    if needs_vectors(WAYS[name]):
        parts.append(args.vectors.stem)
    if WAYS[name].objective:
        parts.append(f"{args.epochs}-epochs")
    return "-".join(parts)


def train(side: Side, corpus: Corpus, name: str, seed: int, args: argparse.Namespace) -> Result:
    """Train with the command line, and read the scores from the saved pipelines."""
    data = prepare(side, corpus)
    config = make_config(side)
    settings = vector_settings(side, args) if WAYS[name].has_vectors else []
    if WAYS[name].objective:
        settings += ["--initialize.init_tok2vec", pretrain(side, config, name, args)]
    output = FOLDER / "model"
    run(
        [
            *(*side.cli, "train", config, *settings, "--output", output, "--overwrite"),
            *("--paths.train", data / "train.spacy", "--paths.dev", data / "dev.spacy"),
            *("--system.seed", str(seed), "--training.max_steps", str(corpus.steps)),
            *("--training.eval_frequency", str(EVAL_FREQUENCY)),
        ]
    )
    return Result(best=read_score(output / "model-best"), last=read_score(output / "model-last"))


def read_score(pipeline: Path) -> float:
    """Return the `ents_f` that is saved with a pipeline."""
    meta = json.loads((pipeline / "meta.json").read_text(encoding="utf8"))
    return float(meta["performance"]["ents_f"])


def prepare(side: Side, corpus: Corpus) -> Path:
    """Convert a corpus, and sample its training data; return the folder."""
    folder = FOLDER / corpus.name
    if not (folder / "train.spacy").exists():
        folder.mkdir(parents=True, exist_ok=True)
        source = corpora.require(corpus.name)
        blocks = source.joinpath("train.iob").read_text(encoding="utf8").strip().split("\n\n")
        if corpus.n_docs is not None:
            random.Random(0).shuffle(blocks)
        sample = folder / "train.iob"
        sample.write_text("\n\n".join(blocks[: corpus.n_docs]) + "\n", encoding="utf8")
        for path in (source / "dev.iob", sample):
            run([*side.cli, "convert", path, folder, "-c", "ner", "-n", str(corpus.n_sents)])
    return folder


def make_config(side: Side) -> Path:
    """Write the default config with a section for pretraining."""
    path = FOLDER / "config.cfg"
    path.unlink(missing_ok=True)
    run([*side.cli, "init", "config", path, "--pipeline", "ner", "--pretraining"])
    return path


def vector_settings(side: Side, args: argparse.Namespace) -> list[str | Path]:
    """Return the settings by which training uses vectors as features."""
    return ["--paths.vectors", convert_vectors(side, args), f"--{STATIC}", "true"]


def convert_vectors(side: Side, args: argparse.Namespace) -> Path:
    """Convert the file of vectors once, and return the folder."""
    folder = FOLDER / f"vectors-{args.vectors.stem}"
    if not folder.exists():
        run(
            [
                *(*side.cli, "init", "vectors", "en", args.vectors, folder),
                *("--attr", args.vectors_attr, "--mode", args.vectors_mode),
            ]
        )
    return folder


def pretrain(side: Side, config: Path, name: str, args: argparse.Namespace) -> Path:
    """Pretrain with the raw texts, and return the file of weights."""
    way, output = WAYS[name], FOLDER / f"weights-{title(name, args)}"
    if not (output / "model-last.bin").exists():
        raw = corpora.require("raw") / "noisy_en.jsonl"
        settings: list[str | Path] = []
        if way.has_vectors:
            settings = vector_settings(side, args)
        elif way.reads_vectors:
            settings = ["--paths.vectors", convert_vectors(side, args)]
        print(f"pretraining {output.name} …", flush=True)
        run(
            [
                *(*side.cli, "pretrain", config, output, *settings),
                *("--paths.raw_text", raw, "--pretraining.max_epochs", str(args.epochs)),
                *("--pretraining.objective", json.dumps(OBJECTIVES[way.objective or ""])),
            ]
        )
    return output / "model-last.bin"


def markdown(results: dict[tuple[str, str], list[Result]]) -> str:
    """Return the means, and how much smaller the error 1 - F is than without anything."""
    lines = [
        "| corpus | start | best ents_f | error | last ents_f | error |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for (corpus, way), runs in results.items():
        base = results.get((corpus, "none"), runs)
        cells = [corpus, way]
        for field in ("best", "last"):
            own, before = (
                statistics.mean(getattr(each, field) for each in some) for some in (runs, base)
            )
            cells += [f"{own:.3f}", f"{(1 - own) / (1 - before) - 1:+.1%}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
