"""Full training runs on a French treebank: accuracy, wall time, peak memory.

    python -m benchmarks.french [--side kernel] [--seeds 0 1] [--until-patience] [--again]

Each side converts the treebank itself, ten sentences per document, and trains a tagger, a
morphologizer, a parser and a lemmatizer with its own default config: 1,000 steps with an
evaluation every 250, or until patience ends the run.
"""

from __future__ import annotations

from benchmarks import corpora, runs

JOB = runs.Job(
    name="french",
    pipeline="tagger,morphologizer,parser,trainable_lemmatizer",
    scores=("tag_acc", "pos_acc", "morph_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f"),
    convert=corpora.convert_french,
    steps=1000,
    eval_frequency=250,
    seeds=(0, 1),
    lang="fr",
)


def main() -> None:
    """Run the benchmark."""
    corpora.require("fr")
    runs.main(JOB)


if __name__ == "__main__":
    main()
