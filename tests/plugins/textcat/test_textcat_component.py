"""The behaviour of the two components."""

import numpy as np
import pytest

import kernel
from kernel.errors import DataError, KernelError, WrongTypeError
from kernel.registry import registry
from kernel.text import Doc, DocBatch, Example
from kernel_plugin_textcat.bow import text_cat_bow_v1, text_cat_bow_v2, text_cat_bow_v3
from kernel_plugin_textcat.component import TextCategorizer
from kernel_plugin_textcat.multilabel import MultiLabelTextCategorizer
from kernel_plugin_textcat.scorer import make_multilabel_scorer, make_textcat_scorer


@pytest.fixture
def make_textcat(vocab):
    """A categorizer with `steps` of training on `examples`."""

    def make(examples=None, *, steps=0, exclusive=True, bow=text_cat_bow_v3, **settings):
        model = bow(exclusive, 1, False, **({"length": 1024} if bow is text_cat_bow_v3 else {}))
        if exclusive:
            component = TextCategorizer(vocab, model, scorer=make_textcat_scorer())
        else:
            component = MultiLabelTextCategorizer(vocab, model, scorer=make_multilabel_scorer())
        if examples is not None:
            component.initialize(lambda: examples, **settings)
            learn(component, examples, steps)
        return component

    return make


def learn(component, examples, steps):
    optimizer = registry.optimizers.get("Adam.v1")(0.01, use_averages=False)
    for _ in range(steps):
        losses = component.update(examples, sgd=optimizer)
    return losses if steps else None


@pytest.fixture
def topics(make_examples):
    """Texts of any number of three labels."""
    return make_examples(
        *[
            ("good film", {"FILM": 1.0, "PRAISE": 1.0, "FOOD": 0.0}),
            ("bad film", {"FILM": 1.0, "PRAISE": 0.0, "FOOD": 0.0}),
            ("good soup", {"FILM": 0.0, "PRAISE": 1.0, "FOOD": 1.0}),
            ("the", {"FILM": 0.0, "PRAISE": 0.0, "FOOD": 0.0}),
        ]
        * 3
    )


def cats_of(component, words, vocab):
    return component(Doc(vocab, words=words.split())).cats


def scores_of(component, examples):
    return component.score(
        [
            Example(component(Doc(eg.reference.vocab, words=eg.reference.words())), eg.reference)
            for eg in examples
        ]
    )


# ---- learning


def test_exclusive_labels_are_learned(films, make_textcat, vocab):
    textcat = make_textcat(films, steps=40)
    scores = scores_of(textcat, films)
    assert (scores["cats_macro_f"], scores["cats_score_desc"]) == (pytest.approx(1.0), "macro F")
    assert sum(cats_of(textcat, "a good film", vocab).values()) == pytest.approx(1.0)
    assert set(scores) == {
        "cats_score",
        "cats_score_desc",
        *[f"cats_{kind}_{key}" for kind in ("micro", "macro") for key in "prf"],
        "cats_macro_auc",
        "cats_f_per_type",
        "cats_auc_per_type",
    }


def test_independent_labels_are_learned(topics, make_textcat, vocab):
    textcat = make_textcat(topics, exclusive=False, steps=80)
    scores = scores_of(textcat, topics)
    assert (scores["cats_macro_auc"], scores["cats_macro_f"]) == pytest.approx((1.0, 1.0))
    assert scores["cats_score_desc"] == "macro AUC"
    found = {label for label, score in cats_of(textcat, "good film", vocab).items() if score > 0.5}
    assert found == {"FILM", "PRAISE"}


def test_loss_is_the_mean_of_squares_and_the_gradient_the_error(films, make_textcat):
    textcat = make_textcat(films)
    scores = np.tile(np.array([[0.75, 0.25]], "float32"), (len(films), 1))
    loss, d_scores = textcat.get_loss(films, scores)
    assert loss == pytest.approx((0.25**2 + 0.75**2) / 2)
    np.testing.assert_allclose(d_scores[:2], [[-0.25, 0.25], [0.75, -0.75]])


def test_labels_that_gold_leaves_out_are_missing_unless_exclusive(make_examples, make_textcat):
    examples = make_examples(
        ("a", {"A": 1.0}), ("b", {"B": 1.0}), ("a b", {"A": 0.0, "B": 0.0}), ("c", {})
    )
    scores = np.full((4, 2), 0.5, "float32")
    _, d_exclusive = make_textcat(examples).get_loss(examples, scores)
    _, d_independent = make_textcat(examples, exclusive=False).get_loss(examples, scores)
    assert d_exclusive.tolist() == [[-0.5, 0.5], [0.5, -0.5], [0.5, 0.5], [0, 0]]
    assert d_independent.tolist() == [[-0.5, 0], [0, -0.5], [0.5, 0.5], [0, 0]]


