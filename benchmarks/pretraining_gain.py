"""What pretraining and word vectors bring: entities from few annotated texts.

    python -m benchmarks.pretraining_gain [--corpora btc] [--ways none attributes] [--seeds 0 1 2]

Every run trains the default config of `kernel init config -p ner`. The ways differ in the weights
and vectors that training starts with. The score of a run is the best `ents_f` of its evaluations,
every 200 steps; `last` is that of the last evaluation. Pretraining reads the raw texts `--epochs`
times. Vectors are in the format of `kernel init vectors`. Finished runs are kept in
`.bench/pretraining` and repeated only with `--again`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import frozen

from benchmarks import corpora, table
from benchmarks.process import run
from benchmarks.sides import HOME, Side, kernel_side

FOLDER = HOME / "pretraining"
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

OBJECTIVES = {
    "characters": {
        "@architectures": "kernel.PretrainCharacters.v1",
        "maxout_pieces": 3,
        "hidden_size": 300,
        "n_characters": 4,
    },
    "attributes": {"@architectures": "kernel.PretrainAttributes.v1"},
}

WAYS = ("none", *OBJECTIVES, "vectors", *(f"vectors+{name}" for name in OBJECTIVES))


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
        table.put_into(args.markdown, "pretraining", text)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line options."""
    parser = argparse.ArgumentParser(description="what pretraining and word vectors bring")
    parser.add_argument("--corpora", nargs="+", choices=list(CORPORA), default=list(CORPORA))
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=["none", *OBJECTIVES])
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
    if any("vectors" in way for way in args.ways) and args.vectors is None:
        parser.error("give a file by --vectors")
    return args


def finished(side: Side, corpus: Corpus, way: str, seed: int, args: argparse.Namespace) -> Result:
    """Return the result of a run, from disk if it was saved."""
    path = FOLDER / f"{corpus.name}-{title(way, args)}-{seed}.json"
    if args.again or not path.exists():
        print(f"training {path.stem} …", flush=True)
        result = train(side, corpus, way, seed, args)
        path.write_text(json.dumps({"best": result.best, "last": result.last}), encoding="utf8")
    result = Result(**json.loads(path.read_text(encoding="utf8")))
    print(f"{path.stem}  best {result.best:.4f}  last {result.last:.4f}", flush=True)
    return result


def title(way: str, args: argparse.Namespace) -> str:
    """Return a name for a way and the settings that it depends on."""
    parts = [way]
    if "vectors" in way:
        parts.append(args.vectors.stem)
    if objective_of(way):
        parts.append(f"{args.epochs}-epochs")
    return "-".join(parts)


def objective_of(way: str) -> str | None:
    """Return the objective that a way uses."""
    name = way.removeprefix("vectors").removeprefix("+")
    return name if name in OBJECTIVES else None


def train(side: Side, corpus: Corpus, way: str, seed: int, args: argparse.Namespace) -> Result:
    """Train with the command line, and read the scores from its output."""
    data = prepare(side, corpus)
    config = make_config(side)
    settings = start(side, config, way, args)
    if objective_of(way):
        settings += ["--initialize.init_tok2vec", pretrain(side, config, way, args)]
    done = run(
        [
            *(*side.cli, "train", config, *settings),
            *("--paths.train", data / "train.spacy", "--paths.dev", data / "dev.spacy"),
            *("--system.seed", str(seed), "--training.max_steps", str(corpus.steps)),
            *("--training.eval_frequency", str(EVAL_FREQUENCY)),
        ]
    )
    scores = list(read_scores(done.stdout))
    return Result(best=max(scores), last=scores[-1])


def read_scores(output: str) -> Iterable[float]:
    """Yield the final column of the table that `kernel train` prints."""
    for line in output.splitlines():
        row = re.fullmatch(r"\s*\d+\s+\d+\s+[\d.\s]*?(\d+\.\d+)\s*", line)
        if row:
            yield float(row[1])


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


def start(side: Side, config: Path, way: str, args: argparse.Namespace) -> list[str | Path]:
    """Return the settings for vectors, after converting them."""
    if "vectors" not in way:
        return []
    folder = FOLDER / f"vectors-{args.vectors.stem}"
    if not folder.exists():
        run(
            [
                *(*side.cli, "init", "vectors", "en", args.vectors, folder),
                *("--attr", args.vectors_attr, "--mode", args.vectors_mode),
            ]
        )
    return ["--paths.vectors", folder, f"--{STATIC}", "true"]


def pretrain(side: Side, config: Path, way: str, args: argparse.Namespace) -> Path:
    """Pretrain with the raw texts, and return the file of weights."""
    output = FOLDER / f"weights-{title(way, args)}"
    if not (output / "model-last.bin").exists():
        objective = OBJECTIVES[objective_of(way) or ""]
        raw = corpora.require("raw") / "noisy_en.jsonl"
        print(f"pretraining {output.name} …", flush=True)
        run(
            [
                *(*side.cli, "pretrain", config, output, *start(side, config, way, args)),
                *("--paths.raw_text", raw, "--pretraining.max_epochs", str(args.epochs)),
                *("--pretraining.objective", json.dumps(objective)),
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
