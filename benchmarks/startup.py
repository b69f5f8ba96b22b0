"""Compare the time to import the library and make a blank pipeline, and the memory it takes.

    python -m benchmarks.startup [--languages en de id] [--runs 15] [--earlier PYTHON]

Each run is a new process. `--earlier` names the interpreter of an earlier version of kernel.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.process import run
from benchmarks.sides import Side, earlier_side, kernel_side, spacy_side

# Prints the milliseconds to import the library and make a pipeline (only to make it, if another
# language was made before), and the peak of memory in megabytes.
PROGRAM: Final = """
import json, sys, time
library, code, before = sys.argv[1:]
start = time.perf_counter()
blank = __import__(library).blank
if before:
    blank(before)
    start = time.perf_counter()
blank(code)
taken = 1e3 * (time.perf_counter() - start)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps([taken, peak / 1024]))
"""


def main() -> None:
    """Measure all sides by turns, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--languages", nargs="+", default=["en", "de", "id"])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--earlier", type=Path)
    args = parser.parse_args()
    sides = [kernel_side(), spacy_side()]
    if args.earlier:
        sides.append(earlier_side(args.earlier))
    for code in args.languages:
        first = [[_measured(side, code, "") for side in sides] for _ in range(args.runs)]
        later = [[_measured(side, code, "xx") for side in sides] for _ in range(args.runs)]
        for index, side in enumerate(sides):
            times, peaks = zip(*(each[index] for each in first), strict=True)
            after = [each[index][0] for each in later]
            print(
                f"{code:4} {side.title:16} import and blank {median(times):6.0f} ms, "
                f"blank after xx {median(after):6.0f} ms, memory {median(peaks):6.1f} MB"
            )


def _measured(side: Side, code: str, before: str) -> tuple[float, float]:
    done = run([side.python, "-c", PROGRAM, side.library, code, before])
    taken, peak = json.loads(done.stdout)
    return taken, peak


if __name__ == "__main__":
    main()
