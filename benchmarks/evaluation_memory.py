"""Check that evaluation takes the same memory for corpora of any size.

    python -m benchmarks.evaluation_memory                     10 thousand to 1 million tokens
    python -m benchmarks.evaluation_memory --tokens 1e4 1e7

The corpora repeat the development part of the English Web Treebank. `kernel evaluate` scores a
tagger and a parser with a shared layer on each, in a process of its own; the peaks may differ by
at most 10 %.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

import kernel
from benchmarks import corpora
from benchmarks.sides import HOME, kernel_side
from kernel.text import Doc, DocBin, Example, Vocab, read_docs

MAX_GROWTH: Final = 0.1
_FOLDER: Final = HOME / "evaluation_memory"
_N_SAMPLE: Final = 50
# A process starts with the peak of the one that starts it, so a small one does.
_LAUNCH: Final = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(used.ru_maxrss, used.ru_utime + used.ru_stime)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@frozen
class Measured:
    """The evaluation of one corpus: tokens, size of the file, peak memory, and time."""

    n_tokens: int
    n_bytes: int
    peak_mb: float
    seconds: float


def repeated(path: Path, n_tokens: int) -> Iterator[Doc]:
    """Yield the docs of `path` again and again, until they have `n_tokens` tokens."""
    docs = list(read_docs(path, Vocab()))
    n = 0
    for doc in itertools.cycle(docs):
        if n >= n_tokens:
            return
        n += len(doc)
        yield doc


def make_pipeline(corpus: Path) -> Path:
    """Save a shared layer, a tagger and a parser with initial weights; return the folder."""
    nlp = kernel.blank("en")
    nlp.add_pipe("tok2vec")
    for name in ("tagger", "parser"):
        listener = {"@architectures": "kernel.Tok2VecListener.v1", "width": 96}
        nlp.add_pipe(name, config={"model": {"tok2vec": listener}})
    sample = list(itertools.islice(read_docs(corpus, nlp.vocab), _N_SAMPLE))
    nlp.initialize(lambda: [Example(nlp.make_doc(doc.text), doc) for doc in sample])
    nlp.to_disk(_FOLDER / "pipeline")
    return _FOLDER / "pipeline"


def measure(pipeline: Path, corpus: Path, n_tokens: int) -> Measured:
    """Evaluate `pipeline` on a corpus of `n_tokens` tokens with the command line."""
    path = _FOLDER / f"{n_tokens}.spacy"
    if not path.exists():
        DocBin(docs=repeated(corpus, n_tokens)).to_disk(path)
    command = [sys.executable, "-m", "kernel", "evaluate", str(pipeline), str(path)]
    launcher = [sys.executable, "-c", _LAUNCH, *command]
    run = subprocess.run(launcher, stdout=subprocess.PIPE, check=False)
    if run.returncode:
        raise SystemExit(f"`kernel evaluate` failed on {path}")
    peak_kb, seconds = map(float, run.stdout.split())
    return Measured(n_tokens, path.stat().st_size, peak_kb / 1024, seconds)


def main(argv: Sequence[str] | None = None) -> None:
    """Print a table; exit with 1 if a peak is more than 10 % above the smallest."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tokens", nargs="+", type=float, default=[1e4, 1e5, 1e6])
    counts = [int(count) for count in parser.parse_args(argv).tokens]
    _FOLDER.mkdir(parents=True, exist_ok=True)
    corpus = corpora.convert_treebank(kernel_side()) / "dev.spacy"
    pipeline = make_pipeline(corpus)
    print(f"{'tokens':>12}{'file':>10}{'peak':>10}{'CPU time':>10}")
    peaks = []
    for count in counts:
        found = measure(pipeline, corpus, count)
        peaks.append(found.peak_mb)
        size = f"{found.n_bytes / 1e6:.1f} MB"
        print(f"{count:>12,}{size:>10}{found.peak_mb:>7.0f} MB{found.seconds:>8.1f} s", flush=True)
    if max(peaks) > (1 + MAX_GROWTH) * min(peaks):
        sys.exit("the peaks differ by more than 10 %")


if __name__ == "__main__":
    main()
