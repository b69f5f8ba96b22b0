"""What all components that learn have in common: the same calls, with the same outcome."""

import numpy as np
import pytest

import kernel
from kernel.errors import KernelError, NotInitializedError, WrongTypeError
from kernel.pipeline import Rehearsing
from kernel.text import Doc, Example

GOLD = {
    "I like cake": {
        "tags": ["PRP", "VBP", "NN"],
        "pos": ["PRON", "VERB", "NOUN"],
        "morphs": ["Person=1", "", "Number=Sing"],
        "lemmas": ["i", "like", "cake"],
        "heads": [1, 1, 1],
        "deps": ["nsubj", "ROOT", "dobj"],
        "sent_starts": [1, -1, -1],
        "entities": [(7, 11, "FOOD")],
        "cats": {"WANT": 1.0, "HAVE": 0.0},
    },
    "We ate soup": {
        "tags": ["PRP", "VBD", "NN"],
        "pos": ["PRON", "VERB", "NOUN"],
        "morphs": ["Person=1", "", "Number=Sing"],
        "lemmas": ["we", "eat", "soup"],
        "heads": [1, 1, 1],
        "deps": ["nsubj", "ROOT", "dobj"],
        "sent_starts": [1, -1, -1],
        "entities": [(7, 11, "FOOD")],
        "cats": {"WANT": 0.0, "HAVE": 1.0},
    },
}
SETTINGS = {"trainable_lemmatizer": {"min_tree_freq": 1}, "parser": {"min_action_freq": 1}}
CLASSIFIERS = ["tagger", "morphologizer", "senter", "trainable_lemmatizer"]
REHEARSING = [*CLASSIFIERS, "parser", "ner", "textcat", "textcat_multilabel"]
ALL = [*REHEARSING, "tok2vec"]


def make(name):
    """Return a pipeline of one component that is not initialized, and examples for it."""
    nlp = kernel.blank("en")
    component = nlp.add_pipe(name, config=SETTINGS.get(name, {}))
    examples = [Example.from_dict(nlp.make_doc(text), gold) for text, gold in GOLD.items()]
    return nlp, component, examples


def make_trained(name, steps=15):
    nlp, component, examples = make(name)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(steps):
        nlp.update(examples, sgd=optimizer)
    return nlp, component, examples


def annotation(doc):
    columns = {name: column.tolist() for name, column in doc.annotations.items()}
    return columns, doc.cats, doc.tensor.tolist()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "call",
    [
        lambda nlp, pipe, examples: nlp("I like cake"),
        lambda nlp, pipe, examples: list(nlp.pipe(["I like cake"])),
        lambda nlp, pipe, examples: pipe(examples[0].predicted),
        lambda nlp, pipe, examples: pipe.predict([examples[0].predicted]),
        lambda nlp, pipe, examples: pipe.update(examples),
        lambda nlp, pipe, examples: nlp.update(examples),
        lambda nlp, pipe, examples: nlp.evaluate(examples),
    ],
    ids=["nlp", "nlp.pipe", "call", "predict", "update", "nlp.update", "nlp.evaluate"],
)
def test_a_component_without_weights_says_that_it_is_not_initialized(name, call):
    with pytest.raises(NotInitializedError, match=f"^component `{name}` is not initialized\n"):
        call(*make(name))


@pytest.mark.parametrize("name", ["tagger", "morphologizer", "parser", "ner"])
def test_a_label_added_to_a_trained_component_changes_no_prediction(name):
    nlp, component, _ = make_trained(name)
    texts = [*GOLD, "They had seen it ."]
    before = [annotation(doc) for doc in nlp.pipe(texts)]
    assert component.add_label("POS=ADV" if name == "morphologizer" else "NEW") == 1
    assert [annotation(doc) for doc in nlp.pipe(texts)] == before


@pytest.mark.parametrize("name", ["tagger", "ner", "textcat"])
def test_labels_added_before_initialization_do_not_make_it_initialized(name):
    nlp, component, _ = make(name)
    assert component.add_label("NEW") == 1
    with pytest.raises(NotInitializedError):
        nlp("I like cake")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("kind", [list, tuple])
