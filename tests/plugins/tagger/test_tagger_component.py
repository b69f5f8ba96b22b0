import json

import numpy as np
import pytest

import kernel
from kernel.errors import DataError, KernelError, LoadError, WrongTypeError
from kernel.text import Doc, DocBatch, Example, ExampleBatch


def tags_of(doc):
    return [token.tag_ for token in doc]


def score(component, examples):
    made = [
        Example(
            component(Doc(example.reference.vocab, words=example.reference.words())),
            example.reference,
        )
        for example in examples
    ]
    return component.score(made)


def test_it_learns_the_tags(tagged, make_component):
    tagger = make_component("tagger", tagged, steps=30)
    assert tagger.labels == (".", "NN", "PRP", "VBD")
    assert score(tagger, tagged) == {"tag_acc": 1.0}


def test_loss_falls(tagged, make_component, sgd):
    tagger = make_component("tagger", tagged)
    losses = [tagger.update(tagged, sgd=sgd)["tagger"] for _ in range(10)]
    assert losses[-1] < losses[0] / 2


def test_update_without_optimizer_only_accumulates(tagged, make_component):
    tagger = make_component("tagger", tagged)
    output = tagger.model.get_ref("output_layer")
    tagger.update(tagged)
    once = output.get_grad("W").copy()
    tagger.update(tagged)
    assert not output.get_param("W").any()
    np.testing.assert_allclose(output.get_grad("W"), 2 * once, rtol=1e-5)


def test_loss_adds_to_those_given(tagged, make_component):
    losses = {"tagger": 1.0, "other": 2.0}
    alone = make_component("tagger", tagged).update(tagged)["tagger"]
    make_component("tagger", tagged).update(tagged, losses=losses)
    assert losses == {"tagger": pytest.approx(1.0 + alone), "other": 2.0}


# Gold


def test_tokens_without_gold_tag_have_no_gradient(make_component, make_example):
    tagger = make_component("tagger", [make_example(["a", "b"], tags=["A", "B"])])
    assert tagger.update([make_example(["a", "b"], tags=["", ""])])["tagger"] == 0
    assert tagger.update([make_example(["a", "b"])])["tagger"] == 0
    one = tagger.update([make_example(["a", "b"], tags=["A", ""])])["tagger"]
    both = tagger.update([make_example(["a", "b"], tags=["A", "B"])])["tagger"]
    assert both == pytest.approx(2 * one) != 0


def test_tags_with_the_prefix_are_negative(make_component, make_example, sgd):
    gold = [make_example(["a"], tags=["A"]), make_example(["b"], tags=["B"])]
    tagger = make_component("tagger", [*gold, make_example(["c"], tags=["!A"])])
    assert tagger.labels == ("A", "B")
    for _ in range(30):
        tagger.update([make_example(["c", "c"], tags=["!A", ""])], sgd=sgd)
    assert tags_of(tagger(Doc(tagger.vocab, words=["c"]))) == ["B"]


def test_prefix_can_be_another_one(make_component, make_example):
    examples = [make_example(["a", "b", "c"], tags=["!A", "B", "not:B"])]
    tagger = make_component("tagger", examples, neg_prefix="not:")
    assert tagger.labels == ("!A", "B")
    gold = tagger.gold_classes(examples)
    assert gold.classes.tolist() == [0, 1, 1]
    assert gold.negatives.tolist() == [False, False, True]


def test_misaligned_tokens_learn_the_common_tag_of_their_gold_tokens(make_component, make_example):
    example = make_example(
        ["ab", "cd", "e", "f", "g"],
        gold_words=["a", "b", "c", "d", "ef", "g"],
        tags=["X", "X", "X", "Y", "Z", "Y"],
    )
    tagger = make_component("tagger", [example])
    gold = tagger.gold_classes([example])
    names = ["-" if number < 0 else tagger.labels[number] for number in gold.classes]
    assert names == ["X", "-", "Z", "Z", "Y"]
    assert names == [tag or "-" for tag in example.get_aligned("TAG", as_string=True)]


def test_tokens_of_mixed_batches_are_learned_from_as_alone(make_component, make_example):
    examples = [
        make_example(["a", "b"], tags=["A", "B"]),
        make_example([]),
        make_example(["ab"], gold_words=["a", "b"], tags=["A", "A"]),
        make_example(["b"], tags=["B"]),
    ]
    tagger = make_component("tagger", examples)
    alone = sum(tagger.update([example])["tagger"] for example in examples)
    assert tagger.update(ExampleBatch(examples))["tagger"] == pytest.approx(alone)


