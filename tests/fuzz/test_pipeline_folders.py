"""The files of a trained pipeline, each with a manifest that matches the damaged file."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import kernel
from kernel.config import load_config_from_str
from kernel.errors import KernelError
from kernel.files import MANIFEST, import_file
from kernel.pipeline import Language
from kernel.text import DocBin, Example, Lookups, Vectors, read_docs

TEXTS = ["Ada baked two loaves in New York .", "She paid the fee", ""]
LISTENER = '{"@architectures": "kernel.Tok2VecListener.v1", "width": 8}'
CONFIG = """
[nlp]
lang = "xx"
pipeline = ["tok2vec","tagger","morphologizer","lemmatizer","parser","senter","ner","textcat","topics"]
tokenizer = {"@tokenizers": "kernel.Tokenizer.v1"}

[components]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "kernel.Tok2Vec.v2"

[components.tok2vec.model.embed]
@architectures = "kernel.MultiHashEmbed.v2"
width = 8
attrs = ["NORM","SHAPE"]
rows = [30,20]
include_static_vectors = true

[components.tok2vec.model.encode]
@architectures = "kernel.MaxoutWindowEncoder.v2"
width = 8
depth = 1
window_size = 1
maxout_pieces = 2
"""
TAGGERS = {
    "tagger": "tagger",
    "morphologizer": "morphologizer",
    "lemmatizer": "trainable_lemmatizer",
    "senter": "senter",
}
for name, factory in TAGGERS.items():
    CONFIG += f"""
[components.{name}]
factory = "{factory}"
{"min_tree_freq = 1" if name == "lemmatizer" else ""}
model = {{"@architectures": "kernel.Tagger.v2", "tok2vec": {LISTENER}}}
"""
for name in ("parser", "ner"):
    CONFIG += f"""
[components.{name}]
factory = "{name}"
{"min_action_freq = 1" if name == "parser" else ""}

[components.{name}.model]
@architectures = "kernel.TransitionBasedParser.v2"
state_type = "{name}"
extra_state_tokens = false
hidden_width = 8
maxout_pieces = 2
use_upper = {json.dumps(name == "ner")}
tok2vec = {LISTENER}
"""
CONFIG += f"""
[components.textcat]
factory = "textcat"

[components.textcat.model]
@architectures = "kernel.TextCatEnsemble.v2"
tok2vec = {LISTENER}

[components.textcat.model.linear_model]
@architectures = "kernel.TextCatBOW.v3"
exclusive_classes = true
ngram_size = 1
no_output_layer = false
length = 64

[components.topics]
factory = "textcat_multilabel"

[components.topics.model]
@architectures = "kernel.TextCatBOW.v3"
exclusive_classes = false
ngram_size = 1
no_output_layer = false
length = 64
"""
# By their name, else by their suffix.
KINDS = {".cfg": "text", ".json": "json", "cfg": "json", "vectors.cfg": "json", "vectors": "bytes"}
OTHER_KIND = "msgpack"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, repository):
    maker = import_file("make_treebank", repository / "examples" / "make_treebank.py")
    folder = tmp_path_factory.mktemp("treebank")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["make_treebank.py", str(folder)])
        maker.main()
    return DocBin().from_disk(folder / "train.spacy")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, corpus):
    """The folder of a trained pipeline with a component of every kind."""
    nlp = Language.from_config(load_config_from_str(CONFIG))
    docs = list(corpus.get_docs(nlp.vocab))[:30]
    words = sorted({token.text for doc in docs for token in doc})[:20]
    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings, data=np.ones((len(words), 3), "f"), keys=words
    )
    nlp.vocab.lookups = Lookups()
    nlp.vocab.lookups.add_table("lexeme_norm", {"two": "2"})
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    sgd = nlp.initialize(lambda: examples)
    for _ in range(3):
        nlp.update(examples, sgd=sgd)
    nlp.disable_pipe("senter")
    path = tmp_path_factory.mktemp("pipelines") / "model"
    nlp.to_disk(path)
    return path


def test_pipeline_folders(fuzz, pipeline, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(pipeline, folder)
    manifest = json.loads(folder.joinpath(MANIFEST).read_bytes())
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    kinds = {name: kind_of(Path(name)) for name in names}
    seeds = {name: folder.joinpath(name).read_bytes() for name in names}

    def read(name, data):
        # The files of the last mutation are restored.
        for other, undamaged in seeds.items():
            folder.joinpath(other).write_bytes(undamaged)
        folder.joinpath(name).write_bytes(data)
        if name != MANIFEST:
            entry = {
                "bytes": len(data),
                "blake2b": hashlib.blake2b(data, digest_size=16).hexdigest(),
            }
            files = {"files": {**manifest["files"], name: entry}}
            folder.joinpath(MANIFEST).write_text(json.dumps(files))
        try:
            use(kernel.load(folder))
        except KernelError as error:
            # The settings or labels of a component, for example, may not fit its weights.
            place = f"{folder / name.split('/')[0]}" if "/" in name else name
            # Other files refer to settings and strings.
            place = str(folder) if name in {"config.cfg", "vocab/strings.json"} else place
            if place not in str(error):
                raise AssertionError(f"the error does not name {place}: {error}") from error
            raise

    fuzz("pipeline folders", seeds, read, kind=kinds)


def test_annotation_that_pipelines_learn_from(fuzz, pipeline, corpus, tmp_path):
    nlp = kernel.load(pipeline)
    path = tmp_path / "train.spacy"
    docs = list(corpus.get_docs(nlp.vocab))[:3]

    def read(name, data):
        path.write_bytes(data)
        references = list(read_docs(path, nlp.vocab))
        examples = [Example(nlp.make_doc(doc.text), doc) for doc in references]
        nlp.update(examples)
        nlp.evaluate([Example(nlp.make_doc(doc.text), doc) for doc in references])

    fuzz("annotation", {"docs": DocBin(docs=docs).to_bytes()}, read, kind="zlib")


def kind_of(path):
    return KINDS.get(path.name) or KINDS.get(path.suffix) or OTHER_KIND


def use(nlp):
    """Run the pipeline, the disabled components too, and save it."""
    for name in nlp.disabled:
        nlp.enable_pipe(name)
    list(nlp.pipe(TEXTS))
    nlp.to_bytes()
