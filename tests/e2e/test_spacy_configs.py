"""Configs in the style of each release of spaCy 3 are filled, checked, and trained, or refused.

`spacy_configs/trained` has configs as `init config`, `init fill-config`, the quickstart and projects
wrote them; those in `spacy_configs/refused` use something that a later plugin brings,
or one that is not installed here.
"""

import re
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from click.testing import CliRunner

import kernel
from kernel.cli.app import make_program
from kernel.config import Config, load_config
from kernel.config.tree import walk
from kernel.registry import missing_names

FOLDER = Path(__file__).with_name("spacy_configs")
TRAINED = sorted(FOLDER.joinpath("trained").iterdir())
# The tables of the lemmatizer.
NEEDS = {"v3.4-trained-pipeline": ["spacy_lookups_data"]}
REFUSED = sorted(FOLDER.joinpath("refused").iterdir())
CODE = ("--code", FOLDER / "functions.py")
# Large models do not train faster on a tiny corpus.
SMALL = {"width": 16, "WIDTH": 16, "depth": 1, "hidden_width": 8, "rows": 50, "embed_size": 50}
N_STEPS = 4

TEXTS = [
    ("Ada Byron lives in Rome .", "NNP NNP VBZ IN NNP .", [1, 2, 2, 2, 3, 2], "SPORTS"),
    ("Alan sees cold soup .", "NNP VBZ JJ NN .", [1, 1, 3, 1, 1], "FOOD"),
    ("It rains in Oslo .", "PRP VBZ IN NNP .", [1, 1, 1, 2, 1], "WEATHER"),
]
ENTITIES = {"Ada Byron": "PER", "Rome": "LOC", "Alan": "PER", "Oslo": "LOC"}
POS = {"NNP": "PROPN", "VBZ": "VERB", "IN": "ADP", "JJ": "ADJ", "NN": "NOUN", "PRP": "PRON"}


def make_doc(nlp, text, tags, heads, category):
    doc = nlp.make_doc(text)
    for token, tag, head in zip(doc, tags.split(), heads, strict=True):
        token.tag_, token.pos_ = tag, POS.get(tag, "PUNCT")
        token.lemma_ = token.text.lower().removesuffix("s")
        token.set_morph("Number=Sing" if tag in {"NNP", "NN"} else "")
        token.head, token.dep_ = doc[head], "ROOT" if head == token.i else "dep"
    starts = [(text.find(name), name, label) for name, label in ENTITIES.items()]
    doc.ents = [
        doc.char_span(start, start + len(name), label=label)
        for start, name, label in starts
        if start >= 0
    ]
    doc.cats = {each: float(each == category) for *_, each in TEXTS}
    return doc


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with a corpus, word vectors and a trained pipeline, at the paths of the configs."""
    root = tmp_path_factory.mktemp("project")
    nlp = kernel.blank("en")
    docs = [make_doc(nlp, *text) for text in TEXTS] * 8
    root.joinpath("corpus").mkdir()
    for name in ("train", "dev"):
        kernel.DocBin(docs=docs, store_user_data=True).to_disk(root / "corpus" / f"{name}.spacy")
    run("init", "config", root / "base.cfg", "-p", "tagger,parser,ner")
    paths = [f"--paths.{name}={root}/corpus/{name}.spacy" for name in ("train", "dev")]
    config = shrunk(load_config(root / "base.cfg"))
    config.to_disk(root / "small.cfg", interpolate=False)
    run("train", root / "small.cfg", "-o", root / "training" / "base", *paths)
    words = sorted({word for text, *_ in TEXTS for word in text.split()})
    lines = [f"{word} {' '.join(str(n + i) for i in range(4))}" for n, word in enumerate(words)]
    root.joinpath("vectors.txt").write_text("\n".join([f"{len(words)} 4", *lines]) + "\n")
    run("init", "vectors", "en", root / "vectors.txt", root / "vectors")
    return root


def run(*arguments, expect=0):
    arguments = [str(argument) for argument in arguments]
    result = CliRunner().invoke(make_program(), arguments, catch_exceptions=False)
    assert result.exit_code == expect, result.output
    return result


def shrunk(config):
    """Return `config` with small models and few steps."""
    for _, block in list(walk(config)):
        for key in SMALL.keys() & block.keys() if isinstance(block, dict) else ():
            if isinstance(block[key], int):
                block[key] = SMALL[key]
            elif isinstance(block[key], list):
                block[key] = [SMALL[key]] * len(block[key])
    config.setdefault("training", {}).update(max_steps=N_STEPS, eval_frequency=2)
    return Config(config)


@pytest.fixture
def overrides(project, monkeypatch):
    """Return the overrides for a config: where the corpus and the word vectors are."""
    monkeypatch.chdir(project)

    def make(config):
        paths = config.get("paths", {})
        given = {name: f"corpus/{name}.spacy" for name in ("train", "dev") if not paths.get(name)}
        if paths.get("vectors"):
            given["vectors"] = "vectors"
        return [f"--paths.{name}={value}" for name, value in given.items()]

    return make


@pytest.fixture(autouse=True)
def wandb(monkeypatch):
    """Replace Weights & Biases, which would send the runs to its server."""
    monkeypatch.setitem(sys.modules, "wandb", MagicMock(__spec__=ModuleSpec("wandb", None)))


@pytest.mark.parametrize("path", TRAINED, ids=lambda path: path.stem)
def test_config_is_filled_and_valid(overrides, tmp_path, path):
    given = overrides(load_config(path))
    run("debug", "config", path, *CODE, *given)
    filled = tmp_path / f"filled{path.suffix}"
    run("init", "fill-config", path, filled, *CODE)
    run("debug", "config", "--strict", filled, *CODE, *given)
    again = run("init", "fill-config", filled, "-", *CODE).stderr
    assert again == "ok: nothing to add: the config is complete\n"


@pytest.mark.slow
# The patterns of a trained pipeline are not in its config, and so no token has a part of speech.
@pytest.mark.filterwarnings("ignore:`attribute_ruler` has no patterns:UserWarning")
@pytest.mark.filterwarnings("ignore:the lemmatizer found tokens without a part of:UserWarning")
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path, marks=[pytest.mark.needs(*NEEDS[path.stem])] if path.stem in NEEDS else []
        )
        for path in TRAINED
    ],
    ids=lambda path: path.stem,
)
def test_config_is_trained_as_it_is(overrides, tmp_path, path):
    given = overrides(load_config(path))
    small = tmp_path / "small.cfg"
    shrunk(load_config(path)).to_disk(small, interpolate=False)
    run("train", small, "-o", tmp_path / "out", *CODE, *given)
    nlp = kernel.load(tmp_path / "out" / "model-last")
    assert nlp.component_names == load_config(path)["nlp"]["pipeline"]
    doc = nlp(TEXTS[0][0])
    assert len(doc) == len(TEXTS[0][0].split())


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_config_is_refused_with_the_names_of_plugins(path):
    if path.stem.endswith("-transformer") and find_spec("kernel_plugin_transformer"):
        pytest.skip("the plugin that it needs is installed")
    for command in ("debug config", "train"):
        result = run(*command.split(), path, expect=1)
        known = {plugin for names in missing_names().values() for plugin in names.values()}
        known |= {"kernel-plugin-transformer"}
        named = set(
            re.findall(
                r"(?:will come with (?:the plugin|a later version of)|is provided by) `([\w-]+)`",
                result.stderr,
            )
        )
        assert named
        assert named <= known
        assert "did you mean" not in result.stderr