def test_unknown_gold_tag_is_named(make_component, make_example):
    tagger = make_component("tagger", [make_example(["a"], tags=["A"])])
    with pytest.raises(DataError, match="`tagger` has no label 'B', 'C', which occurs in the gold"):
        tagger.update([make_example(["a", "b", "c"], tags=["A", "B", "C"])])


def test_unknown_negative_tag_has_no_gradient(make_component, make_example):
    tagger = make_component("tagger", [make_example(["a"], tags=["A"])])
    assert tagger.update([make_example(["a"], tags=["!B"])])["tagger"] == 0


def test_smoothing_keeps_the_model_unsure(tagged, make_component):
    tagger = make_component("tagger", tagged, steps=200, rate=0.003, label_smoothing=0.3)
    probs, _ = tagger.model.begin_update(DocBatch(example.predicted for example in tagged))
    np.testing.assert_allclose(probs.data.max(axis=1), 0.7, atol=0.02)


def test_too_much_smoothing_is_refused_before_training(tagged, make_component):
    with pytest.raises(
        KernelError, match=r"`label_smoothing` must .* 0\.75 for 4 labels, got 0\.8"
    ):
        make_component("tagger", tagged, label_smoothing=0.8)


def test_scores_that_are_not_finite_stop_training(tagged, make_component):
    tagger = make_component("tagger", tagged)
    tagger.model.get_ref("output_layer").get_param("W")[...] = np.nan
    with pytest.raises(KernelError, match="scores of `tagger` are not finite"):
        tagger.update(tagged)


# Labels


def test_labels_can_be_given_in_any_order(tagged, make_component):
    tagger = make_component("tagger", tagged, initialize={"labels": ["VBD", "NN", "PRP", ".", "X"]})
    assert tagger.label_data == ("VBD", "NN", "PRP", ".", "X")
    assert tagger.model.get_dim("nO") == 5


def test_label_added_before_initialization_comes_first(tagged, make_component, vocab, make_model):
    tagger = make_component("tagger")
    assert tagger.add_label("ZZ") == 1
    assert tagger.add_label("ZZ") == 0
    tagger.initialize(lambda: tagged)
    assert tagger.labels == ("ZZ", ".", "NN", "PRP", "VBD")


def test_label_added_to_trained_tagger_is_learned(
    tagged, tag_of, make_component, make_example, sgd
):
    tagger = make_component("tagger", tagged, steps=30)
    words = list(tag_of)
    before = tags_of(tagger(Doc(tagger.vocab, words=words)))
    assert tagger.add_label("NEW") == 1
    assert tags_of(tagger(Doc(tagger.vocab, words=words))) == before == list(tag_of.values())
    for _ in range(60):
        tagger.update([make_example(["new"], tags=["NEW"])], sgd=sgd)
    assert tags_of(tagger(Doc(tagger.vocab, words=["new"]))) == ["NEW"]


def test_model_of_fixed_size_takes_no_labels_later(tagged, make_component):
    tagger = make_component("tagger", tagged)
    del tagger.model.attrs["resize_output"]
    assert not tagger.is_resizable
    with pytest.raises(KernelError, match="model of `tagger` has a fixed number of labels"):
        tagger.add_label("NEW")
    assert "NEW" not in tagger.labels


@pytest.mark.parametrize("label", [7, "", None])
def test_label_must_be_a_string_with_something_in_it(tagged, make_component, label):
    with pytest.raises(WrongTypeError, match="label of `tagger` must be a string"):
        make_component("tagger", tagged).add_label(label)


def test_no_labels_is_a_clear_error(make_component, make_example):
    with pytest.raises(KernelError, match="component `tagger` found no labels in the examples"):
        make_component("tagger", [make_example(["a"])])
    with pytest.raises(KernelError, match="no examples"):
        make_component("tagger", [], initialize={"labels": ["A"]})


def test_initializing_again_starts_from_scratch(tagged, make_component, make_example):
    tagger = make_component("tagger", tagged, steps=5)
    tagger.initialize(lambda: [*tagged, make_example(["x"], tags=["X"])])
    assert tagger.labels[-1] == "X"
    assert tagger.model.get_dim("nO") == len(tagger.labels)
    assert not tagger.model.get_ref("output_layer").get_param("W").any()


# Prediction


def test_tags_that_were_set_before_are_kept(tagged, make_component):
    words = ["she", "ran", "."]
    tagger = make_component("tagger", tagged, steps=30)
    assert tags_of(tagger(Doc(tagger.vocab, words=words, tags=["X", "", ""]))) == ["X", "VBD", "."]
    bold = make_component("tagger", tagged, steps=30, overwrite=True)
    assert tags_of(bold(Doc(bold.vocab, words=words, tags=["X", "", ""]))) == ["PRP", "VBD", "."]


