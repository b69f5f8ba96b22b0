"""The matches of random patterns in random docs are those that spaCy finds, in the same order.

KERNEL_MATCHER_JOBS sets the number of jobs, each with some rules and three docs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SIDE = Path(__file__).with_name("matching_side.py")


@pytest.fixture(scope="module")
def spacy_python():
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_PYTHON names no interpreter that has spaCy")
    return python


def results(python, library, *args):
    command = [python, SIDE, library, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["matcher", "phrase", "dependency"])
def test_random_patterns(kind, spacy_python):
    n_jobs = int(os.environ.get("KERNEL_MATCHER_JOBS", "2000"))
    jobs, ours = results(sys.executable, "kernel", kind, n_jobs, 20)
    _, expected = results(spacy_python, "spacy", kind, n_jobs, 20)
    n_found = 0
    for job, found, wanted in zip(jobs, ours, expected, strict=True):
        assert without_messages(found) == without_messages(wanted), job["rules"]
        n_found += "add: " not in found and any(map(len, found[0]))
    assert n_found > n_jobs / 4


def without_messages(found):
    """Return what was found, and in place of an error whether rules were added or called."""
    if isinstance(found, str):
        return found.partition(":")[0]
    of_docs, called = found
    return [without_messages(each) if isinstance(each, str) else each for each in of_docs], called
