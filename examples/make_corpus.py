"""Generate a small corpus of messages to a shop: people, places, companies and products.

python examples/make_corpus.py DIR writes DIR/train.iob and DIR/dev.iob: one token and its tag
per line, and an empty line between sentences. Sentences are patterns filled with the names in
`shop_names.json`. The names of the development set, and some of its patterns, do not occur in
training, so the scores do not reward memorizing.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

N_TRAIN, N_DEV = 800, 200
NAMES = Path(__file__).with_name("shop_names.json")
Sentence = list[tuple[str, str]]


def main() -> None:
    """Write the two files and print their size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, sentences in make_corpus(args.seed).items():
        path = args.folder / f"{name}.iob"
        path.write_text(to_iob(sentences), encoding="utf8")
        n_entities = sum(tag.startswith("B-") for sentence in sentences for _, tag in sentence)
        print(f"{path}: {len(sentences)} sentences, {n_entities} entities")


def make_corpus(seed: int = 0) -> dict[str, list[Sentence]]:
    """Return the sentences of "train" and "dev", each a list of words with their IOB tags."""
    rng = random.Random(seed)
    lists = json.loads(NAMES.read_text(encoding="utf8"))
    patterns = lists.pop("patterns")
    held_out = len(patterns) // 6
    train_names = {label: names[: -len(names) // 4] for label, names in lists.items()}
    dev_names = {label: names[-len(names) // 4 :] for label, names in lists.items()}
    return {
        "train": list(write(rng, patterns[:-held_out], train_names, N_TRAIN)),
        "dev": list(write(rng, patterns, dev_names, N_DEV)),
    }


def write(
    rng: random.Random, patterns: Sequence[str], names: dict[str, list[str]], n: int
) -> Iterator[Sentence]:
    """Yield `n` sentences, about one in seven in lower case."""
    for _ in range(n):
        sentence = list(fill(rng, rng.choice(patterns), names))
        if rng.random() < 0.15:
            sentence = [(word.lower(), tag) for word, tag in sentence]
        yield sentence


def fill(
    rng: random.Random, pattern: str, names: dict[str, list[str]]
) -> Iterator[tuple[str, str]]:
    """Yield words and tags of `pattern`, with {LABEL} replaced by a name and {N} by a number."""
    for word in pattern.split():
        label = word.strip("{}")
        if label == word:
            yield word, "O"
        elif label == "N":
            yield str(rng.randint(2, 9800)), "O"
        else:
            tags = (f"{mark}-{label}" for mark in "B" + "I" * 9)
            yield from zip(name_of(rng, label, names), tags, strict=False)


def name_of(rng: random.Random, label: str, names: dict[str, list[str]]) -> list[str]:
    """Return the words of a random name; a person has a first name, a last name, or both."""
    if label != "PERSON":
        return rng.choice(names[label]).split()
    first, last = rng.choice(names["FIRST"]), rng.choice(names["LAST"])
    return rng.choice([[first], [first, last], [first, last], [last]])


def to_iob(sentences: Sequence[Sentence]) -> str:
    """Return the sentences as tab-separated lines, with an empty line after each sentence."""
    return "".join(
        "".join(f"{word}\t{tag}\n" for word, tag in sentence) + "\n" for sentence in sentences
    )


if __name__ == "__main__":
    main()
