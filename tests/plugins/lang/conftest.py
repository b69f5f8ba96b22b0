import json
import os
import subprocess
from pathlib import Path

import pytest

import kernel


@pytest.fixture(scope="session")
def nlp():
    return kernel.blank("en")


@pytest.fixture
def fresh():
    return kernel.blank("en")


@pytest.fixture
def words(nlp):
    return lambda text: [token.text for token in nlp.make_doc(text)]


@pytest.fixture(scope="session")
def corpora(repository) -> Path:
    folder = Path(os.environ.get("KERNEL_BENCH_DATA", repository.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("needs the corpora; set KERNEL_BENCH_DATA to their folder")
    return folder


# Answers the lines of its input: each has the source of a function `answer` and its argument.
SPACY = """
import json, sys, spacy
for line in sys.stdin:
    source, argument = json.loads(line)
    names = {"spacy": spacy}
    exec(source, names)
    print(json.dumps(names["answer"](argument)), flush=True)
"""


@pytest.fixture(scope="session")
def ask_spacy():
    """A function that calls a function, given by its source, in one process with spaCy."""
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("needs KERNEL_SPACY_PYTHON, the path of an interpreter with spaCy")
    process = subprocess.Popen(
        [python, "-W", "ignore", "-c", SPACY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf8",
    )

    def ask(source, argument):
        process.stdin.write(json.dumps([source, argument]) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield ask
    process.stdin.close()
    process.stdout.close()
    process.wait()
