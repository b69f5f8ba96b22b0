"""Generate a small corpus of base phrases in the format of the CoNLL-2000 shared task.

python make_phrases.py DIR writes DIR/train.txt and DIR/dev.txt: a word, its part of speech and its
chunk tag per line. Many nouns of the development set, and some verbs, do not occur in training.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

N_TRAIN, N_DEV = 600, 150
# Each line is a tag and its words; if a tag has several lines, the last one is only used in the
# development set.
LEXICON = """
DT the a this every some that
JJ old small red quiet broken distant heavy early wooden narrow strange bright
RB slowly never often nearly suddenly quietly
MD will could must should
IN in on under near behind across with without
PRP she he they we it
NN harbour engine letter bridge garden river market captain window teacher winter road
NN station island kitchen painter ladder valley mirror sailor lantern orchard tunnel doctor
VB carry open follow repair watch cross find paint leave
VB hear reach clean
"""
Line = tuple[str, str, str]


def main() -> None:
    """Write the two files and print their size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(args.seed)
    known: dict[str, list[str]] = {}
    every: dict[str, list[str]] = {}
    for tag, *words in map(str.split, LEXICON.strip().splitlines()):
        known.setdefault(tag, words)
        every.setdefault(tag, []).extend(words)
    for name, size, lexicon in (("train", N_TRAIN, known), ("dev", N_DEV, every)):
        sentences = [list(write_sentence(rng, lexicon)) for _ in range(size)]
        blocks = ["\n".join(map(" ".join, sentence)) for sentence in sentences]
        (args.folder / f"{name}.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf8")
        n_phrases = sum(tag.startswith("B-") for sentence in sentences for _, _, tag in sentence)
        print(f"{args.folder / name}.txt: {size} sentences, {n_phrases} phrases")


def write_sentence(rng: random.Random, words: dict[str, list[str]]) -> Iterator[Line]:
    """Yield the lines of a sentence: subject, verb, object, and prepositions with nouns."""

    def phrase(label: str, *tags: str) -> Iterator[Line]:
        for number, tag in enumerate(tags):
            yield rng.choice(words[tag]), tag, f"{'I' if number else 'B'}-{label}"

    def noun() -> Iterator[Line]:
        if rng.random() < 0.2:
            return phrase("NP", "PRP")
        adjectives = ["JJ"] * rng.choice([0, 0, 1, 1, 2])
        return phrase("NP", "DT", *adjectives, *["NN"] * rng.choice([1, 1, 1, 2]))

    yield from noun()
    if rng.random() < 0.3:
        yield from phrase("ADVP", "RB")
    yield from phrase("VP", *rng.choice([("VB",), ("MD", "VB"), ("MD", "RB", "VB")]))
    yield from noun()
    for _ in range(rng.choice([0, 1, 1, 2])):
        yield from phrase("PP", "IN")
        yield from noun()
    yield ".", ".", "O"


if __name__ == "__main__":
    main()
