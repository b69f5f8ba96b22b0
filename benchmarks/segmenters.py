"""Compare the speed of the tokenizers around segmenters with spaCy's, with the same segmenters.

    python -m benchmarks.segmenters

Run it with the interpreter of `.venv-full`; `KERNEL_SPACY_PYTHON` names one with spaCy and the same
packages. For Korean, spaCy also needs `MECAB_PATH` and `MECABRC`.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from pathlib import Path
from typing import Final

from benchmarks.process import run

TIMES: Final = Path(__file__).with_name("segmenter_times.py")
CASES: Final = {
    "zh": "{}",
    "zh, jieba": '{"segmenter": "jieba"}',
    "ja": "{}",
    "ja, long words": '{"split_mode": "C"}',
    "ko": "{}",
    "th": "{}",
    "vi": "{}",
    "vi, without Pyvi": '{"use_pyvi": false}',
}
ROUNDS: Final = 3


def main() -> None:
    """Print for each segmenter the tokens per second of both sides, and the ratio."""
    pythons = {"kernel": sys.executable, "spacy": os.environ["KERNEL_SPACY_PYTHON"]}
    for case, settings in CASES.items():
        found: dict[str, list[float]] = {library: [] for library in pythons}
        for _ in range(ROUNDS):
            for library, python in pythons.items():
                done = run([python, "-W", "ignore", TIMES, library, case[:2], settings])
                found[library].append(json.loads(done.stdout.splitlines()[-1]))
        ours, theirs = (statistics.median(found[library]) for library in pythons)
        print(f"{case:18} {ours:12,.0f} {theirs:12,.0f} {ours / theirs:6.2f}")


if __name__ == "__main__":
    main()
