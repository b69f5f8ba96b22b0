"""Docs to test with, and the interpreter that has spaCy."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.text import Doc, Vocab

HERE = Path(__file__).parent
WORDS = ["Ada", "Lovelace", "went", "to", "New", "York", "."]
SPACES = [True, True, True, True, True, False, False]


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def make_doc(vocab):
    """A doc of seven tokens, or of the words given."""

    def make(words=WORDS, spaces=None, **annotations):
        spaces = SPACES if spaces is None and words is WORDS else spaces
        return Doc(vocab, words, spaces, **annotations)

    return make


@pytest.fixture
def parsed(make_doc):
    """Two sentences: `Ada Lovelace went` and `to New York .`"""
    return make_doc(
        heads=[1, 2, 2, 3, 5, 3, 3],
        deps=["compound", "nsubj", "ROOT", "ROOT", "compound", "pobj", "punct"],
        tags=["NNP", "NNP", "VBD", "IN", "NNP", "NNP", "."],
        lemmas=["Ada", "Lovelace", "go", "to", "New", "York", "."],
        ents=["B-PERSON", "I-PERSON", "O", "O", "B-GPE", "I-GPE", "O"],
    )


@pytest.fixture(scope="session")
def spacy_python():
    """The interpreter that has spaCy; skips where there is none."""
    default = Path(__file__).parents[3] / ".bench/spacy/bin/python"
    python = os.environ.get("KERNEL_SPACY_PYTHON", str(default))
    if not Path(python).exists():
        pytest.skip("no interpreter with spaCy; KERNEL_SPACY_PYTHON names one")
    return python


@pytest.fixture(scope="session")
def both_sides(spacy_python):
    """Runs `both_sides.py` with either library."""

    def run(library, *args):
        program = spacy_python if library == "spacy" else sys.executable
        command = [program, str(HERE / "both_sides.py"), library, *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
