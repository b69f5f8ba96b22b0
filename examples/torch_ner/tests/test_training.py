"""The component learns, and is resumed and loaded with the same weights."""

import io

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("kernel_plugin_torch_ner")

import kernel
from kernel import Doc, Example, registry
from kernel.config import Config
from kernel.errors import LoadError
from kernel.text import Span
from kernel.training import init_nlp, train

pytestmark = pytest.mark.needs("torch")
NAMES, PLACES = ["Ada", "Ben", "Cleo", "Dan"], ["Oslo", "Lima", "Rome"]


@registry.readers("torch_ner.Sentences.v1")
def make_corpus(n_docs: int, seed: int):
    """Sentences in which the words around a name tell its label."""

    def read(nlp):
        rng = np.random.default_rng(seed)
        for _ in range(n_docs):
            person = [f"{rng.choice(NAMES)}{rng.integers(100)}" for _ in range(rng.integers(1, 4))]
            place = [f"{rng.choice(PLACES)}{rng.integers(100)}"]
            words = ["today", *person, "went", "to", *place, "."]
            gold, n_names = Doc(nlp.vocab, words=words), len(person)
            gold.ents = [
                Span(gold, 1, 1 + n_names, "PERSON"),
                Span(gold, 3 + n_names, 4 + n_names, "PLACE"),
            ]
            yield Example(Doc(nlp.vocab, words=words), gold)

    return read


def make_config(**training):
    corpus = {"@readers": "torch_ner.Sentences.v1"}
    optimizer = {"@optimizers": "Adam.v1", "learn_rate": 0.01, "use_averages": True}
    return Config(
        {
            "nlp": {"lang": "en", "pipeline": ["torch_ner"]},
            "components": {
                "torch_ner": {
                    "factory": "torch_ner",
                    "network": {
                        "@architectures": "torch_ner.BiLSTM.v1",
                        "width": 16,
                        "rows": 200,
                    },
                }
            },
            "corpora": {
                "train": {**corpus, "n_docs": 60, "seed": 1},
                "dev": {**corpus, "n_docs": 40, "seed": 2},
            },
            "training": {
                "seed": 3,
                "dropout": 0.2,
                "max_steps": 60,
                "eval_frequency": 20,
                "optimizer": optimizer,
                "batcher": {"@batchers": "kernel.batch_by_sequence.v1", "size": 8},
                **training,
            },
        }
    )


def fit(output, *, resume=False, **training):
    train(init_nlp(make_config(**training)), output, resume=resume, stdout=io.StringIO())
    return output / "model-last"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return fit(tmp_path_factory.mktemp("run") / "whole")


def test_entities_of_new_sentences_are_found(trained):
    nlp = kernel.load(trained)
    examples = list(make_corpus(40, 5)(nlp))
    assert nlp.evaluate(examples)["ents_f"] > 0.9


def test_resumed_run_ends_with_the_same_weights(trained, tmp_path):
    fit(tmp_path / "cut", max_steps=30)
    resumed = fit(tmp_path / "cut", resume=True)
    for name in ("cfg", "model"):
        found = resumed / "torch_ner" / name
        assert found.read_bytes() == (trained / "torch_ner" / name).read_bytes()


def test_loss_without_dropout_falls_with_every_step():
    nlp = init_nlp(make_config(max_steps=1))
    examples = list(make_corpus(8, 1)(nlp))
    losses = [nlp.update(examples)["torch_ner"] for _ in range(5)]
    assert losses == sorted(losses, reverse=True)


def test_empty_docs_and_unknown_annotation_are_no_problem():
    nlp = init_nlp(make_config(max_steps=1))
    docs = [Doc(nlp.vocab, words=[]), Doc(nlp.vocab, words=["Ada", "went"])]
    losses = nlp.update([Example(doc, doc.copy()) for doc in docs])
    assert losses["torch_ner"] == pytest.approx(0, abs=1e-4)  # every tag may be right
    assert [doc.ents for doc in nlp.pipe([Doc(nlp.vocab, words=[])])] == [()]


def test_several_processes_find_the_same(trained):
    nlp = kernel.load(trained)
    docs = [eg.predicted for eg in make_corpus(12, 7)(nlp)]
    expected = [[str(ent) for ent in nlp(doc.copy()).ents] for doc in docs]
    found = nlp.pipe([doc.copy() for doc in docs], n_process=2, batch_size=3)
    assert [[str(ent) for ent in doc.ents] for doc in found] == expected


def test_weights_of_another_network_are_refused(trained):
    other = kernel.blank("en")
    settings = {"network": {"@architectures": "torch_ner.BiLSTM.v1", "width": 8, "rows": 200}}
    other.add_pipe("torch_ner", config=settings)
    with pytest.raises(LoadError, match=r"`\S+` has the shape"):
        other.get_pipe("torch_ner").from_disk(trained / "torch_ner")
