"""Configs in `.cfg` and TOML: reading, filling, checking, writing."""

import json

import pytest

from kernel.config import Config, fill, find_problems, load_config, parse_overrides
from kernel.errors import ConfigError

CFG = """# a small pipeline
[paths]
train = "corpus/train.spacy"
root = ${paths.train}

[nlp]
lang = "en"
pipeline = ["tok2vec", "ner"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 8
maxout_pieces = 2
use_upper = true
nO = null

[components.ner.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 96

[training]
dropout = 0.2
frozen_components = ["tok2vec"]
score_weights = {"ents_f": 1.0, "ents_p": null}

[training.batcher]
@batchers = "spacy.batch_by_words.v1"
size = {"@schedules": "compounding.v1", "start": 100, "stop": 1000, "compound": 1.001}
tolerance = 0.2
discard_oversize = false

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = "${paths.root}"
"""


@pytest.mark.parametrize("form", ["cfg", "toml"])
def test_config_files(fuzz, tmp_path, form):
    config = Config().from_str(CFG, interpolate=False)
    path = tmp_path / f"config.{form}"
    seeds = {
        "partial": config.to_str(interpolate=False, format=form).encode(),
        "complete": fill(config).to_str(interpolate=False, format=form).encode(),
    }

    def read(_, data):
        path.write_bytes(data)
        filled = fill(load_config(path))
        problems = find_problems(filled, complete=False)
        assert all(str(problem) for problem in problems)
        if problems:
            raise ConfigError(f"{path.name}: {problems[0]}")
        written = filled.to_str(interpolate=False, format=form)
        again = Config().from_str(written, interpolate=False, format=form)
        assert json.dumps(again, sort_keys=True) == json.dumps(filled, sort_keys=True)

    fuzz(f"configs (.{form})", seeds, read, kind="text", place=path.name)


def test_overrides(fuzz):
    def read(_, data):
        parse_overrides(data.decode("utf8", "replace").split("\n"), {})

    seeds = {"two": b"--training.dropout\n0.5\n--paths.train=x.spacy\n--nlp.lang\nen"}
    fuzz("overrides of configs", seeds, read, kind="text")