@pytest.mark.parametrize("exclusive", [True, False])
def test_untrained_scores_are_how_often_labels_are_right(make_examples, make_textcat, exclusive):
    rows = [("a", {"A": 1.0, "B": 0.0})] * 7 + [("b", {"A": 0.0, "B": 1.0})]
    textcat = make_textcat(make_examples(*rows), exclusive=exclusive)
    (scores,) = textcat.predict(DocBatch([make_examples(*rows)[0].predicted]))
    # Two more docs are counted for each label, one with it and one without.
    assert scores.tolist() == pytest.approx([0.8, 0.2])


def test_untrained_scores_leave_out_docs_that_say_nothing(make_examples, make_textcat):
    rows = [("a", {"A": 1.0, "B": 0.0})] * 2 + [("b", {"B": 1.0})] * 2 + [("c", {})] * 9
    examples = make_examples(*rows, ("a", {"A": 0.0}))
    (scores,) = make_textcat(examples, exclusive=False).predict(DocBatch([examples[0].predicted]))
    assert scores.tolist() == pytest.approx([3 / 5, 3 / 6])


def test_rehearsal_restores_the_predictions_of_the_tutor(films, make_textcat, vocab):
    textcat = make_textcat(films, steps=40)
    textcat.start_rehearsal()
    before = cats_of(textcat, "a good film", vocab)
    textcat.add_label("NEW")
    layer = textcat.model.get_ref("output_layer")
    layer.set_param("W", layer.get_param("W") * 0.1)
    optimizer = registry.optimizers.get("Adam.v1")(0.01, use_averages=False)
    losses = [textcat.rehearse(films, sgd=optimizer)["textcat"] for _ in range(60)]
    assert losses[-1] < losses[0] / 10
    after = cats_of(textcat, "a good film", vocab)
    assert [after[label] for label in before] == pytest.approx(list(before.values()), abs=0.1)


def test_rehearsing_without_a_tutor_does_nothing(films, make_textcat):
    assert make_textcat(films).rehearse(films) == {"textcat": 0.0}


# ---- labels


def test_labels_come_in_the_order_of_their_appearance(topics, make_textcat):
    textcat = make_textcat(topics, exclusive=False)
    assert textcat.labels == ("FILM", "PRAISE", "FOOD")
    assert textcat.label_data == ["FILM", "PRAISE", "FOOD"]
    again = make_textcat(topics, exclusive=False, labels=["FOOD", "FILM"])
    assert again.labels == ("FOOD", "FILM")
    assert again.predict(DocBatch([topics[0].predicted])).shape == (1, 2)


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("bow", [text_cat_bow_v2, text_cat_bow_v3], ids=["v2", "v3"])
def test_label_that_was_not_seen_yet_scores_nothing(films, make_textcat, vocab, bow, exclusive):
    textcat = make_textcat(films, exclusive=exclusive, steps=20, bow=bow)
    before = cats_of(textcat, "a good film", vocab)
    for label in ("FOOD", "TRAVEL"):
        textcat.add_label(label)
    after = cats_of(textcat, "a good film", vocab)
    assert (after.pop("FOOD"), after.pop("TRAVEL")) == (0, 0)
    assert after == pytest.approx(before, abs=1e-6)


def test_label_is_held_back_until_it_was_right_once(films, make_examples, make_textcat, vocab):
    textcat = make_textcat(films, steps=3)
    textcat.add_label("FOOD")
    textcat.update(films)
    assert cats_of(textcat, "a good soup", vocab)["FOOD"] == 0
    textcat.update(make_examples(("a good soup", {"FOOD": 1.0})))
    assert cats_of(textcat, "a good soup", vocab)["FOOD"] > 0


