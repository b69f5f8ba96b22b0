"""The files of a pipeline that spaCy wrote; there is no manifest that protects them."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

import kernel
from kernel.config import load_config
from kernel.errors import KernelError
from kernel.text import Lookups

TEXTS = ["Anna saw the red house.", "\n word " * 3, ""]
# Components that need no training, with their settings in the config.
RULES = {
    "entity_ruler": {"overwrite_ents": True},
    "span_ruler": {"spans_key": "ruler"},
    "sentencizer": {"overwrite": True},
    "attribute_ruler": {"validate": False},
    "lemmatizer": {"mode": "rule", "overwrite": True},
}
# By their name, else by their suffix.
KINDS = {
    ".cfg": "text",
    ".json": "json",
    "cfg": "json",
    "vectors.cfg": "json",
    "vectors": "bytes",
    "patterns.jsonl": "text",
    "sentencizer": "json",
}
OTHER_KIND = "msgpack"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, repository):
    """The folder of a pipeline that spaCy trained, with components of rules and with vectors."""
    folder = tmp_path_factory.mktemp("spacy")
    stored = repository / "tests" / "plugins" / "spacy" / "pipelines" / "trained_in_spacy.zip"
    zipfile.ZipFile(stored).extractall(folder)
    _add_rules(folder / "all")
    _add_vectors(folder / "all" / "vocab")
    return folder / "all"


def _add_rules(folder):
    """Add components of rules, whose files are those of spaCy."""
    nlp = kernel.blank("en")
    made = {name: nlp.add_pipe(name) for name in RULES}
    made["attribute_ruler"].add([[{"LOWER": "the"}]], {"NORM": "a", "_": {}}, index=-1)
    tables = Lookups()
    tables.add_table("lemma_rules", {"noun": [["s", ""]], "verb": [["ed", "e"]]})
    tables.add_table("lemma_exc", {"verb": {"saw": ["see"]}})
    tables.add_table("lemma_index", {"noun": ["house"]})
    made["lemmatizer"].initialize(lookups=tables)
    patterns = [
        {"label": "GPE", "pattern": "Paris", "id": "p"},
        {"label": "ORG", "pattern": [{"LOWER": {"REGEX": "^an"}}, {"POS": "VERB", "OP": "?"}]},
    ]
    for name in ("entity_ruler", "span_ruler"):
        made[name].add_patterns(patterns)
    for name, component in made.items():
        component.to_disk(folder / name)
    config = load_config(folder / "config.cfg")
    config["nlp"]["pipeline"].extend(RULES)
    config["components"].update({name: {"factory": name, **RULES[name]} for name in RULES})
    config.to_disk(folder / "config.cfg")


def _add_vectors(folder):
    """Add vectors and tables to a vocabulary."""
    vocab = kernel.blank("en").vocab
    for number, word in enumerate(["Anna", "house", "red"]):
        vocab.set_vector(word, np.full(4, number, "f"))
    vocab.lookups.add_table("lexeme_norm", {"two": "2"})
    vocab.to_disk(folder / "own", exclude=["strings"])
    for path in folder.joinpath("own").iterdir():
        path.replace(folder / path.name)


def test_pipelines_of_spacy(fuzz, pipeline, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(pipeline, folder)
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    seeds = {name: folder.joinpath(name).read_bytes() for name in names}

    def read(name, data):
        # The files of the last mutation are restored.
        for other, undamaged in seeds.items():
            folder.joinpath(other).write_bytes(undamaged)
        folder.joinpath(name).write_bytes(data)
        try:
            use(kernel.load(folder))
        except KernelError as error:
            # The settings or labels of a component, for example, may not fit its weights.
            place = f"{folder / name.split('/')[0]}" if "/" in name else name
            # Other files refer to settings and strings.
            place = str(folder) if name in {"config.cfg", "vocab/strings.json"} else place
            # Values in tables of lemmas are checked when they are used.
            if place not in str(error) and "the table `lemma_" not in str(error):
                raise AssertionError(f"the error does not name {place}: {error}") from error
            raise

    fuzz("pipelines of spaCy", seeds, read, kind={name: kind_of(Path(name)) for name in names})


def kind_of(path):
    return KINDS.get(path.name) or KINDS.get(path.suffix) or OTHER_KIND


def use(nlp):
    """Run the pipeline, and save it."""
    list(nlp.pipe(TEXTS))
    nlp.to_bytes()
