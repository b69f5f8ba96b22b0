"""All components of the plugin in one pipeline, over one shared layer."""

import io
import os

import numpy as np
import pytest

import kernel
from kernel.cli.recommend import recommend_config
from kernel.pipeline import get_lang_class, initialize, update
from kernel.random import Streams
from kernel.testing import component_checks
from kernel.text import Doc, DocBin, Example
from kernel.training import init_nlp, loop, train
from kernel.training.packing import read_arrays

FAMILY = ["tagger", "morphologizer", "senter", "trainable_lemmatizer"]
LEXICON = {
    "She": ("PRP", "PRON", "Case=Nom", "she"),
    "Dogs": ("NNS", "NOUN", "Number=Plur", "dog"),
    "cats": ("NNS", "NOUN", "Number=Plur", "cat"),
    "liked": ("VBD", "VERB", "Tense=Past", "like"),
    "walked": ("VBD", "VERB", "Tense=Past", "walk"),
    "far": ("RB", "ADV", "", "far"),
    ".": (".", "PUNCT", "", "."),
}


def make_gold(vocab, rng):
    words = []
    for _ in range(rng.integers(1, 4)):
        middle = rng.choice(["liked cats", "walked", "walked far", "liked far cats"])
        words += [str(rng.choice(["She", "Dogs"])), *str(middle).split(), "."]
    tags, pos, morphs, lemmas = zip(*(LEXICON[word] for word in words), strict=True)
    starts = [i == 0 or words[i - 1] == "." for i in range(len(words))]
    return Doc(
        vocab, words=words, tags=tags, pos=pos, morphs=morphs, lemmas=lemmas, sent_starts=starts
    )


def make_examples(nlp, count=40):
    rng = np.random.default_rng(0)
    golds = [make_gold(nlp.vocab, rng) for _ in range(count)]
    return [Example(Doc(nlp.vocab, words=gold.words()), gold) for gold in golds]


SMALL = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 16,
        "depth": 1,
        "embed_size": 100,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    },
}
CHECKS = [
    check
    for name in FAMILY
    for check in component_checks(name, make_examples, config={"model": SMALL})
]


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_components_keep_the_rules(check):
    check()


@pytest.mark.parametrize("name", FAMILY)
def test_default_model_learns(name):
    nlp = kernel.blank("en")
    nlp.add_pipe(name)
    examples = make_examples(nlp, 10)
    sgd = nlp.initialize(lambda: examples)
    losses = [nlp.update(examples, sgd=sgd)[name] for _ in range(4)]
    assert losses[-1] < losses[0]


# Together


@pytest.fixture(scope="module")
def config():
    """The recommended config of all four, with small layers."""
    made = recommend_config("en", FAMILY).config
    shared = made["components"]["tok2vec"]["model"]
    shared["embed"]["rows"] = [100, 50, 50, 50]
    shared["encode"].update(width=16, depth=1)
    return made


@pytest.fixture(scope="module")
def trained(config):
    """The pipeline after forty updates."""
    nlp = get_lang_class("en").from_config(config)
    examples = make_examples(nlp)
    streams = Streams(0)
    sgd = initialize(nlp, lambda: examples, scope=streams.use)
    for _ in range(40):
        losses = update(nlp, examples, sgd=sgd, drop=0.1, scope=streams.use)
    assert set(losses) == {"tok2vec", *FAMILY}
    return nlp


def annotations(doc):
    names = ("tag", "pos", "morph", "lemma", "sent_start")
    return [doc.annotations.get(name).tolist() for name in names]


def test_all_components_learn_from_one_shared_layer(trained):
    scores = trained.evaluate(make_examples(trained))
    names = ["tag_acc", "pos_acc", "morph_acc", "lemma_acc", "sents_f"]
    assert {name: scores[name] for name in names} == dict.fromkeys(names, 1.0)


@pytest.mark.parametrize("seed", [0, 1])
def test_batch_size_does_not_matter(trained, seed):
    rng = np.random.default_rng(seed)
    lists = [rng.choice([*LEXICON, "new", "\n"], rng.integers(0, 9)).tolist() for _ in range(70)]
    found = []
    for size in (1, 7, 64):
        docs = [Doc(trained.vocab, words=words) for words in lists]
        found.append([annotations(doc) for doc in trained.pipe(docs, batch_size=size)])
    assert found[0] == found[1] == found[2]


def test_pipeline_on_disk_annotates_the_same(trained, tmp_path):
    trained.to_disk(tmp_path)
    loaded = kernel.load(tmp_path)
    assert loaded.to_bytes() == trained.to_bytes()
    words = ["Dogs", "walked", "far", ".", "She", "liked", "cats", "."]
    docs = [nlp(Doc(nlp.vocab, words=words)) for nlp in (trained, loaded)]
    assert annotations(docs[0]) == annotations(docs[1])