def test_new_label_is_learned_and_the_old_ones_stay(films, make_examples, make_textcat, vocab):
    textcat = make_textcat(films, steps=40)
    before = cats_of(textcat, "a good film", vocab)
    assert (textcat.add_label("FOOD"), textcat.add_label("FOOD")) == (1, 0)
    after = cats_of(textcat, "a good film", vocab)
    assert list(after) == ["POS", "NEG", "FOOD"]
    assert [after[label] for label in before] == pytest.approx(list(before.values()), abs=1e-3)
    food = make_examples(*[("soup", {"POS": 0.0, "NEG": 0.0, "FOOD": 1.0})] * 4)
    learn(textcat, [*films, *food], 300)
    assert cats_of(textcat, "soup", vocab)["FOOD"] > 0.5
    assert cats_of(textcat, "a good film", vocab)["POS"] > 0.5


def test_model_without_room_refuses_a_new_label(films, make_textcat):
    textcat = make_textcat(films, bow=text_cat_bow_v1)
    with pytest.raises(KernelError, match="cannot have more: 'FOOD' is one too many"):
        textcat.add_label("FOOD")
    assert textcat.labels == ("POS", "NEG")


@pytest.mark.parametrize("label", [3, "", None])
def test_label_that_is_not_a_string_is_refused(make_textcat, label):
    with pytest.raises(WrongTypeError, match="must be a string"):
        make_textcat().add_label(label)


def test_labels_that_were_added_before_stay(films, make_textcat):
    textcat = make_textcat()
    textcat.add_label("FOOD")
    textcat.initialize(lambda: films)
    assert textcat.labels == ("FOOD", "POS", "NEG")


# ---- gold that cannot be learned from


@pytest.mark.parametrize("when", ["initialize", "update"])
def test_two_of_exclusive_labels_are_reported_with_their_doc(
    films, make_examples, make_textcat, when
):
    both = make_examples(("good but bad", {"POS": 1.0, "NEG": 1.0}))
    textcat = make_textcat(films)
    steps = {"initialize": lambda eg: textcat.initialize(lambda: eg), "update": textcat.update}
    with pytest.raises(DataError, match=r"doc 12 \('good but bad '\) has 2: \['POS', 'NEG'\]") as e:
        steps[when]([*films, *both])
    assert "textcat_multilabel" in e.value.hint


@pytest.mark.parametrize("exclusive", [True, False])
def test_values_other_than_0_and_1_are_reported_with_their_doc(
    films, make_examples, make_textcat, exclusive
):
    half = make_examples(("so so", {"POS": 0.5, "NEG": 0.0}))
    with pytest.raises(DataError, match=r"doc 12 \('so so '\) has \{'POS': 0.5\}"):
        make_textcat([*films, *half], exclusive=exclusive)


def test_one_exclusive_label_is_too_few(make_examples, make_textcat):
    examples = make_examples(("a", {"A": 1.0}), ("b", {"A": 0.0}))
    with pytest.raises(KernelError, match=r"needs 2 labels or more, got \['A'\]"):
        make_textcat(examples)
    assert make_textcat(examples, exclusive=False).labels == ("A",)


def test_data_without_labels_is_reported(make_examples, make_textcat):
    with pytest.raises(KernelError, match="needs 1 labels or more") as caught:
        make_textcat(make_examples(("a", {})), exclusive=False)
    assert "initialize.components.textcat_multilabel.labels" in caught.value.hint


@pytest.mark.parametrize("exclusive", [True, False])
def test_label_that_never_changes_is_warned_of(make_examples, make_textcat, exclusive):
    examples = make_examples(
        ("a", {"A": 1.0, "B": 0.0, "C": 0.0}), ("b", {"A": 0.0, "B": 1.0, "C": 0.0})
    )
    with pytest.warns(UserWarning, match=r"cannot learn the labels \['C'\]"):
        make_textcat(examples, exclusive=exclusive)
    asked_for = make_textcat(examples, exclusive=exclusive, labels=["A", "B", "C"])
    assert asked_for.labels == ("A", "B", "C")


@pytest.mark.parametrize(
    ("label", "labels", "message"),
    [
        ("WRONG", None, r"`positive_label` of `textcat` is 'WRONG'; expected one of its labels"),
        ("POS", ["POS", "NEG", "FOOD"], "is for two labels; there are 3"),
    ],
)
def test_positive_label_is_one_of_two(films, make_textcat, label, labels, message):
    with pytest.raises(KernelError, match=message):
        make_textcat(films, labels=labels, positive_label=label)


def test_positive_label_is_scored(films, make_textcat):
    textcat = make_textcat(films, steps=40, positive_label="POS")
    scores = scores_of(textcat, films)
    assert scores["cats_score_desc"] == "F (POS)"
    assert scores["cats_score"] == scores["cats_f_per_type"]["POS"]["f"]