def test_docs_without_tokens_go_through(vocab, tagged, make_component, make_example):
    tagger = make_component("tagger", tagged)
    assert tagger.update([make_example([])]) == {"tagger": 0.0}
    docs = DocBatch([Doc(vocab), Doc(vocab, words=["she"]), Doc(vocab)])
    tagger.set_annotations(docs, tagger.predict(docs))
    assert [len(tags_of(doc)) for doc in docs] == [0, 1, 0]
    nothing = DocBatch([])
    tagger.set_annotations(nothing, tagger.predict(nothing))


def test_untrained_component_is_an_error(vocab, make_component):
    tagger = make_component("tagger")
    tagger.add_label("A")
    with pytest.raises(KernelError, match="component `tagger` is not initialized"):
        tagger(Doc(vocab, words=["a"]))


def test_model_that_others_made_is_asked_for_all_scores(tagged, make_component, make_model):
    model = make_model()
    tagger = make_component("tagger", tagged, steps=10, model=model)
    docs = DocBatch([example.predicted for example in tagged])
    expected = tagger.predict(docs).tolist()
    model.attrs["resize_output"] = lambda model, n_classes: model
    assert tagger.predict(docs).tolist() == expected


# Rehearsal


def test_rehearsal_restores_earlier_predictions(tagged, tag_of, make_component, make_example, sgd):
    tagger = make_component("tagger", tagged, steps=30)
    assert tagger.rehearse(tagged) == {"tagger": 0.0}  # before there is a tutor
    tagger.start_rehearsal()
    assert tagger.rehearse(tagged)["tagger"] == pytest.approx(0, abs=1e-9)
    wrong = [make_example([word], tags=["NN"]) for word in tag_of]
    for _ in range(20):
        tagger.update(wrong, sgd=sgd)
    forgotten = tagger.rehearse(tagged)["tagger"]
    assert score(tagger, tagged)["tag_acc"] < 1
    for _ in range(200):
        last = tagger.rehearse(tagged, sgd=sgd)["tagger"]
    assert last < forgotten / 4
    assert score(tagger, tagged)["tag_acc"] == 1.0


def test_pipeline_that_has_predicted_can_rehearse(tagged):
    nlp = kernel.blank("en")
    nlp.add_pipe("tagger")
    nlp.initialize(lambda: tagged)
    nlp.update(tagged)
    nlp("time flies")
    nlp.resume_training()
    losses = nlp.rehearse(tagged)
    assert losses["tagger"] == pytest.approx(0, abs=1e-6)


# Storage


def test_saved_component_predicts_the_same(tagged, make_component, tmp_path):
    tagger = make_component("tagger", tagged, steps=20)
    tagger.add_label("LATER")
    tagger.to_disk(tmp_path / "tagger")
    loaded = make_component("tagger").from_disk(tmp_path / "tagger")
    assert sorted(path.name for path in (tmp_path / "tagger").iterdir()) == ["cfg", "model"]
    assert loaded.to_bytes() == tagger.to_bytes()
    for example in tagged:
        docs = [Doc(tagger.vocab, words=example.reference.words()) for _ in range(2)]
        assert tags_of(loaded(docs[0])) == tags_of(tagger(docs[1]))


def test_settings_on_disk_are_those_of_spacy(tagged, make_component, tmp_path):
    make_component("tagger", tagged, label_smoothing=0.1).to_disk(tmp_path)
    assert json.loads((tmp_path / "cfg").read_text()) == {
        "label_smoothing": 0.1,
        "labels": [".", "NN", "PRP", "VBD"],
        "neg_prefix": "!",
        "overwrite": False,
    }


def test_bytes_go_into_a_component_of_another_size(tagged, make_component, make_example, sgd):
    tagger = make_component("tagger", tagged, steps=5)
    other = make_component("tagger", [make_example(["a"], tags=["A"])], steps=2)
    other.from_bytes(tagger.to_bytes())
    assert other.to_bytes() == tagger.to_bytes()
    assert other.update(tagged, sgd=sgd)["tagger"] > 0


def test_weights_that_do_not_fit_the_labels_are_named(tagged, make_component, tmp_path):
    make_component("tagger", tagged).to_disk(tmp_path)
    cfg = json.loads((tmp_path / "cfg").read_text())
    (tmp_path / "cfg").write_text(json.dumps({**cfg, "labels": ["NN"]}))
    with pytest.raises(LoadError, match=r"model`: .* has 4 classes, but .* has 1 labels"):
        make_component("tagger").from_disk(tmp_path)


def test_tags_of_loaded_component_can_be_read(tagged, make_component):
    data = make_component("tagger", tagged, steps=20).to_bytes()
    loaded = make_component("tagger").from_bytes(data)
    assert tags_of(loaded(Doc(loaded.vocab, words=["she"]))) == ["PRP"]
