"""Whether memory stays flat while ever new words are read.

    python -m benchmarks.soak                      1 and 10 million words, minutes
    python -m benchmarks.soak --words 100000 400000

Every word is a new one, as in the worst stream of a service. What counts is the most memory
that was ever in use until each number of words; the last two of them may differ by 5 %.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import kernel
from kernel.text import Doc

MOST_GROWTH: Final = 0.05
_WORDS_OF_A_TEXT: Final = 20
_BATCH: Final = 1000
_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


def new_words(n_words: int, start: int) -> Iterator[str]:
    """Yield texts of words that were never there before, `n_words` in all."""
    for first in range(start, start + n_words, _WORDS_OF_A_TEXT):
        last = min(first + _WORDS_OF_A_TEXT, start + n_words)
        words = [f"Word{number:x}ing" for number in range(first, last)]
        # In letters alone, which no rule has to look into: ten million words take minutes.
        yield " ".join(words).translate(_LETTERS)


def resident_bytes() -> int:
    """Return the memory of this process that is in use."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def measure(counts: list[int], pipeline: str | None, n_kept: int) -> list[int]:
    """Return the most bytes that were in use until each of `counts` words.

    `n_kept` docs, drawn from the first texts, are held until the end and checked.
    """
    nlp = kernel.load(pipeline) if pipeline else kernel.blank("en")
    kept: list[tuple[Doc, str]] = []
    used: list[int] = []
    seen = peak = 0
    start = time.perf_counter()
    for count in counts:
        docs = nlp.pipe(new_words(count - seen, seen), batch_size=_BATCH)
        for number, doc in enumerate(docs):
            if len(kept) < n_kept:
                kept.append((doc, doc.text))
            if number % _BATCH == 0:
                peak = max(peak, resident_bytes())
        seen = count
        used.append(peak)
        speed = seen / (time.perf_counter() - start)
        print(
            f"{seen:>12,} words  {used[-1] / 2**20:7.1f} MB  {len(nlp.vocab):>8,} in the "
            f"vocabulary  {speed:10,.0f} words/s"
        )
    for doc, text in kept:
        words = [nlp.vocab.strings[token.lower] for token in doc]
        if doc.text != text or words != text.lower().split():
            raise SystemExit(f"a doc that was kept has changed: {doc.text!r}, before {text!r}")
    return used


def main() -> None:
    """Measure, and exit with 1 if memory has grown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--words", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--pipeline", help="a trained pipeline instead of a blank one")
    parser.add_argument("--kept", type=int, default=100, help="docs that are held meanwhile")
    given = parser.parse_args()
    used = measure(sorted(given.words), given.pipeline, given.kept)
    growth = used[-1] / used[-2] - 1 if len(used) > 1 else 0.0
    print(f"growth {growth:+.1%}, at most {MOST_GROWTH:.0%} is allowed")
    sys.exit(growth > MOST_GROWTH)


if __name__ == "__main__":
    main()
