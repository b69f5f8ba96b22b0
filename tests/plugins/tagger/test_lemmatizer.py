import json
import os
import subprocess

import numpy as np
import pytest
import srsly

from kernel.errors import ConfigError, DataError, LoadError
from kernel.files import pack, unpack
from kernel.pipeline import blank, load
from kernel.random import Streams
from kernel.testing import component_checks
from kernel.text import Doc, DocBatch, Example, ExampleBatch, Vocab

SENTENCES = [
    (["She", "likes", "green", "eggs"], ["she", "like", "green", "egg"]),
    (["Cats", "eat", "blue", "mats"], ["cat", "eat", "blue", "mat"]),
    (["He", "was", "late"], ["he", "be", "late"]),
    (["Dogs", "like", "hats"], ["dog", "like", "hat"]),
]
MODEL = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 16,
        "depth": 1,
        "embed_size": 200,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    },
}


def make_examples(nlp, sentences=SENTENCES):
    return [
        Example(Doc(nlp.vocab, words=words), Doc(nlp.vocab, words=words, lemmas=lemmas))
        for words, lemmas in sentences
    ]


@pytest.fixture
def make_lemmatizer():
    """A pipeline with only a lemmatizer, after some steps on the sentences."""

    def make(steps=0, **config):
        nlp = blank("en")
        settings = {"model": MODEL, "min_tree_freq": 1, **config}
        lemmatizer = nlp.add_pipe("trainable_lemmatizer", config=settings)
        streams = Streams(0)
        with streams.use("init"):
            optimizer = nlp.initialize(lambda: make_examples(nlp))
        for _ in range(steps):
            with streams.use("dropout"):
                nlp.update(make_examples(nlp), sgd=optimizer)
        return nlp, lemmatizer

    return make


def lemmas_of(nlp, words):
    return [token.lemma_ for token in nlp(Doc(nlp.vocab, words=words))]


def prefer(lemmatizer, *trees):
    """Let the model give these trees the highest scores, in this order, for all tokens."""
    output = lemmatizer.model.get_ref("output_layer")
    bias = np.zeros(len(lemmatizer.labels), "float32")
    for rank, tree in enumerate(trees):
        bias[lemmatizer.labels.index(tree)] = 10 - rank
    output.set_param("b", bias)
    output.set_param("W", np.zeros_like(output.get_param("W")))


def test_it_learns_lemmas_also_of_words_it_has_not_seen(make_lemmatizer):
    nlp, _ = make_lemmatizer(steps=60)
    for words, lemmas in SENTENCES:
        assert lemmas_of(nlp, words) == lemmas
    assert nlp.evaluate(make_examples(nlp))["lemma_acc"] == 1.0
    assert lemmas_of(nlp, ["Dogs", "like", "bats"])[2] == "bat"


def test_rare_trees_are_not_labels(make_lemmatizer):
    _, lemmatizer = make_lemmatizer(min_tree_freq=2)
    find = lemmatizer.trees.find
    # In the order of their first tokens; "Cats" and "was" need trees of their own.
    assert lemmatizer.labels == (find("likes", "like"), find("green", "green"))
    assert find("was", "be") is not None
    assert lemmatizer.model.get_dim("nO") == 2


def test_gold_lemma_of_a_rare_tree_counts_as_the_first_label(make_lemmatizer):
    nlp, lemmatizer = make_lemmatizer()
    gold = lemmatizer.gold_classes(make_examples(nlp, [(["green", "went"], ["green", "go"])]))
    assert gold.classes.tolist() == [
        lemmatizer.labels.index(lemmatizer.trees.find("green", "green")),
        0,
    ]


def test_tokens_without_a_gold_lemma_have_no_gradient(make_lemmatizer):
    nlp, lemmatizer = make_lemmatizer()
    gold = Doc(nlp.vocab, words=["She", "likes", "can", "not"], lemmas=["she", "", "can", "not"])
    split = Example(Doc(nlp.vocab, words=["She", "likes", "cannot"]), gold)
    assert lemmatizer.gold_classes([split]).classes.tolist()[1:] == [-1, -1]
    unknown = [Example(Doc(nlp.vocab, words=["She"]), Doc(nlp.vocab, words=["She"]))]
    assert lemmatizer.update(ExampleBatch(unknown)) == {"trainable_lemmatizer": 0.0}


def test_docs_of_two_lexeme_tables_share_a_batch(make_lemmatizer):
    nlp, lemmatizer = make_lemmatizer()
    prefer(lemmatizer, lemmatizer.trees.find("She", "she"))
    other = Vocab(strings=nlp.vocab.strings)
    Doc(other, words=["so", "that", "rows", "differ"])
    docs = DocBatch([Doc(nlp.vocab, words=["She"]), Doc(other, words=["x", "She", "Some"])])
    lemmatizer.set_annotations(docs, lemmatizer.predict(docs))
    assert [[token.lemma_ for token in doc] for doc in docs] == [["she"], ["x", "she", "some"]]


