"""Training with a shared transformer from a config: heads, freezing, resuming, loading."""

import io
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

import kernel
from kernel.cli.app import make_program
from kernel.config import fill, load_config_from_str
from kernel.text import DocBin, Example
from kernel.training import init_nlp, train
from kernel.training import loop as training_loop
from kernel_plugin_transformer.model import encoder_shims
from kernel_plugin_transformer.tok2vec import Tok2VecTransformer

CONFIG = """
[nlp]
lang = "en"
pipeline = ["transformer", "ner", "tagger", "textcat"]

[components]

[components.transformer]
factory = "transformer"
max_batch_items = 64

[components.transformer.model]
@architectures = "spacy-transformers.TransformerModel.v3"
name = "NAME"

[components.transformer.model.get_spans]
@span_getters = "spacy-transformers.strided_spans.v1"
window = 16
stride = 12

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 16
maxout_pieces = 2
use_upper = false

[components.ner.model.tok2vec]
@architectures = "spacy-transformers.TransformerListener.v1"

[components.ner.model.tok2vec.pooling]
@layers = "reduce_mean.v1"

[components.ner.model.tok2vec.grad_factor]
@schedules = "constant_then.v1"
rate = 0.0
steps = 2

[components.ner.model.tok2vec.grad_factor.schedule]
@schedules = "constant.v1"
rate = 0.5

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "spacy.Tagger.v2"

[components.tagger.model.tok2vec]
@architectures = "spacy-transformers.TransformerListener.v1"
grad_factor = 1.0

[components.tagger.model.tok2vec.pooling]
@layers = "reduce_max.v1"

[components.textcat]
factory = "textcat"

[components.textcat.model]
@architectures = "spacy.TextCatReduce.v1"
exclusive_classes = true
use_reduce_first = false
use_reduce_last = false
use_reduce_max = false
use_reduce_mean = true

[components.textcat.model.tok2vec]
@architectures = "spacy-transformers.TransformerListener.v1"
grad_factor = 1.0

[components.textcat.model.tok2vec.pooling]
@layers = "reduce_mean.v1"

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = "TRAIN"

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = "TRAIN"

[training]
max_steps = 6
eval_frequency = 3
accumulate_gradient = 2
seed = 1

[training.batcher]
@batchers = "spacy.batch_by_sequence.v1"
size = 3

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.001

[training.logger]
@loggers = "spacy.ConsoleLogger.v1"
"""


@pytest.fixture
def corpus(tmp_path):
    nlp = kernel.blank("en")
    docs = []
    for name, place in [
        ("Anna", "Berlin"),
        ("Berlin", "Paris"),
        ("Paris", "Anna"),
        ("Anna", "new"),
    ]:
        doc = nlp.make_doc(f"{name} lives in {place}.")
        entities = [(0, len(name), "PER"), (len(name) + 10, len(name) + 10 + len(place), "LOC")]
        tags = ["N", "V", "P", "N", "X"]
        cats = {"a": float(name == "Anna"), "b": float(name != "Anna")}
        example = Example.from_dict(doc, {"entities": entities, "tags": tags, "cats": cats})
        docs.append(example.reference)
    path = tmp_path / "train.spacy"
    DocBin(docs=docs).to_disk(path)
    return path


@pytest.fixture
def fit(tiny_encoder, corpus):
    """A function that trains a new pipeline; `changes` are settings by dotted keys."""

    def run(output=None, *, resume=False, source=None, **changes):
        text = CONFIG.replace("NAME", str(tiny_encoder)).replace("TRAIN", str(corpus))
        if source is not None:
            start, end = text.index("[components.transformer]"), text.index("[components.ner]")
            text = f'{text[:start]}[components.transformer]\nsource = "{source}"\n\n{text[end:]}'
        nlp = init_nlp(fill(load_config_from_str(text, overrides=changes)))
        quiet = {"stdout": io.StringIO(), "stderr": io.StringIO()}
        nlp, _ = train(nlp, output, resume=resume, **quiet)
        return nlp

    return run