def test_frozen_component_keeps_its_weights_beside_trained_ones(config):
    nlp = get_lang_class("en").from_config(config)
    examples = make_examples(nlp)
    sgd = nlp.initialize(lambda: examples)
    before = {name: nlp.get_pipe(name).to_bytes() for name in FAMILY}
    nlp.update(examples, sgd=sgd, exclude=["tok2vec", "tagger"])
    after = {name: nlp.get_pipe(name).to_bytes() for name in FAMILY}
    assert [name for name in FAMILY if before[name] == after[name]] == ["tagger"]


def test_annotating_component_writes_for_those_that_follow(trained):
    seen = []

    @kernel.Language.component("tag_watcher")
    def watch(doc):
        seen.append([token.tag_ for token in doc])
        return doc

    nlp = kernel.blank("en", vocab=trained.vocab)
    nlp.add_pipe("tok2vec", source=trained)
    nlp.add_pipe("tagger", source=trained)
    nlp.add_pipe("tag_watcher")
    example = make_examples(nlp, 1)[0]
    nlp.update(
        [example], sgd=False, exclude=["tok2vec"], annotates=["tok2vec", "tagger", "tag_watcher"]
    )
    assert seen == [[token.tag_ for token in example.reference]]
    assert not example.predicted.has_annotation("TAG")


def test_component_that_lost_its_listener_predicts_the_same(trained, tmp_path):
    trained.to_disk(tmp_path)
    alone = kernel.load(tmp_path)
    for name in ("tagger", "morphologizer", "trainable_lemmatizer"):
        alone.replace_listeners("tok2vec", name, ["model.tok2vec"])
    alone.remove_pipe("tok2vec")
    words = ["Dogs", "walked", "far", ".", "She", "liked", "cats", "."]
    docs = [nlp(Doc(nlp.vocab, words=words)) for nlp in (trained, alone)]
    assert annotations(docs[0]) == annotations(docs[1])


def test_rehearsal_reads_the_shared_layer(trained, tmp_path):
    trained.to_disk(tmp_path)
    nlp = kernel.load(tmp_path)
    examples = make_examples(nlp)
    nlp.resume_training()
    shared = nlp.get_pipe("tok2vec").to_bytes()
    assert nlp.rehearse(examples)["tagger"] == pytest.approx(0, abs=1e-9)
    wrong = [Example(eg.predicted, eg.predicted.copy()) for eg in examples]
    for example in wrong:
        example.reference.set_column("tag", np.full(len(example), nlp.vocab.strings["."]))
    for _ in range(10):
        nlp.update(wrong, exclude=["tok2vec"])
    losses = [nlp.rehearse(examples)["tagger"] for _ in range(10)]
    assert losses[-1] < losses[0]
    assert nlp.get_pipe("tok2vec").to_bytes() == shared


# Resuming

N_STEPS = 8


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The path of a corpus on disk."""
    path = tmp_path_factory.mktemp("corpus") / "train.spacy"
    nlp = kernel.blank("en")
    DocBin(docs=[example.reference for example in make_examples(nlp)]).to_disk(path)
    return path


@pytest.fixture(scope="module")
def fit(config, corpus):
    """Trains, optionally up to a step at which the run dies."""
    take_step = loop.take_step

    def fit(output, *, resume=False, dies_at=None):
        made = config.copy()
        made["paths"].update(train=str(corpus), dev=str(corpus))
        made["training"].update(max_steps=N_STEPS, eval_frequency=3, dropout=0.2)
        made["training"]["batcher"]["size"] = 40

        def step(run, epoch, examples):
            if run.step == dies_at:
                raise InterruptedError
            take_step(run, epoch, examples)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", lambda _: None)
            patch.setattr(loop, "take_step", step)
            silent = {"stdout": io.StringIO(), "stderr": io.StringIO()}
            train(init_nlp(made), output, resume=resume, **silent)

    return fit


def bytes_of(output):
    weights = read_arrays(output / "checkpoint" / "weights.npz")
    found = {name: array.tobytes() for name, array in weights.items()}
    for path in sorted(output.glob("model-*/*/*")):
        if path.parent.name in {"tok2vec", *FAMILY}:
            found[str(path.relative_to(output))] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def whole(fit, tmp_path_factory):
    """The result of an uninterrupted run."""
    output = tmp_path_factory.mktemp("whole")
    fit(output)
    return bytes_of(output)


@pytest.mark.parametrize("step", [1, 4, 6])
def test_resumed_run_ends_with_the_same_bytes(fit, whole, tmp_path, step):
    with pytest.raises(InterruptedError):
        fit(tmp_path / "cut", dies_at=step)
    fit(tmp_path / "cut", resume=True)
    assert bytes_of(tmp_path / "cut") == whole
