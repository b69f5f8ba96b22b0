"""Check that memory stays bounded while a pipeline reads new words all the time.

    python -m benchmarks.soak                      1 and 10 million words, takes minutes
    python -m benchmarks.soak --words 100000 400000

Every word is new, which is the worst case for a service. The peak memory is recorded at each
number of words; the last two records may differ by at most 5 %.
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

MAX_GROWTH: Final = 0.05
_WORDS_PER_TEXT: Final = 20
_BATCH_SIZE: Final = 1000
_DIGITS_TO_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


def new_words(n_words: int, start: int) -> Iterator[str]:
    """Yield texts of `n_words` new words in total."""
    for first in range(start, start + n_words, _WORDS_PER_TEXT):
        last = min(first + _WORDS_PER_TEXT, start + n_words)
        words = [f"Word{number:x}ing" for number in range(first, last)]
        # Only letters, because tokenization is faster without digits inside of words.
        yield " ".join(words).translate(_DIGITS_TO_LETTERS)


def resident_bytes() -> int:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def measure(counts: list[int], pipeline: str | None, n_kept: int) -> list[int]:
    """Return the peak memory in bytes after each number of words in `counts`.

    The docs of the first `n_kept` texts are kept until the end, and must not change.
    """
    nlp = kernel.load(pipeline) if pipeline else kernel.blank("en")
    kept: list[tuple[Doc, str]] = []
    used: list[int] = []
    seen = peak = 0
    start = time.perf_counter()
    for count in counts:
        docs = nlp.pipe(new_words(count - seen, seen), batch_size=_BATCH_SIZE)
        for number, doc in enumerate(docs):
            if len(kept) < n_kept:
                kept.append((doc, doc.text))
            if number % _BATCH_SIZE == 0:
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
            raise SystemExit(f"a kept doc has changed from {text!r} to {doc.text!r}")
    return used


def main() -> None:
    """Measure, and exit with status 1 if memory has grown too much."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--words", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--pipeline", help="a trained pipeline instead of a blank one")
    parser.add_argument("--kept", type=int, default=100, help="number of docs to keep")
    given = parser.parse_args()
    used = measure(sorted(given.words), given.pipeline, given.kept)
    growth = used[-1] / used[-2] - 1 if len(used) > 1 else 0.0
    print(f"growth {growth:+.1%}, at most {MAX_GROWTH:.0%} is allowed")
    sys.exit(growth > MAX_GROWTH)


if __name__ == "__main__":
    main()