def test_predict_and_set_annotations_take_any_sequence_of_docs(name, kind):
    nlp, component, _ = make_trained(name, steps=2)
    expected = [annotation(doc) for doc in nlp.pipe(GOLD)]
    docs = kind(nlp.make_doc(text) for text in GOLD)
    component.set_annotations(docs, component.predict(docs))
    assert [annotation(doc) for doc in docs] == expected
    component.set_annotations(kind(), component.predict(kind()))
    empty = kind([nlp.make_doc("")])
    component.set_annotations(empty, component.predict(empty))


@pytest.mark.parametrize("name", [*CLASSIFIERS, "textcat", "textcat_multilabel"])
def test_get_loss_takes_a_list_and_leaves_the_scores_alone(name):
    _, component, examples = make_trained(name, steps=2)
    scores, backprop = component.model.begin_update([eg.predicted for eg in examples])
    before = [np.array(rows) for rows in scores]
    loss, gradient = component.get_loss(examples, scores)
    assert loss > 0
    for rows, expected in zip(scores, before, strict=True):
        np.testing.assert_array_equal(rows, expected)
    assert component.get_loss(tuple(examples), scores)[0] == loss
    backprop(gradient)
    assert any(node.has_grad("W") for node in component.model.walk())


@pytest.mark.parametrize("name", ["parser", "ner"])
def test_get_loss_of_a_transition_system_explores_from_the_scores_of_the_model(name):
    _, component, examples = make_trained(name, steps=2)
    scores, backprop = component.model.begin_update([eg.predicted for eg in examples])
    loss, gradient = component.get_loss(examples, scores)
    assert loss == pytest.approx(float((gradient**2).sum()), rel=1e-4)
    assert loss > 0
    backprop(gradient)
    with pytest.raises(
        KernelError, match=r"expects the output of `model\.begin_update`, got a list"
    ):
        component.get_loss(examples, [])


@pytest.mark.parametrize("name", ALL)
def test_update_with_other_objects_than_examples_is_a_type_error(name):
    nlp, component, _ = make_trained(name, steps=0)
    for wrong in ("text", [nlp.make_doc("I like cake")], [("I like cake", GOLD["I like cake"])]):
        with pytest.raises(WrongTypeError, match=rf"`{name}` expects Examples, got a \w+"):
            component.update(wrong)


@pytest.mark.parametrize("name", REHEARSING)
def test_rehearsal_brings_back_the_predictions_of_the_original_model(name):
    nlp, component, examples = make_trained(name)
    optimizer = nlp.resume_training()
    assert isinstance(component, Rehearsing)
    blank = [Example(eg.predicted.copy(), Doc(nlp.vocab, words=eg.text.split())) for eg in examples]
    output = component.model.get_ref("upper" if name in ("parser", "ner") else "output_layer")
    output.set_param("b", output.get_param("b") - np.arange(output.get_dim("nO"), dtype="float32"))
    losses = [nlp.rehearse(blank, sgd=optimizer)[name] for _ in range(80)]
    assert losses[0] > 0
    assert np.mean(losses[-10:]) < 0.5 * losses[0]


@pytest.mark.parametrize("name", ["parser", "ner"])
def test_rehearsal_ignores_classes_that_are_newer_than_the_original_model(name):
    nlp, component, examples = make_trained(name)
    nlp.resume_training()
    component.add_label("NEW")
    n_old = component.tutor.get_dim("nO")
    nlp.rehearse(examples, sgd=False)
    gradient = component.model.get_ref("upper").get_grad("b")
    assert len(gradient) > n_old
    assert gradient[:n_old].any()
    assert not gradient[n_old:].any()


def test_a_component_that_cannot_rehearse_says_so():
    nlp, component, examples = make_trained("tok2vec", steps=1)
    nlp.resume_training()
    assert nlp.rehearse(examples) == {}
    with pytest.raises(KernelError, match="component `tok2vec` cannot rehearse"):
        component.rehearse(examples)


@pytest.mark.parametrize("name", ALL)
def test_initialization_needs_examples(name):
    nlp, _, _ = make(name)
    with pytest.raises(KernelError, match="there are no examples to initialize from"):
        nlp.initialize(list)


