import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import DataError, KernelError
from kernel.text import Doc, DocBatch, Example, Morphology

KNOWN = {
    "she": ("PRON", "Case=Nom|Number=Sing"),
    "her": ("PRON", "Case=Acc|Number=Sing"),
    "ran": ("VERB", "Tense=Past"),
    "fish": ("NOUN", ""),
    ".": ("PUNCT", "_"),
}


@pytest.fixture
def analysed(make_example):
    rng = np.random.default_rng(0)
    sentences = [rng.choice(list(KNOWN), rng.integers(1, 6)).tolist() for _ in range(20)]
    return [
        make_example(
            words,
            pos=[KNOWN[word][0] for word in words],
            morphs=[KNOWN[word][1] for word in words],
        )
        for words in sentences
    ]


def analyses_of(doc):
    return [(token.pos_, str(token.morph)) for token in doc]


def test_it_learns_features_and_parts_of_speech(analysed, make_component):
    component = make_component("morphologizer", analysed, steps=40)
    docs = [component(Doc(component.vocab, words=eg.reference.words())) for eg in analysed]
    scores = component.score(
        Example(doc, eg.reference) for doc, eg in zip(docs, analysed, strict=True)
    )
    assert (scores["pos_acc"], scores["morph_acc"], scores["morph_micro_f"]) == (1, 1, 1)
    assert set(scores["morph_per_feat"]) == {"Case", "Number", "Tense"}
    assert scores["morph_per_feat"]["Case"] == {"p": 1, "r": 1, "f": 1}


# Labels


def test_labels_are_features_with_the_part_of_speech_as_they_occur(make_component, make_example):
    example = make_example(
        ["a", "b", "c", "d", "e", "f"],
        pos=["NOUN", "", "", "VERB", "NOUN", None],
        morphs=["Number=Sing|NumType=Card|NumForm=X", "_", None, None, "", "X=1"],
    )
    component = make_component("morphologizer", [example])
    assert component.labels == (
        "NumForm=X|NumType=Card|Number=Sing|POS=NOUN",
        "_",
        "POS=VERB",
        "POS=NOUN",
        "X=1",
    )
    assert component.label_data == {
        "morph": {
            "NumForm=X|NumType=Card|Number=Sing|POS=NOUN": "NumForm=X|NumType=Card|Number=Sing",
            "_": "",
            "POS=VERB": "",
            "POS=NOUN": "",
            "X=1": "X=1",
        },
        "pos": dict(zip(component.labels, [92, 0, 100, 92, 0], strict=True)),
    }


def test_labels_can_be_given(analysed, make_component):
    given_ = make_component("morphologizer", analysed).label_data
    component = make_component("morphologizer", analysed, initialize={"labels": given_})
    assert component.label_data == given_
    assert component.model.get_dim("nO") == len(given_["morph"])


def test_labels_in_another_form_are_refused(analysed, make_component):
    with pytest.raises(DataError, match="labels of `morphologizer` need `morph` and `pos`"):
        make_component("morphologizer", analysed, initialize={"labels": ["POS=NOUN"]})


def test_added_label_is_brought_into_normal_form(analysed, make_component):
    component = make_component("morphologizer", analysed)
    n_before = len(component.labels)
    assert component.add_label("POS=AUX|Tense=Past|Mood=Ind") == 1
    assert component.add_label("Mood=Ind|POS=AUX|Tense=Past") == 0
    assert component.labels[-1] == "Mood=Ind|POS=AUX|Tense=Past"
    assert component.cfg["labels_morph"][component.labels[-1]] == "Mood=Ind|Tense=Past"
    assert component.model.get_dim("nO") == n_before + 1


def test_label_with_unknown_part_of_speech_is_refused(analysed, make_component):
    with pytest.raises(DataError, match="'NOON' is not a part of speech, in a label of `morpho"):
        make_component("morphologizer", analysed).add_label("POS=NOON")


def test_no_labels_is_a_clear_error(make_component, make_example):
    with pytest.raises(KernelError, match="component `morphologizer` found no labels"):
        make_component("morphologizer", [make_example(["a"], tags=["A"])])


# Gold


