"""Training that starts from components of a pipeline that spaCy trained."""

import pytest

import kernel
from kernel.config import load_config_from_str
from kernel.training import init_nlp, train

CONFIG = """
[paths]
train = null

[nlp]
lang = "en"
pipeline = ["tok2vec", "tagger", "ner"]

[components]

[components.tok2vec]
source = "{source}"

[components.tagger]
source = "{source}"

[components.ner]
source = "{source}"

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = "{data}"

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = "{data}"

[training]
frozen_components = ["tok2vec", "tagger"]
max_steps = 60
eval_frequency = 30

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.01
"""
TEXTS = ["Anna saw the red house.", "The quiet boats left Paris today."]


@pytest.fixture
def config(pipeline, tmp_path):
    """A config that copies components; only `ner` is trained, on a label that is new to it."""
    nlp = kernel.blank("en")
    docs = [nlp.make_doc(text) for text in TEXTS]
    docs[0].set_ents([kernel.Span(docs[0], 3, 5, label="BUILDING")])
    docs[1].set_ents([kernel.Span(docs[1], 1, 3, label="SHIP")])
    kernel.DocBin(docs=docs * 10).to_disk(tmp_path / "data.spacy")
    text = CONFIG.format(source=pipeline, data=tmp_path / "data.spacy")
    return load_config_from_str(text)


def test_frozen_components_stay_as_they_are_and_others_learn(config, pipeline):
    before = kernel.load(pipeline)
    nlp, _ = train(init_nlp(config))
    for name in ("tok2vec", "tagger"):
        assert nlp.get_pipe(name).to_bytes() == before.get_pipe(name).to_bytes()
    known = set(before.get_pipe("ner").labels)
    assert set(nlp.get_pipe("ner").labels) == known | {"BUILDING", "SHIP"}
    found = [{ent.text: ent.label_ for ent in nlp(text).ents} for text in TEXTS]
    assert found == [{"red house": "BUILDING"}, {"quiet boats": "SHIP"}]
    tags = [[token.tag_ for token in doc] for doc in (nlp(TEXTS[0]), before(TEXTS[0]))]
    assert tags[0] == tags[1]


def test_component_without_its_shared_layer_predicts_the_same(config, pipeline, caplog):
    config["nlp"]["pipeline"] = ["tagger", "ner"]
    config["training"]["frozen_components"] = ["tagger"]
    before = kernel.load(pipeline)
    nlp, _ = train(init_nlp(config))
    assert any("it gets its own copy" in record.getMessage() for record in caplog.records)
    for text in TEXTS:
        assert [token.tag_ for token in nlp(text)] == [token.tag_ for token in before(text)]
