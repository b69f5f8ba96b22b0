"""Rule-based components annotate random docs by random patterns as those of spaCy do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SIDE = Path(__file__).with_name("rulers_side.py")
N_JOBS = 1000


@pytest.fixture(scope="module")
def spacy_python():
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_PYTHON names no interpreter that has spaCy")
    return python


def results(python, library):
    command = [python, SIDE, library, str(N_JOBS), "20"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_random_patterns(spacy_python):
    jobs, ours = results(sys.executable, "kernel")
    _, expected = results(spacy_python, "spacy")
    assert len(expected) == N_JOBS
    for job, found, wanted in zip(jobs, ours, expected, strict=True):
        assert found == wanted, (job["component"], job["config"], job.get("patterns"))
    # An index outside of a match is an error in both.
    assert expected.count("ValueError") < 0.1 * N_JOBS
