"""Compare the lemmas of treebanks with spaCy's, token by token, and the speed of lemmatizers.

    python -m benchmarks.lemmas [en fr]

The parts of speech and features are those of the treebank. Both sides need spacy-lookups-data.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final, TypeAlias

from benchmarks import corpora
from benchmarks.process import run
from benchmarks.sides import HOME, Side, kernel_side, spacy_side

TIMES: Final = Path(__file__).with_name("lemma_times.py")
FOLDER: Final = HOME / "lemmas"
TREEBANKS: Final = {"en": "ewt", "fr": "fr"}
ROUNDS: Final = 3
# Columns of CoNLL-U.
ID, FORM, UPOS, FEATS = 0, 1, 3, 5

Sentence: TypeAlias = list[list[str]]
"""Words, their parts of speech, and their features."""


def sentences(path: Path) -> Iterator[Sentence]:
    """Yield the sentences of a treebank."""
    for block in path.read_text(encoding="utf8").split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if not line.startswith("#")]
        rows = [row for row in rows if row[ID].isdigit()]
        if rows:
            features = ["" if row[FEATS] == "_" else row[FEATS] for row in rows]
            yield [[row[FORM] for row in rows], [row[UPOS] for row in rows], features]


def measure(side: Side, lang: str, mode: str, source: Path) -> tuple[list[str], list[float]]:
    """Return the lemmas of a side, and its words per second in the first and second pass."""
    target = FOLDER / f"{side.name}.json"
    done = run([side.python, TIMES, side.library, lang, mode, source, target])
    lemmas: list[list[str]] = json.loads(target.read_text(encoding="utf8"))
    return list(chain.from_iterable(lemmas)), json.loads(done.stdout.splitlines()[-1])


def compare(lang: str, mode: str, source: Path) -> None:
    """Print how many lemmas are equal, the differences, and the speeds of both passes."""
    sides = kernel_side(), spacy_side()
    speeds: list[list[list[float]]] = [[], []]
    lemmas: list[list[str]] = [[], []]
    for _ in range(ROUNDS):
        for i, side in enumerate(sides):
            lemmas[i], speed = measure(side, lang, mode, source)
            speeds[i].append(speed)
    pairs = list(zip(*lemmas, strict=True))
    differences = Counter(pair for pair in pairs if pair[0] != pair[1])
    print(f"{source.stem}, {mode}: {differences.total():,} of {len(pairs):,} lemmas differ")
    for (ours, theirs), count in differences.most_common(10):
        print(f"    {count:>5} times  spaCy: {theirs!r}  kernel: {ours!r}")
    for number, title in enumerate(("first pass", "second pass")):
        one, other = (statistics.median(each[number] for each in of_side) for of_side in speeds)
        print(f"    {title:12} {one:>12,.0f} {other:>12,.0f} words/s {one / other:6.1f}x")


def main() -> None:
    """Compare all modes on all sentences."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("langs", nargs="*", default=list(TREEBANKS), metavar="LANG")
    args = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for lang in args.langs:
        paths = sorted(corpora.require(TREEBANKS[lang]).glob("*.conllu"))
        found = [sentence for path in paths for sentence in sentences(path)]
        source = FOLDER / f"{lang}-gold.json"
        source.write_text(json.dumps(found), encoding="utf8")
        for mode in ("rule", "lookup"):
            compare(lang, mode, source)


if __name__ == "__main__":
    main()
