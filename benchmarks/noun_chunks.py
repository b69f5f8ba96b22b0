"""Compare the time for noun phrases with spaCy's, on the trees of a French treebank.

    python -m benchmarks.noun_chunks [--sentences 1 10 100]

Docs have this number of sentences. The trees are those of the treebank, so both sides find
phrases in the same parses.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks import corpora, sides
from benchmarks.process import run

TIMES: Final = Path(__file__).with_name("noun_chunk_times.py")
FORM, UPOS, HEAD, DEPREL = 1, 3, 6, 7


def read_sentences(path: Path) -> Iterator[list[list[str]]]:
    """Yield the rows of each sentence of a treebank."""
    rows: list[list[str]] = []
    for line in path.read_text(encoding="utf8").splitlines():
        fields = line.split("\t")
        if fields[0].isdigit():
            rows.append(fields)
        elif not line and rows:
            yield rows
            rows = []


def parse_of(sentences: list[list[list[str]]]) -> dict[str, Any]:
    """Return the arguments of a doc with the trees of some sentences."""
    parse: dict[str, Any] = {"words": [], "pos": [], "deps": [], "heads": []}
    for rows in sentences:
        start = len(parse["words"])
        for index, row in enumerate(rows):
            head = int(row[HEAD])
            parse["words"].append(row[FORM])
            parse["pos"].append(row[UPOS])
            parse["deps"].append(row[DEPREL] if head else "ROOT")
            parse["heads"].append(start + (head - 1 if head else index))
    return parse


def main() -> None:
    """Measure both sides for docs of each size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, nargs="+", default=[1, 10, 100])
    source = corpora.require("fr") / "dev.conllu"
    path = sides.HOME / "noun_chunks.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    for n_sentences in parser.parse_args().sentences:
        sentences = read_sentences(source)
        parses = []
        while some := list(islice(sentences, n_sentences)):
            parses.append(parse_of(some))
        path.write_text(json.dumps(parses), encoding="utf8")
        taken = []
        for side in (sides.kernel_side(), sides.spacy_side()):
            done = run([side.python, TIMES, side.library, "fr", path])
            seconds, n_chunks = json.loads(done.stdout)
            taken.append(seconds)
            print(
                f"{n_sentences:4} sentences per doc  {side.title:14} "
                f"{1e6 * seconds / len(parses):8.1f} us per doc  {n_chunks:,} phrases"
            )
        print(f"kernel takes {taken[0] / taken[1]:.2f} of spaCy's time")


if __name__ == "__main__":
    main()
