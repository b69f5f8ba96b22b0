"""Compare the tokenizer's time for runs of all kinds with its time for prose.

    python -m benchmarks.tokenizer                  a megabyte of each kind, takes minutes
    python -m benchmarks.tokenizer --characters 100000

Each text is the first one of a new pipeline. A kind may take at most five times as long per
character as prose; otherwise, the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from typing import Final

import kernel
from benchmarks import corpora

MAX_RATIO: Final = 5.0
_RUNS: Final = (
    *"=[('\"!.,;:-—/_\\$%+#@^~°",
    *("…", "“”", "’", "«»", "--", "...a", ":)", ":((", "x:)", ":) ", "<3", "^_^", "('", ");", "}{"),
    *("://", "www.", "http://a.org/b?c=d&e", "joe@mail.org", "a@", "a:", "<a>", "&amp;"),
    *("1", "1,", "1.", "10km", "10km. ", "$5", "°C.", "a.b.", "U.S.", "AB.", "'s", "x's", "don't "),
    *("a", "A", "a-", "a,", "a=", "a/", "ß.", "a1", "e\u0301", "\u0301", "中", "。", "ก", "ا", "क्"),
    *("😀", "👩🏽\u200d🔬", "🇩🇪", "\u200b", "\ufffd", "\ue000", "\ud7ff", "\x07"),
    *(" ", "\t", "\n", "\u00a0", "\x1c", "a ", "a\n", "a\t", "a  ", ".\n", ", "),
)
_MIXTURES: Final = {
    "punctuation": "!\"#$%&'()*+,-./:;<=>?@[]^_{|}~",
    "ASCII": "".join(map(chr, range(33, 127))),
    "ASCII and spaces": "".join(map(chr, range(32, 127))) + 10 * " ",
    "whitespace and letters": "ab \t\n\u00a0",
    "Unicode": "".join(map(chr, (*range(0x21, 0xD800), *range(0xE000, 0x20000)))),
}


def prose(n_characters: int) -> str:
    """Return noisy English texts, joined by spaces."""
    path = corpora.require("raw") / "noisy_en.jsonl"
    texts = (json.loads(line)["text"] for line in path.read_text(encoding="utf8").splitlines())
    return " ".join(texts)[:n_characters]


def kinds(n_characters: int) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each kind."""
    for run in _RUNS:
        yield ascii(run), (run * n_characters)[:n_characters]
    choices = random.Random(0)
    for name, characters in _MIXTURES.items():
        yield f"random {name}", "".join(choices.choices(characters, k=n_characters))


def seconds(text: str) -> tuple[float, int]:
    """Return the CPU time to tokenize a text with a new pipeline, and the number of tokens."""
    nlp = kernel.blank("en")
    nlp.make_doc("The 1st text, which isn't measured, prepares http://rules.org and tables.")
    start = time.thread_time()
    doc = nlp.make_doc(text)
    return time.thread_time() - start, len(doc)


def main() -> None:
    """Measure, and exit with status 1 if a kind takes too long."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--characters", type=int, default=1_000_000)
    n_characters = parser.parse_args().characters
    text = prose(n_characters)
    of_prose = min(seconds(text)[0] for _ in range(3)) / len(text)
    print(f"prose: {1e6 * of_prose:.2f} s per million characters")
    worst = 0.0
    for name, text in kinds(n_characters):
        taken, n_tokens = min(seconds(text) for _ in range(2))
        ratio = taken / len(text) / of_prose
        worst = max(worst, ratio)
        print(f"{name:32} {n_tokens:>9,} tokens {1e6 * taken / len(text):6.2f} s {ratio:6.2f}x")
    print(f"worst {worst:.2f}x, at most {MAX_RATIO:.0f}x is allowed")
    sys.exit(worst > MAX_RATIO)


if __name__ == "__main__":
    main()