@pytest.mark.parametrize("name", REHEARSING)
def test_a_model_gets_its_number_of_classes_from_a_sample_of_outputs(name):
    nlp, component, _ = make(name)
    docs = [nlp.make_doc(text) for text in GOLD]
    per_token = [np.zeros((len(doc), 7), "float32") for doc in docs]
    per_doc = np.zeros((len(docs), 7), "float32")
    component.model.initialize(docs, per_token if name in CLASSIFIERS else per_doc)
    assert component.model.get_dim("nO") == 7
    component.model.predict(docs)


@pytest.mark.parametrize("name", ["parser", "ner"])
def test_a_component_without_labels_works_and_can_get_labels_later(name):
    nlp = kernel.blank("en")
    component = nlp.add_pipe(name)
    with pytest.warns(UserWarning, match=f"component `{name}` found no labels in the examples"):
        nlp.initialize()
    doc = nlp("I like cake")
    assert doc.ents == ()
    assert component.add_label("NEW") == 1
    assert [token.text for token in nlp("I like cake")] == ["I", "like", "cake"]
    assert "NEW" in component.labels


WORDS = ["I", "like", "cake", "now"]
# Partial annotation, and what must be learned from it; None: anything.
PARTIAL = {
    "tagger": ({"tags": ["A", "", "B", None]}, "tag_", ["A", None, "B", None]),
    "morphologizer": (
        {"pos": ["PRON", "", "VERB", ""], "morphs": ["A=B", "", "", "C=D"]},
        "pos_",
        ["PRON", None, "VERB", ""],
    ),
    "senter": ({"sent_starts": [1, None, 1, -1]}, "is_sent_start", [True, None, True, False]),
    "trainable_lemmatizer": (
        {"lemmas": ["i", "", "cak", None]},
        "lemma_",
        ["i", None, "cak", None],
    ),
    "parser": (
        {"heads": [1, 1, 1, None], "deps": ["nsubj", "ROOT", "dobj", None]},
        "dep_",
        ["nsubj", "ROOT", "dobj", None],
    ),
    "ner": ({"entities": ["O", "-", "U-X", "-"]}, "ent_type_", ["", None, "X", None]),
}


@pytest.mark.parametrize("name", PARTIAL)
def test_partial_annotation_is_learned_without_a_loss_for_the_rest(name):
    gold, attribute, expected = PARTIAL[name]
    nlp, _, _ = make(name)
    example = Example.from_dict(Doc(nlp.vocab, words=WORDS), gold)
    optimizer = nlp.initialize(lambda: [example])
    losses = [nlp.update([example], sgd=optimizer)[name] for _ in range(80)]
    assert losses[-1] < 0.01 < losses[0]
    doc = nlp(Doc(nlp.vocab, words=WORDS))
    found = [getattr(token, attribute) for token in doc]
    assert [None if b is None else a for a, b in zip(found, expected, strict=True)] == expected
    scores = nlp.evaluate([example])
    main = {"parser": "dep_las", "ner": "ents_f", "senter": "sents_f"}
    kind = {"tagger": "tag_acc", "morphologizer": "pos_acc", "trainable_lemmatizer": "lemma_acc"}
    assert scores[{**main, **kind}[name]] == 1.0


@pytest.mark.parametrize("name", REHEARSING)
def test_docs_without_annotation_change_nothing_and_have_no_scores(name):
    nlp, component, examples = make_trained(name, steps=1)
    blank = [Example(eg.predicted, Doc(nlp.vocab, words=eg.text.split())) for eg in examples]
    assert nlp.update(blank, sgd=False) == {name: 0.0}
    for node in component.model.walk():
        for param in node.param_names:
            assert not node.has_grad(param) or not node.get_grad(param).any()
    # With annotated docs in the batch, the others have no gradient.
    assert nlp.update([examples[0], *blank], sgd=False)[name] > 0
    scores = nlp.evaluate(blank)
    assert component.score(blank).keys() <= scores.keys()
    measured = {key for key, value in scores.items() if value is not None}
    assert measured <= {"speed", "cats_score_desc"}
