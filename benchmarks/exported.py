"""Compare pipelines that kernel exports with what spaCy makes of them, on whole development sets.

    python -m benchmarks.exported [joint] [senter] [french] [tweets] [banking77] [cooking]
    python -m benchmarks.exported PIPELINE …    packages or folders of spaCy

Pipelines are trained by kernel, exported, and run by both libraries. Those of spaCy are imported by
kernel and exported again, and spaCy runs both. The number of tokens with different annotations is
printed for each layer, for `text` and `cats` the number of texts.
"""

from __future__ import annotations

import argparse
import functools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from benchmarks import corpora
from benchmarks.process import run
from benchmarks.sides import HOME, Side, kernel_side, spacy_side
from benchmarks.trained import LAYERS, texts_of
from benchmarks.training import default_config, train
from kernel.registry import registry

_FOLDER: Final = HOME / "exported"
_SAME_SCORE: Final = 1e-4


@frozen(kw_only=True)
class Job:
    """A pipeline to train: its components, a function that converts the corpus, and its texts."""

    pipeline: str
    convert: Callable[[Side], Path]
    texts: Callable[[], list[str]]


def treebank(name: str) -> list[str]:
    """Return the texts of a treebank, relative to the folder of real corpora."""
    return [*texts_of(corpora.shared() / name)]


def tweets() -> list[str]:
    """Return the tweets of the development set."""
    documents = corpora.read_iob([corpora.require("btc") / "dev.iob"])
    return [json.loads(document.to_json())["text"] for document in documents]


def rows(name: str) -> list[str]:
    """Return the texts of a development set with categories."""
    lines = (corpora.require(name) / "dev.jsonl").read_text(encoding="utf8").splitlines()
    return [json.loads(line)["text"] for line in lines]


JOBS: Final = {
    "joint": Job(
        pipeline="tagger,morphologizer,trainable_lemmatizer,parser,ner",
        convert=corpora.convert_joint,
        texts=functools.partial(treebank, "ewt/en_ewt-ud-dev.conllu"),
    ),
    "senter": Job(
        pipeline="tagger,senter",
        convert=corpora.convert_joint,
        texts=functools.partial(treebank, "ewt/en_ewt-ud-dev.conllu"),
    ),
    "french": Job(
        pipeline="tagger,morphologizer,parser,trainable_lemmatizer",
        convert=corpora.convert_french,
        texts=functools.partial(treebank, "fr/dev.conllu"),
    ),
    "tweets": Job(pipeline="ner", convert=corpora.convert, texts=tweets),
    "banking77": Job(
        pipeline="textcat",
        convert=functools.partial(corpora.convert_categories, name="banking77"),
        texts=functools.partial(rows, "banking77"),
    ),
    "cooking": Job(
        pipeline="textcat_multilabel",
        convert=functools.partial(corpora.convert_categories, name="cooking"),
        texts=functools.partial(rows, "cooking"),
    ),
}
_DEV_SETS: Final = {"en": "ewt/en_ewt-ud-dev.conllu", "fr": "fr/dev.conllu"}


def annotate(side: Side, pipeline: str | Path, texts: Sequence[str], name: str) -> list[Any]:
    """Return the annotations of all texts by a pipeline in one of the libraries."""
    source, target = _FOLDER / f"{name}.texts.json", _FOLDER / f"{name}.json"
    source.write_text(json.dumps(texts), encoding="utf8")
    worker = Path(__file__).with_name("exported_worker.py")
    run([side.python, worker, side.library, pipeline, source, target])
    docs: list[Any] = json.loads(target.read_text(encoding="utf8"))
    return docs


def differences(docs: Sequence[Any], others: Sequence[Any]) -> Counter[str]:
    """Return the number of tokens (of texts for `text` and `cats`) that differ, by layer."""
    found = Counter[str]()
    for doc, other in zip(docs, others, strict=True):
        found["text"] += len(doc["tokens"]) != len(other["tokens"])
        for token, expected in zip(doc["tokens"], other["tokens"], strict=False):
            pairs = zip(LAYERS, token, expected, strict=True)
            found.update(layer for layer, value, wanted in pairs if value != wanted)
        labels = doc["cats"].keys() | other["cats"].keys()
        scores = ((doc["cats"].get(each, 9), other["cats"].get(each, 9)) for each in labels)
        found["cats"] += any(abs(one - two) > _SAME_SCORE for one, two in scores)
    return found


def export_trained(name: str, steps: int) -> Path:
    """Train the pipeline of a job and export it; return the folder of the trained pipeline."""
    job, side = JOBS[name], kernel_side()
    folder = job.convert(side)
    lang = "fr" if name == "french" else "en"
    config = default_config(side, _FOLDER / f"{name}.cfg", job.pipeline, lang)
    output = _FOLDER / name
    train(side, config, folder, output, max_steps=steps, eval_frequency=steps)
    return output / "model-best"


def export(pipeline: str | Path, target: Path) -> None:
    """Export a pipeline with the command line, and print how long it took."""
    done = run([*kernel_side().cli, "export", pipeline, target, "--to", "spacy", "--force"])
    print(f"exported in {done.seconds:.1f} s, with {done.peak_mb:.0f} MB", flush=True)


def compare(source: str, steps: int) -> None:
    """Train or import a pipeline, export it, and print how its annotations differ in spaCy."""
    name = Path(source).name
    exported = _FOLDER / f"{name}.exported"
    if source in JOBS:
        texts, own = JOBS[name].texts(), export_trained(name, steps)
        export(own, exported)
        expected = annotate(kernel_side(), own, texts, f"{name}.kernel")
    else:
        texts, own = treebank(_DEV_SETS[name.partition("_")[0]]), _FOLDER / f"{name}.imported"
        run([*kernel_side().cli, "import", source, own, "--force"])
        export(own, exported)
        expected = annotate(spacy_side(), source, texts, f"{name}.original")
    docs = annotate(spacy_side(), exported, texts, f"{name}.spacy")
    found = differences(docs, expected)
    n_tokens = sum(len(doc["tokens"]) for doc in docs)
    shown = ", ".join(f"{layer} {found[layer]}" for layer in ("text", *LAYERS, "cats"))
    print(f"{name}: {len(docs):,} texts, {n_tokens:,} tokens; different: {shown}", flush=True)


def main() -> None:
    """Compare the jobs and packages in the arguments, or all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    everything = [*JOBS, *registry.models.names()]
    parser.add_argument("names", nargs="*", default=everything, metavar="NAME")
    parser.add_argument("--steps", type=int, default=300)
    args = parser.parse_args()
    _FOLDER.mkdir(parents=True, exist_ok=True)
    corpora.prepare()
    for name in args.names:
        compare(name, args.steps)


if __name__ == "__main__":
    main()
