"""A training logger that records when steps end. Both sides load it with `--code`."""

import json
import os
import time
from pathlib import Path

if os.environ["BENCH_SIDE"] == "kernel":
    from kernel import registry
else:
    from spacy.util import registry


@registry.loggers("bench.StepTimes.v1")
def step_times(path: str):
    """Write a line of JSON at each evaluation: step, words so far, and two times.

    `before` is the time before the evaluation (the end of the last step), `after` the time
    after it.
    """

    def setup(nlp, stdout, stderr):
        stream = Path(path).open("w", encoding="utf8")  # noqa: SIM115 — closed by finalize
        last_step = time.perf_counter()

        def log_step(info):
            nonlocal last_step
            now = time.perf_counter()
            if info is not None:
                row = {"step": info["step"], "words": info["words"]}
                row |= {"before": last_step, "after": now, "score": info["score"]}
                stream.write(json.dumps(row) + "\n")
                stream.flush()
            last_step = now

        return log_step, stream.close

    return setup