def test_train_command_reports_a_missing_encoder_before_it_reads_data(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    text = CONFIG.replace("NAME", str(tmp_path / "gone")).replace("TRAIN", "no-such.spacy")
    (tmp_path / "config.cfg").write_text(text)

    arguments = ["train", str(tmp_path / "config.cfg"), "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(make_program(), arguments)

    assert done.exit_code == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("error")]
    assert errors == [
        f"error: component `transformer`: there is no folder `{tmp_path / 'gone'}` with an encoder"
    ]


class CrashError(Exception):
    pass


def weights(nlp, name="transformer"):
    shim = encoder_shims(nlp.get_pipe(name).model)[0]
    named = shim.encoder.module.named_parameters()
    return {key: value.detach().numpy().copy() for key, value in named}


def are_equal(one, other):
    return one.keys() == other.keys() and all((one[key] == other[key]).all() for key in one)


def annotation(nlp, texts=("Anna lives in Paris.", "", "in Berlin")):
    return [([str(ent) for ent in doc.ents], [t.tag_ for t in doc]) for doc in nlp.pipe(texts)]


def test_heads_of_one_transformer_learn(fit, tmp_path):
    nlp = fit(tmp_path / "out", **{"training.max_steps": 60, "training.eval_frequency": 60})

    doc = nlp("Anna lives in Berlin.")

    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Anna", "PER"), ("Berlin", "LOC")]
    assert [token.tag_ for token in doc] == ["N", "V", "P", "N", "X"]
    assert sum(doc.cats.values()) == pytest.approx(1)


@pytest.mark.parametrize("step", [1, 3, 4])
def test_killed_run_resumes_bit_by_bit(fit, tmp_path, monkeypatch, step):
    expected = fit(tmp_path / "whole")
    take_step = training_loop.take_step

    def crash(run, epoch, examples):
        if run.step == step:
            raise CrashError
        take_step(run, epoch, examples)

    with monkeypatch.context() as patched:
        patched.setattr(training_loop, "take_step", crash)
        with pytest.raises(CrashError):
            fit(tmp_path / "killed")
    found = fit(tmp_path / "killed", resume=True)

    assert are_equal(weights(found), weights(expected))
    assert found.get_pipe("ner").model.to_bytes() == expected.get_pipe("ner").model.to_bytes()


@pytest.mark.parametrize("annotating", [[], ["transformer"]])
def test_frozen_transformer_is_bit_equal_afterwards(fit, tmp_path, annotating):
    trained = fit(tmp_path / "first")
    settings = {
        "training.frozen_components": ["transformer"],
        "training.annotating_components": annotating,
    }

    nlp = fit(source=tmp_path / "first" / "model-last", **settings)

    assert are_equal(weights(nlp), weights(kernel.load(tmp_path / "first" / "model-last")))
    assert annotation(nlp)
    assert trained.get_pipe("transformer").listening_components == ["ner", "tagger", "textcat"]


def test_replaced_listener_predicts_the_same_and_can_be_saved(fit, tmp_path):
    nlp = fit()
    expected = annotation(nlp)

    nlp.replace_listeners("transformer", "ner", ["model.tok2vec"])
    nlp.to_disk(tmp_path / "saved")
    loaded = kernel.load(tmp_path / "saved")

    assert annotation(nlp) == annotation(loaded) == expected
    own = [n for n in loaded.get_pipe("ner").model.walk() if isinstance(n, Tok2VecTransformer)]
    assert len(own) == 1
    assert loaded.get_pipe("transformer").listening_components == ["tagger", "textcat"]
    before = weights(loaded)
    examples = [Example(loaded.make_doc(""), loaded.make_doc("")), *_gold(loaded)]
    loaded.update(examples, exclude=["tagger", "textcat"], sgd=loaded.create_optimizer())
    assert are_equal(weights(loaded), before)


def _gold(nlp):
    doc = nlp.make_doc("Anna lives in Berlin.")
    return [Example.from_dict(doc, {"entities": [(0, 4, "PER")]})]


def test_saved_pipeline_loads_without_network_and_cache(fit, tmp_path):
    nlp = fit()
    nlp.to_disk(tmp_path / "saved")
    code = """
import os, socket, sys
os.environ["HF_HOME"] = sys.argv[2]
def refuse(*args, **kwargs):
    raise AssertionError("no network")
socket.socket.connect = refuse
import kernel
nlp = kernel.load(sys.argv[1])
print([([str(ent) for ent in doc.ents], [t.tag_ for t in doc])
       for doc in nlp.pipe(("Anna lives in Paris.", "", "in Berlin"))])
"""
    arguments = [str(tmp_path / "saved"), str(tmp_path / "empty")]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == str(annotation(nlp))


def test_rehearsal_does_not_change_the_transformer(fit):
    nlp = fit()
    before = weights(nlp)
    sgd = nlp.resume_training()

    losses = nlp.rehearse(_gold(nlp), sgd=sgd)

    assert are_equal(weights(nlp), before)
    assert "tagger" in losses


def test_evaluation_by_batches_of_any_size_gives_the_same_scores(fit, corpus):
    nlp = fit()
    docs = list(DocBin().from_disk(corpus).get_docs(nlp.vocab))
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]

    one, many = nlp.evaluate(examples, batch_size=1), nlp.evaluate(examples, batch_size=8)

    for key in ("ents_f", "tag_acc", "cats_score"):
        assert one[key] == pytest.approx(many[key])
    assert np.isfinite(one["cats_score"])
