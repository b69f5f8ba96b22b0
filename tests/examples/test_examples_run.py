"""The commands and code of the examples and the README can be run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def run_example(*args: object, **env: str) -> str:
    command = [sys.executable, *map(str, args)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **env}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    run_example(EXAMPLES / "make_corpus.py", folder)
    return folder


def sentences(path: Path) -> list[list[list[str]]]:
    blocks = path.read_text(encoding="utf8").strip().split("\n\n")
    return [[line.split("\t") for line in block.splitlines()] for block in blocks]


def test_corpus_is_the_same_each_time(corpus, tmp_path):
    run_example(EXAMPLES / "make_corpus.py", tmp_path)
    for name in ("train.iob", "dev.iob"):
        assert (tmp_path / name).read_bytes() == (corpus / name).read_bytes()


def test_corpus_has_sound_tags(corpus):
    for name, size in (("train.iob", 800), ("dev.iob", 200)):
        found = sentences(corpus / name)
        assert len(found) == size
        for sentence in found:
            before = "O"
            for _, tag in sentence:
                assert not tag.startswith("I-") or before[2:] == tag[2:]
                before = tag


def test_names_of_the_development_set_are_new(corpus):
    def products(name):
        return {
            word.lower()
            for sentence in sentences(corpus / name)
            for word, tag in sentence
            if tag == "B-PRODUCT"
        }

    shared = products("train.iob") & products("dev.iob")
    assert len(shared) <= 3  # first words, such as Echo and Volt, may occur again


@pytest.mark.slow
def test_simple_loop_learns_its_sentences():
    out = run_example(EXAMPLES / "train_loop.py")
    assert "('Greta Weber', 'PERSON'), ('Oslo', 'PLACE')" in out
    assert "Nothing happened on Tuesday.     []" in out


@pytest.mark.slow
def test_third_transition_system_trains_resumes_and_loads(tmp_path):
    folder = EXAMPLES / "phrase_chunker"
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    run_example(*install, "--target", tmp_path, folder)
    tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider", folder / "tests")
    assert "passed" in run_example(*tests, PYTHONPATH=str(tmp_path))


@pytest.mark.needs("torch")
def test_component_in_plain_torch_trains_resumes_and_loads(tmp_path):
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    run_example(*install, "--target", tmp_path, EXAMPLES / "torch_ner")
    tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider", EXAMPLES / "torch_ner" / "tests")
    out = run_example(*tests, PYTHONPATH=str(tmp_path), OMP_NUM_THREADS="1")
    assert "passed" in out
    assert "skipped" not in out


@pytest.mark.slow
def test_custom_plugin_is_found_and_keeps_the_contract(tmp_path):
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    run_example(*install, "--target", tmp_path, EXAMPLES / "custom_plugin")
    out = run_example(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", EXAMPLES / "custom_plugin" / "tests"),
        PYTHONPATH=str(tmp_path),
    )
    assert "passed" in out
    code = (
        "import json, kernel; nlp = kernel.blank('en'); nlp.add_pipe('dates', config={'label': 'DAY'});"
        "print(json.dumps([[e.text, e.label_] for e in nlp('It came on 2026-11-21.').ents]))"
    )
    assert json.loads(run_example("-c", code, PYTHONPATH=str(tmp_path))) == [["2026-11-21", "DAY"]]
