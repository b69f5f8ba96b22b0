"""The component trains from the command line, resumes exactly, and loads in a new process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
PREDICT = """
import json, sys, kernel
nlp = kernel.load(sys.argv[1])
doc = nlp(kernel.Doc(nlp.vocab, words=sys.argv[2].split()))
print(json.dumps([[span.text, span.label_] for span in doc.spans["phrases"]]))
"""


CONVERT = """
import sys, kernel
from pathlib import Path
from kernel.text import DocBin
from kernel_plugin_phrases.reader import read_conll2000
nlp = kernel.load(sys.argv[1])
examples = read_conll2000(Path(sys.argv[2]))(nlp)
DocBin(docs=[example.reference for example in examples]).to_disk(sys.argv[3])
"""
KERNEL = Path(sys.executable).with_name("kernel")


def run(*command, program=sys.executable):
    done = subprocess.run(
        [program, *map(str, command)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    run(FOLDER / "make_phrases.py", folder)
    return folder


@pytest.fixture(scope="module")
def train(data):
    def run_training(output, steps, *options):
        paths = ("--paths.train", data / "train.txt", "--paths.dev", data / "dev.txt")
        settings = ("--training.max_steps", steps, "--training.eval_frequency", 20)
        command = ("train", FOLDER / "config.toml", "--output", output)
        run(*command, *paths, *settings, *options, program=KERNEL)
        return output / "model-last"

    return run_training


@pytest.fixture(scope="module")
def trained(train, tmp_path_factory):
    return train(tmp_path_factory.mktemp("model") / "whole", 60)


def test_phrases_of_new_sentences_are_found(trained):
    scores = json.loads((trained / "meta.json").read_text())["performance"]
    assert scores["phrases_f"] > 0.9
    assert set(scores["phrases_per_type"]) == {"ADVP", "NP", "PP", "VP"}


def test_resumed_run_ends_with_the_same_weights(train, trained, tmp_path):
    train(tmp_path / "again", 40)
    resumed = train(tmp_path / "again", 60, "--resume")
    for part in ("chunker/model", "tok2vec/model", "chunker/moves"):
        assert (resumed / part).read_bytes() == (trained / part).read_bytes()


def test_saved_pipeline_is_loaded_in_a_new_process(trained):
    found = run("-c", PREDICT, trained, "the old captain will cross a red bridge .")
    assert json.loads(found) == [
        ["the old captain", "NP"],
        ["will cross", "VP"],
        ["a red bridge", "NP"],
    ]


def test_evaluation_has_rows_for_phrases(trained, data):
    docs = data / "dev.spacy"
    run("-c", CONVERT, trained, data / "dev.txt", docs)
    table = run("evaluate", trained, docs, program=KERNEL)
    assert "PHRASES F" in table
    assert "VP" in table
