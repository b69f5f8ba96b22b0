"""Full training runs on the Broad Twitter Corpus: accuracy, wall time, peak memory.

    python -m benchmarks.btc_ner [--side kernel] [--seeds 0 1 2] [--again]

Each side trains with its own default config and command line: 2,000 steps, with an evaluation
every 500 steps.
"""

from __future__ import annotations

from benchmarks import corpora, runs

JOB = runs.Job(
    name="btc",
    pipeline="ner",
    scores=("ents_f",),
    convert=corpora.convert,
    steps=2000,
    eval_frequency=500,
)


def main() -> None:
    """Run the benchmark."""
    corpora.require("btc")
    corpora.prepare()
    runs.main(JOB)


if __name__ == "__main__":
    main()