# Trees that do not fit


@pytest.mark.parametrize(
    ("top_k", "lemma"),
    [
        pytest.param(1, "Sew", id="backs-off"),
        pytest.param(2, "Sew", id="not-far-enough"),
        pytest.param(3, "sew", id="far-enough"),
        pytest.param(99, "sew", id="more-than-there-are"),
    ],
)
def test_next_best_tree_is_tried_up_to_top_k(make_lemmatizer, top_k, lemma):
    nlp, lemmatizer = make_lemmatizer(top_k=top_k)
    find = lemmatizer.trees.find
    prefer(lemmatizer, find("was", "be"), find("eggs", "egg"), find("She", "she"))
    assert lemmas_of(nlp, ["Sew", "was", "legs"]) == [lemma, "be", "leg" if top_k > 1 else "legs"]


@pytest.mark.parametrize(
    ("backoff", "expected"),
    [
        pytest.param("orth", "Green", id="orth"),
        pytest.param("lower", "green", id="lower"),
        pytest.param("tag", "JJ", id="annotation"),
        pytest.param(None, "", id="none"),
    ],
)
def test_token_that_no_tree_fits_backs_off(make_lemmatizer, backoff, expected):
    nlp, lemmatizer = make_lemmatizer(backoff=backoff)
    prefer(lemmatizer, lemmatizer.trees.find("was", "be"))
    doc = nlp(Doc(nlp.vocab, words=["was", "Green"], tags=["VB", "JJ"]))
    assert [token.lemma_ for token in doc] == ["be", expected]


def test_unknown_attribute_to_back_off_to_is_refused(make_lemmatizer):
    with pytest.raises(ConfigError, match="no token attribute `ortho`"):
        make_lemmatizer(backoff="ortho")


def test_top_k_below_one_is_refused(make_lemmatizer):
    with pytest.raises(ConfigError, match=r"`top_k` .* at least 1, got 0"):
        make_lemmatizer(top_k=0)


@pytest.mark.parametrize(("overwrite", "expected"), [(False, ["own", "be"]), (True, ["be", "be"])])
def test_lemmas_that_were_set_stay_unless_overwritten(make_lemmatizer, overwrite, expected):
    nlp, lemmatizer = make_lemmatizer(overwrite=overwrite)
    prefer(lemmatizer, lemmatizer.trees.find("was", "be"))
    doc = nlp(Doc(nlp.vocab, words=["was", "was"], lemmas=["own", ""]))
    assert [token.lemma_ for token in doc] == expected


def test_docs_without_tokens_go_through(make_lemmatizer):
    nlp, lemmatizer = make_lemmatizer()
    assert len(nlp(Doc(nlp.vocab, words=[]))) == 0
    nothing = DocBatch([])
    lemmatizer.set_annotations(nothing, lemmatizer.predict(nothing))


# Labels and files


def test_label_data_restores_the_same_lemmatizer(make_lemmatizer):
    _, lemmatizer = make_lemmatizer()
    data = json.loads(json.dumps(lemmatizer.label_data))
    other = blank("en")
    again = other.add_pipe("trainable_lemmatizer", config={"model": MODEL})
    again.initialize(lambda: make_examples(other), labels=data)
    assert again.label_data == lemmatizer.label_data


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        pytest.param(["a"], "need `trees` and `labels`", id="list"),
        pytest.param({"trees": None, "labels": []}, "must be a list", id="no-list"),
        pytest.param({"trees": [], "labels": [0]}, "label 0 is none of 0 trees", id="no-tree"),
        pytest.param(
            {"trees": [{"orig": "a", "subst": "b"}], "labels": [0, 0]}, "distinct ids", id="twice"
        ),
        pytest.param({"trees": [{"orig": "a"}], "labels": []}, "tree 0 is damaged", id="node"),
    ],
)
def test_label_data_of_another_kind_is_refused(labels, message):
    nlp = blank("en")
    lemmatizer = nlp.add_pipe("trainable_lemmatizer", config={"model": MODEL})
    with pytest.raises(DataError, match=message):
        lemmatizer.initialize(lambda: make_examples(nlp), labels=labels)


def test_saved_lemmatizer_gives_the_same_lemmas(make_lemmatizer, tmp_path):
    nlp, lemmatizer = make_lemmatizer(steps=60)
    nlp.to_disk(tmp_path)
    again = load(tmp_path)
    assert again.get_pipe("trainable_lemmatizer").to_bytes() == lemmatizer.to_bytes()
    for words, lemmas in SENTENCES:
        assert lemmas_of(again, words) == lemmas
    assert json.loads((tmp_path / "trainable_lemmatizer" / "cfg").read_text()) == {
        "labels": list(lemmatizer.labels)
    }


