"""Full training runs of text classification: accuracy, wall time, peak memory.

    python -m benchmarks.textcat [banking77] [cooking] [--side kernel] [--seeds 0 1 2] [--again]

In banking77, each text has one of 77 intents (`textcat`, 1,000 steps); in cooking, each text has
several of 11 topics (`textcat_multilabel`, 500 steps). Each side trains with its own default
config and command line.
"""

from __future__ import annotations

import functools
import sys

from benchmarks import corpora, runs

JOBS = {
    "banking77": runs.Job(
        name="banking77",
        pipeline="textcat",
        scores=("cats_macro_f",),
        convert=functools.partial(corpora.convert_categories, name="banking77"),
        steps=1000,
        eval_frequency=200,
    ),
    "cooking": runs.Job(
        name="cooking",
        pipeline="textcat_multilabel",
        scores=("cats_macro_auc", "cats_macro_f"),
        convert=functools.partial(corpora.convert_categories, name="cooking"),
        steps=500,
        eval_frequency=200,
    ),
}


def main() -> None:
    """Run the benchmarks of the corpora named first in the arguments, or of both corpora."""
    arguments = sys.argv[1:]
    named = [name for name in arguments if name in JOBS]
    for name in named or JOBS:
        corpora.require(name)
        print(f"{name}:", flush=True)
        runs.main(JOBS[name], [argument for argument in arguments if argument not in JOBS])


if __name__ == "__main__":
    main()