def test_size_that_the_config_gives_must_fit_the_labels(films, vocab):
    textcat = TextCategorizer(vocab, text_cat_bow_v3(True, 1, False, 32, nO=3))
    with pytest.raises(KernelError, match="has 3 outputs, but the data has 2 labels"):
        textcat.initialize(lambda: films)


# ---- prediction


def test_docs_without_words_score_0(films, make_textcat, make_docs):
    textcat = make_textcat(films, steps=5)
    docs = make_docs(0, 3, 0)
    textcat.set_annotations(docs, textcat.predict(docs))
    assert [sum(doc.cats.values()) for doc in docs] == pytest.approx([0, 1, 0])
    assert textcat(make_docs(0)[0]).cats == {"POS": 0.0, "NEG": 0.0}


def test_other_labels_of_a_doc_stay(films, make_textcat, make_docs):
    (doc,) = make_docs(3)
    doc.cats = {"LONG": 1.0}
    assert list(make_textcat(films)(doc).cats) == ["LONG", "POS", "NEG"]


def test_error_without_labels_has_a_hint(make_textcat, make_docs):
    with pytest.raises(KernelError, match="component `textcat` is not initialized") as caught:
        make_textcat()(make_docs(3)[0])
    assert "nlp.initialize" in caught.value.hint


def test_threshold_decides_which_labels_are_predicted(topics, make_textcat):
    textcat = make_textcat(topics, exclusive=False, steps=80)
    textcat.cfg["threshold"] = 1.0
    assert scores_of(textcat, topics)["cats_micro_r"] == 0.0
    textcat.cfg["threshold"] = 0.0
    assert scores_of(textcat, topics)["cats_micro_r"] == 1.0


# ---- storage


@pytest.mark.parametrize("exclusive", [True, False])
def test_saved_component_is_the_same(films, make_textcat, make_docs, tmp_path, exclusive):
    textcat = make_textcat(films, exclusive=exclusive, steps=3)
    textcat.add_label("NEW")
    textcat.to_disk(tmp_path / "textcat")
    again = make_textcat(exclusive=exclusive).from_disk(tmp_path / "textcat")
    assert (again.cfg, again.to_bytes()) == (textcat.cfg, textcat.to_bytes())
    docs = make_docs(3, 8)
    np.testing.assert_array_equal(again.predict(docs), textcat.predict(docs))


def test_default_models_are_ensembles():
    nlp = kernel.blank("xx")
    for name in ("textcat", "textcat_multilabel"):
        model = nlp.add_pipe(name).model
        assert model.attrs["multi_label"] == (name == "textcat_multilabel")
        assert model.has_ref("attention_layer")


def test_settings_given_when_loading_win_over_saved_ones(tmp_path):
    nlp = kernel.blank("en")
    textcat = nlp.add_pipe("textcat_multilabel", config={"threshold": 0.25})
    for label in ("A", "B"):
        textcat.add_label(label)
    nlp.initialize()
    nlp.to_disk(tmp_path)
    loaded = kernel.load(tmp_path, config={"components.textcat_multilabel.threshold": 0.75})
    assert loaded.get_pipe("textcat_multilabel").cfg["threshold"] == 0.75
    assert loaded.config["components"]["textcat_multilabel"]["threshold"] == 0.75
    assert kernel.load(tmp_path).get_pipe("textcat_multilabel").cfg["threshold"] == 0.25


def test_settings_beside_a_source_win_over_its_own(tmp_path):
    nlp = kernel.blank("en")
    textcat = nlp.add_pipe("textcat_multilabel", config={"threshold": 0.25})
    for label in ("A", "B"):
        textcat.add_label(label)
    nlp.initialize()
    nlp.to_disk(tmp_path / "source")
    block = {"source": str(tmp_path / "source"), "component": "textcat_multilabel"}
    config = {
        "nlp": {"lang": "en", "pipeline": ["one", "two"]},
        "components": {"one": {**block, "threshold": 0.75}, "two": block},
    }
    copied = type(nlp).from_config(config)
    assert copied.get_pipe("one").cfg["threshold"] == 0.75
    assert copied.get_pipe("two").cfg["threshold"] == 0.25
    assert copied.config["components"]["one"]["threshold"] == 0.75
    copied.to_disk(tmp_path / "copied")
    assert kernel.load(tmp_path / "copied").get_pipe("one").cfg["threshold"] == 0.75
