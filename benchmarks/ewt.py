"""Full training runs on the English Web Treebank: accuracy, wall time, peak memory.

    python -m benchmarks.ewt [--side kernel] [--seeds 0 1 2] [--until-patience] [--again]

Each side converts the treebank itself, ten sentences per document, and trains a tagger and a
parser with its own default config: 2,000 steps with an evaluation every 500, or until patience
ends the run.
"""

from __future__ import annotations

from benchmarks import corpora, runs

JOB = runs.Job(
    name="ewt",
    pipeline="tagger,parser",
    scores=("tag_acc", "dep_uas", "dep_las", "sents_f"),
    convert=corpora.convert_treebank,
    steps=2000,
    eval_frequency=500,
)


def main() -> None:
    """Run the benchmark."""
    corpora.require("ewt")
    runs.main(JOB)


if __name__ == "__main__":
    main()
