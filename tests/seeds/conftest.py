"""A small pipeline, a small corpus, and the command line, for what the guides show."""

import textwrap

import pytest
from click.testing import CliRunner

import kernel
from kernel.cli.app import make_program
from kernel.config import fill, load_config, load_config_from_str

# Written for spaCy, names and all; small enough to train in a second.
CONFIG = """
[paths]
train = null
dev = null

[nlp]
lang = "en"
pipeline = ["tok2vec", "ner"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "spacy.Tok2Vec.v2"

[components.tok2vec.model.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = ${components.tok2vec.model.encode:width}
attrs = ["NORM", "SHAPE"]
rows = [200, 50]
include_static_vectors = false

[components.tok2vec.model.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 16
depth = 1
window_size = 1
maxout_pieces = 2

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 16
maxout_pieces = 2
use_upper = true

[components.ner.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = ${components.tok2vec.model.encode:width}

[training]
max_steps = 4
eval_frequency = 2
"""

SHIPS = [
    ("The Aurora left Bergen at dawn", [(4, 10, "SHIP"), (16, 22, "PORT")]),
    ("Nobody saw the Pelican in Hull", [(15, 22, "SHIP"), (26, 30, "PORT")]),
    ("From Cadiz the Albatross sailed north", [(5, 10, "PORT"), (15, 24, "SHIP")]),
    ("It rained all night", []),
]


@pytest.fixture
def write(tmp_path):
    """Write a file: `write("functions.py", text)`; returns its path."""

    def put(name, text):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text))
        return path

    return put


@pytest.fixture
def config(write):
    """The config of the small pipeline with sections added or put in the place of others."""

    def make(more="", *, without=()):
        kept = [part for part in CONFIG.split("\n\n") if not part.startswith(without or "\0")]
        return write("config.cfg", "\n\n".join(kept) + "\n" + textwrap.dedent(more))

    return make


@pytest.fixture
def read():
    """A config with all defaults, from a file or a text: `read(path, {"a.b": 1})`."""

    def get(source, overrides=None):
        is_text = isinstance(source, str)
        load = load_config_from_str if is_text else load_config
        return fill(load(textwrap.dedent(source) if is_text else source, overrides))

    return get


@pytest.fixture
def data(tmp_path):
    """The paths of a small corpus as overrides: `--paths.train …`."""
    nlp = kernel.blank("en")
    docs = []
    for text, entities in SHIPS:
        doc = nlp.make_doc(text)
        doc.ents = [doc.char_span(start, end, label) for start, end, label in entities]
        docs.append(doc)
    path = tmp_path / "ships.spacy"
    kernel.DocBin(docs=docs).to_disk(path)
    return ["--paths.train", path, "--paths.dev", path]


@pytest.fixture
def run():
    """Run the program in this process; gives click's result, which must be a success."""

    def call(*arguments, expect=0):
        arguments = [str(argument) for argument in arguments]
        result = CliRunner().invoke(make_program(), arguments, catch_exceptions=False)
        assert result.exit_code == expect, result.output
        return result

    return call


@pytest.fixture
def train(run, config, data, tmp_path):
    """Fill the config and train with it; gives the folder of the pipeline and click's result."""

    def go(more="", *options, code=None, without=(), name="output"):
        functions = ["--code", code] if code is not None else []
        full = tmp_path / f"{name}.cfg"
        run("init", "fill-config", config(more, without=without), full, *functions)
        result = run("train", full, "--output", tmp_path / name, *data, *functions, *options)
        return tmp_path / name / "model-last", result

    return go