def rewrite_trees(path, change):
    trees = srsly.msgpack_loads(path.read_bytes())
    change(trees["trees"])
    path.write_bytes(srsly.msgpack_dumps(trees))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[:-3]), "is damaged", id="truncated"
        ),
        pytest.param(lambda path: path.write_bytes(b"\x90"), "is a list", id="another-type"),
        pytest.param(
            lambda path: rewrite_trees(path, lambda nodes: nodes[1].update(prefix_tree=1)),
            "edit tree 1 has the child 1",
            id="cyclic",
        ),
        pytest.param(
            lambda path: rewrite_trees(path, lambda nodes: nodes[1].update(suffix_tree=99)),
            "edit tree 1 has the child 99",
            id="out-of-range",
        ),
        pytest.param(
            lambda path: rewrite_trees(path, lambda nodes: nodes[0].update(orig=12345)),
            "12345",
            id="unknown-string",
        ),
        pytest.param(
            lambda path: rewrite_trees(path, lambda nodes: nodes.pop()),
            "is none of",
            id="fewer-than-labels",
        ),
    ],
)
def test_damaged_file_of_trees_is_named(make_lemmatizer, tmp_path, damage, message):
    _, lemmatizer = make_lemmatizer()
    lemmatizer.to_disk(tmp_path)
    damage(tmp_path / "trees")
    with pytest.raises(LoadError, match=f"trees`: .*{message}"):
        lemmatizer.from_disk(tmp_path)


# Rules for components


def many_examples(nlp):
    return make_examples(nlp, SENTENCES * 3)


CONFIG = {"model": MODEL, "min_tree_freq": 2, "top_k": 2}


@pytest.mark.parametrize(
    "check", component_checks("trainable_lemmatizer", many_examples, config=CONFIG), ids=str
)
def test_it_keeps_the_rules_for_components(check):
    check()


# Comparison with spaCy

SPACY = """
import json, sys, spacy
from spacy.training import Example
pairs = json.load(sys.stdin)
nlp = spacy.blank("en")
pipe = nlp.add_pipe("trainable_lemmatizer", config={"min_tree_freq": 1})
doc = spacy.tokens.Doc(nlp.vocab, words=[form for form, _ in pairs])
gold = spacy.tokens.Doc(nlp.vocab, words=[form for form, _ in pairs], lemmas=[l for _, l in pairs])
nlp.initialize(lambda: [Example(doc, gold)])
trees = pipe.trees
table = [[trees.apply(tree, form) for form, _ in pairs] for tree in range(len(trees))]
file = pipe.to_bytes(exclude=["vocab", "model"])
print(json.dumps([list(pipe.labels), table, file.hex()]))
"""
PAIRS = [
    *(("She", "she"), ("likes", "like"), ("was", "be"), ("eggs", "egg"), ("xaxb", "bxa")),
    *(("gesehen", "sehen"), ("ABBA", "abba"), ("naïve", "naive"), ("東京都", "東京"), ("a", "a")),
    *(("xaybzc", "paqbrc"), ("banana", "anananas"), ("👩‍🔬s", "👩‍🔬"), ("went", "go"), ("s", "x")),
]


def test_trees_and_their_file_are_those_of_spacy():
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_PYTHON names no interpreter that has spaCy")
    done = subprocess.run(
        [python, "-c", SPACY], input=json.dumps(PAIRS), capture_output=True, text=True, check=True
    )
    labels, table, file = json.loads(done.stdout.splitlines()[-1])

    nlp = blank("en")
    lemmatizer = nlp.add_pipe("trainable_lemmatizer", config={"model": MODEL, "min_tree_freq": 1})
    examples = make_examples(nlp, [tuple(zip(*PAIRS, strict=True))])
    nlp.initialize(lambda: examples)

    trees = lemmatizer.trees
    assert list(lemmatizer.labels) == labels
    assert [[trees.apply(i, form) for form, _ in PAIRS] for i in range(len(trees))] == table
    ours = srsly.msgpack_loads(lemmatizer.to_bytes(exclude=["model"]))["trees"]
    assert ours == srsly.msgpack_loads(bytes.fromhex(file))["trees"]


def test_trees_that_were_left_out_are_reported(make_lemmatizer):
    _, lemmatizer = make_lemmatizer()
    parts = unpack(lemmatizer.to_bytes())
    del parts["trees"]
    other = blank("en").add_pipe("trainable_lemmatizer", config={"model": MODEL})

    with pytest.raises(LoadError, match="`model`: the label 1 is none of 0 trees"):
        other.from_bytes(pack(parts))