def test_gold_is_missing_unless_both_are_known_and_a_label(make_component, make_example):
    known = make_example(["a", "b"], pos=["NOUN", "VERB"], morphs=["X=1", "Y=1"])
    component = make_component("morphologizer", [known])
    example = make_example(
        ["a", "b", "c", "d", "ef"],
        gold_words=["a", "b", "c", "d", "e", "f"],
        pos=["VERB", "VERB", None, "NOUN", "NOUN", "NOUN"],
        morphs=["Y=1", "X=1", None, "X=1", "X=1", "Y=1"],
    )
    assert component.gold_classes([example]).classes.tolist() == [1, -1, -1, 0, -1]


def test_gold_without_annotation_has_no_gradient(analysed, make_component, make_example):
    component = make_component("morphologizer", analysed)
    assert component.update([make_example(["she", "ran"])])["morphologizer"] == 0


# Prediction

FEATURES = ["", "_", "A=1", "A=2", "B=1", "A=1|B=2", "A=2|B=1|C=3"]


def merged(old, new, *, overwrite, extend):
    """The annotation of one token: a direct implementation of the rules."""
    if extend:
        ours, theirs = Morphology.feats_to_dict(old), Morphology.feats_to_dict(new)
        return Morphology.dict_to_feats({**ours, **theirs} if overwrite else {**theirs, **ours})
    return new if overwrite or old == "" else old


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tokens=st.lists(
        st.tuples(st.sampled_from(FEATURES), st.sampled_from(["", "NOUN", "VERB"]), st.integers(0)),
        max_size=8,
    ),
    overwrite=st.booleans(),
    extend=st.booleans(),
)
def test_existing_annotation_is_kept_extended_or_replaced(
    make_component, vocab, tokens, overwrite, extend
):
    component = make_component("morphologizer", overwrite=overwrite, extend=extend)
    for label in ["A=1|POS=NOUN", "POS=VERB", "A=2|B=1", "B=2|C=1|POS=X"]:
        component.add_label(label)
    table = component.table
    words = ["w"] * len(tokens)
    half = len(tokens) // 2
    parts = [tokens[:half], tokens[half:]]
    docs = [
        Doc(
            vocab,
            words=words[: len(part)],
            morphs=[old or None for old, _, _ in part],
            pos=[pos for _, pos, _ in part],
        )
        for part in parts
    ]
    classes = np.array([number % len(table.labels) for _, _, number in tokens], np.int64)

    component.set_annotations(docs, classes)

    found = [pair for doc in docs for pair in analyses_of(doc)]
    for (old, old_pos, _), number, (pos, features) in zip(tokens, classes, found, strict=True):
        label = table.labels[number]
        new = component.cfg["labels_morph"][label]
        expected = merged(old, new, overwrite=overwrite, extend=extend)
        assert features == expected.replace("_", "")
        new_pos = label.rpartition("POS=")[2] if "POS=" in label else ""
        assert pos == (new_pos if overwrite or not old_pos else old_pos)


def test_tokens_without_predicted_features_are_annotated_as_such(analysed, make_component):
    component = make_component("morphologizer", analysed, steps=40)
    doc = component(Doc(component.vocab, words=["fish", "."]))
    assert doc.has_annotation("MORPH", require_complete=True)
    assert analyses_of(doc) == [("NOUN", ""), ("PUNCT", "")]


def test_docs_without_tokens_go_through(vocab, analysed, make_component, make_example):
    for extend in (False, True):
        component = make_component("morphologizer", analysed, extend=extend)
        docs = DocBatch([Doc(vocab), Doc(vocab, words=["she"])])
        component.set_annotations(docs, component.predict(docs))
        nothing = DocBatch([])
        component.set_annotations(nothing, component.predict(nothing))
        assert component.update([make_example([])]) == {"morphologizer": 0.0}


# Storage


def test_saved_component_keeps_the_order_of_its_labels(analysed, make_component, tmp_path):
    component = make_component("morphologizer", analysed, steps=20)
    component.to_disk(tmp_path)
    loaded = make_component("morphologizer").from_disk(tmp_path)
    assert loaded.labels == component.labels != tuple(sorted(component.labels))
    assert loaded.to_bytes() == component.to_bytes()
    words = list(KNOWN)
    docs = [Doc(component.vocab, words=words) for _ in range(2)]
    assert analyses_of(loaded(docs[0])) == analyses_of(component(docs[1])) != []
    settings_ = json.loads((tmp_path / "cfg").read_text())
    assert list(settings_) == [
        "extend",
        "label_smoothing",
        "labels_morph",
        "labels_pos",
        "overwrite",
    ]
