"""Print what one library takes to load and run a trained pipeline, and write its annotations.

    python trained_worker.py LIBRARY PIPELINE TEXTS.json ANNOTATIONS.jsonl

Times are those of the processor, of all threads together, and of the clock.
"""

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROUNDS = 3
BATCH = 256
SHORT = "The new committee will meet in Paris on Monday to discuss the budget for 2020."


def annotations(doc: Any) -> list[list[Any]]:
    """Return all annotations of the tokens of a doc, in the order of `trained.LAYERS`."""
    return [
        [
            token.text,
            token.tag_,
            token.pos_,
            str(token.morph),
            token.lemma_,
            token.head.i,
            token.dep_,
            token.is_sent_start,
            token.ent_iob_ + token.ent_type_,
        ]
        for token in doc
    ]


def peak_mb() -> float:
    """Return the largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Return seconds of the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    """Load twice, annotate a short doc many times, and all texts in batches some times."""
    library, pipeline, source, target = sys.argv[1:]
    # With the import: kernel imports much of its code only when it is needed.
    first = timed(lambda: importlib.import_module(library).load(pipeline))
    loaded_mb = peak_mb()
    load = importlib.import_module(library).load
    again = timed(lambda: load(pipeline))
    nlp = load(pipeline)
    texts = json.loads(Path(source).read_text(encoding="utf8"))
    short = sorted(timed(lambda: nlp(SHORT)) for _ in range(100))[50]
    n_words = sum(len(doc) for doc in nlp.pipe(texts, batch_size=BATCH))

    def run_all() -> None:
        for _ in nlp.pipe(texts, batch_size=BATCH):
            pass

    batches = min(timed(run_all) for _ in range(ROUNDS))
    used_mb = peak_mb()
    with Path(target).open("w", encoding="utf8") as file:
        docs = nlp.pipe(texts, batch_size=BATCH)
        file.writelines(json.dumps(annotations(doc)) + "\n" for doc in docs)
    result = {
        "first": first,
        "again": again,
        "short": short,
        "batches": batches,
        "n_words": n_words,
        "loaded_mb": loaded_mb,
        "used_mb": used_mb,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
