"""Every way of following the model's predictions visits the same states."""

import numpy as np
import pytest

from kernel.text import Doc, Example
from kernel_plugin_ner.batch import make_batch
from kernel_plugin_ner.classes import NAMES
from kernel_plugin_ner.states import begin_states

MODELS = [
    pytest.param({}, id="three-tokens"),
    pytest.param({"extra": True}, id="six-tokens"),
    pytest.param({"use_upper": False}, id="no-upper-layer"),
    pytest.param({"pieces": 1}, id="one-piece"),
]


def shaken(make_ner, shake, source, seed, **model):
    ner = make_ner(source.examples(20), **model)
    shake(ner.model, seed)
    return ner


def found(entities):
    columns = (entities.starts.tolist(), entities.ends.tolist(), entities.labels.tolist())
    return list(zip(*columns, strict=True))


def random_batch(source, count):
    """Docs of all lengths, including empty ones, with and without preset annotation."""
    docs = [source.plain([]), *(source.plain() for _ in range(count))]
    return docs + [source.annotated(sentences=True) for _ in range(count)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("model", MODELS)
def test_lazy_decoding_equals_stepping(random_docs, make_ner, shake, batch, stepped, seed, model):
    source = random_docs(seed)
    ner = shaken(make_ner, shake, source, seed, **model)
    docs = batch(random_batch(source, 15))
    scorer = ner.model.predict(docs)
    skipped = found(ner.system.decode(scorer, docs))
    assert skipped
    assert found(stepped(ner.system).decode(scorer, docs)) == skipped


def test_stepping_follows_the_best_valid_class(random_docs, make_ner, shake, batch, reference):
    source = random_docs(0)
    ner = shaken(make_ner, shake, source, 0)
    docs = batch([source.annotated(sentences=True) for _ in range(30)])
    scorer = ner.model.predict(docs)
    classes = [(NAMES[action], label) for action, label in ner.system.moves.classes]
    expected = []
    for number, doc in enumerate(docs):
        rules, offset = reference(doc), int(docs.offsets[number])
        start, label = 0, ""
        for at in range(len(doc)):
            shown = [offset + at, *([offset + start, offset + at - 1] if label else [-1, -1])]
            scores = scorer.score(np.array([shown]))[0]
            valid = rules.valid_row(classes, at, label)
            action, name = classes[int(np.where(valid, scores, -np.inf).argmax())]
            if action == "B":
                start, label = at, name
            elif action == "L" or (action == "U" and name):
                expected.append((offset + (start if action == "L" else at), offset + at + 1, name))
            label = label if action in "BI" else ""
    strings = ner.vocab.strings
    entities = [
        (start, end, strings[label]) for start, end, label in found(ner.system.decode(scorer, docs))
    ]
    assert entities == expected


@pytest.mark.parametrize("size", [1, 7, 64])
def test_predictions_do_not_depend_on_batch_size(
    random_docs, make_ner, shake, batch, entities, size
):
    source = random_docs(1)
    ner = shaken(make_ner, shake, source, 1)
    docs = [source.plain() for _ in range(100)]
    together = batch([doc.copy() for doc in docs])
    ner.set_annotations(together, ner.predict(together))
    for start in range(0, len(docs), size):
        part = batch(docs[start : start + size])
        ner.set_annotations(part, ner.predict(part))
    assert [entities(doc) for doc in docs] == [entities(doc) for doc in together]
    assert any(entities(doc) for doc in docs)


def explored(system, explore, ner, examples, docs, max_moves):
    """The training data of each reached state, in sorted order."""
    gold = system.gold(examples)
    states = system.cut(docs, gold, max_moves)
    scorer = ner.model.predict(docs)  # no dropout, so that paths can be compared
    scorer.is_train = True
    costs, valid = explore(scorer, states, gold, max_moves)
    scores = scorer.scores()
    reached = valid.any(axis=1)
    rows = np.concatenate([scores, costs, valid], axis=1)[reached].round(3)
    return rows[np.lexsort(rows.T)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("max_moves", [3, 1000])
def test_training_visits_the_same_states_skipping_or_stepping(
    random_docs, make_ner, shake, batch, stepped, monkeypatch, seed, max_moves
):
    monkeypatch.setattr("kernel_plugin_transition.scorer.DROPOUT_RATE", 0.0)
    source = random_docs(seed)
    ner = shaken(make_ner, shake, source, seed)
    examples = source.examples(20)
    docs = batch([example.predicted for example in examples])
    system = ner.system
    skipping = explored(system, system.explore, ner, examples, docs, max_moves)
    stepping = explored(system, stepped(system).explore, ner, examples, docs, max_moves)
    assert len(skipping) > len(examples)
    np.testing.assert_allclose(skipping, stepping, atol=2e-3)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_cutting_on_the_gold_path_equals_following_the_oracle(
    random_docs, make_ner, batch, stepped, seed, missing
):
    source = random_docs(seed)
    examples = source.examples(25, missing=missing, blocked=0.0)
    system = make_ner(examples).system
    docs = batch([example.predicted for example in examples])
    gold = system.gold(examples)
    cut = system.cut(docs, gold, 4)
    oracle = stepped(system).cut(docs, gold, 4)

    def rows(states):
        columns = (states.at, states.stop, states.start * (states.open > 0), states.open)
        return sorted(zip(*(column.tolist() for column in columns), strict=True))

    assert rows(cut) == rows(oracle)
    assert len(cut) > len(examples)
    assert (cut.open > 0).any()


def test_stretches_without_gold_are_not_trained_on(vocab, make_ner, batch, random_docs):
    words = ["w"] * 9
    gold = Doc(vocab, words=words, ents=["B-PER", *["O"] * 2, *[""] * 6])
    examples = [Example(Doc(vocab, words=words), gold)]
    system = make_ner(examples).system
    docs = batch([examples[0].predicted])
    assert system.cut(docs, system.gold(examples), 3).at.tolist() == [0]
    assert system.cut(docs, system.gold(examples), 100).at.tolist() == [0]


def test_longest_doc_comes_first_and_empty_ones_are_left_out(random_docs, make_ner, batch):
    source = random_docs(0)
    ner = make_ner(source.examples(5))
    docs = batch([source.plain(["w"] * n) for n in (2, 0, 5, 1, 0)])
    states = begin_states(make_batch(docs, ner.system.classes))
    assert (states.stop - states.at).tolist() == [5, 2, 1]
