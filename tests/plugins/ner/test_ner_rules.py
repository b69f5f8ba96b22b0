"""The array functions of the BILUO system, compared with a direct implementation of its rules."""

import itertools

import numpy as np
import pytest

from kernel.errors import DataError
from kernel.text import Doc, Example, Span
from kernel_plugin_ner.batch import make_batch
from kernel_plugin_ner.classes import NAMES
from kernel_plugin_ner.states import (
    FEATURES,
    MORE_FEATURES,
    BiluoStates,
    begin_states,
    move_on,
    show_tokens,
    state_penalties,
)
from kernel_plugin_ner.system import BiluoSystem

LABELS = ["PER", "ORG", "LOC"]


@pytest.fixture
def system():
    system = BiluoSystem(FEATURES, "negative")
    for label in LABELS:
        system.add_label(label)
    return system


def named_classes(system):
    return [(NAMES[action], label) for action, label in system.moves.classes]


def states_at(batch, at, start, types):
    columns = [np.array(values, np.int32) for values in (at, batch.ends[at], start, types)]
    return BiluoStates(batch, *columns, np.zeros(len(batch), np.int32))


def every_state(docs, types):
    """Yield doc number, token, start of the open entity and its type of all possible states."""
    for number, doc in enumerate(docs):
        for at in range(len(doc)):
            yield number, at, 0, 0
            yield from itertools.product([number], [at], range(max(0, at - 3), at), range(1, types))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["plain", "annotated"])
def test_validity_follows_the_rules(random_docs, reference, system, batch, seed, kind):
    source = random_docs(seed)
    docs = [
        source.plain() if kind == "plain" else source.annotated(sentences=True) for _ in range(12)
    ]
    columns = make_batch(batch(docs), system.classes)
    states = list(every_state(docs, system.classes.n_types))
    offsets = columns.offsets
    made = states_at(
        columns,
        [offsets[number] + at for number, at, _, _ in states],
        [offsets[number] + start for number, _, start, _ in states],
        [open_type for *_, open_type in states],
    )
    valid = state_penalties(made) == 0
    rules = [reference(doc) for doc in docs]
    for row, (number, at, _, open_type) in enumerate(states):
        open_label = system.classes.types[open_type]
        expected = rules[number].valid_row(named_classes(system), at, open_label)
        assert valid[row].tolist() == expected, (docs[number].words(), at, open_label)


def tags_of(example):
    return [
        (tag[0], tag[2:]) if tag not in {None, "-"} else ("M", "")
        for tag in example.get_aligned_ner()
    ]


def random_negatives(doc, rng):
    spans = []
    for _ in range(3):
        start = int(rng.integers(len(doc)))
        end = int(rng.integers(start + 1, min(start + 3, len(doc)) + 1))
        spans.append(Span(doc, start, end, label=LABELS[rng.integers(3)]))
    gold = {(ent.start, ent.end, ent.label_) for ent in doc.ents}
    return [span for span in spans if (span.start, span.end, span.label_) not in gold]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("negative", [False, True], ids=["no-negatives", "negatives"])
def test_costs_follow_the_rules(random_docs, reference, system, batch, seed, negative):
    source = random_docs(seed)
    examples = source.examples(12)
    rules = []
    for example in examples:
        spans = random_negatives(example.reference, source.rng) if negative else []
        if spans:
            example.reference.spans["negative"] = spans
        negatives = [(span.label_, span.start, span.end) for span in spans]
        rules.append(reference(example.predicted, tags_of(example), negatives))
    docs = [example.predicted for example in examples]
    columns, gold = make_batch(batch(docs), system.classes), system.gold(examples)
    states = list(every_state(docs, system.classes.n_types))
    offsets = columns.offsets
    made = states_at(
        columns,
        [offsets[number] + at for number, at, _, _ in states],
        [offsets[number] + start for number, _, start, _ in states],
        [open_type for *_, open_type in states],
    )
    costs = system.costs(made, gold)
    for row, (number, at, start, open_type) in enumerate(states):
        open_label = system.classes.types[open_type]
        for column, (action, label) in enumerate(named_classes(system)):
            expected = rules[number].cost(action, label, at, open_label, start)
            if label or action == "O":
                assert costs[row, column] == expected, (
                    number,
                    at,
                    start,
                    open_label,
                    action,
                    label,
                )


def test_moves_open_continue_and_close_entities(vocab, system, batch):
    columns = make_batch(batch([Doc(vocab, words=["Ada", "of", "York", "ran"])]), system.classes)
    states = begin_states(columns)
    seen = []
    for move in (("B", "ORG"), ("I", "ORG"), ("L", "ORG"), ("O", "")):
        seen.append(show_tokens(states, FEATURES)[0].tolist())
        move_on(states, np.array([named_classes(system).index(move)]), system.classes)
    assert seen == [[0, -1, -1], [1, 0, 0], [2, 0, 1], [3, -1, -1]]
    assert states.at.tolist() == [4]


def test_six_features_show_the_open_entity(vocab, system, batch):
    doc = Doc(vocab, words=["w"] * 9)
    columns = make_batch(batch([doc, doc]), system.classes)
    states = states_at(columns, [4, 9 + 2, 8], [4, 9 + 0, 1], [0, 1, 2])
    assert show_tokens(states, MORE_FEATURES).tolist() == [
        [4, -1, -1, -1, -1, -1],
        [11, 9, 10, -1, -1, -1],
        [8, 1, 2, 3, 4, 5],
    ]


@pytest.mark.parametrize("seed", range(3))
def test_gold_tags_are_those_of_the_alignment(random_docs, system, seed):
    source = random_docs(seed)
    examples = source.examples(10, missing=0.3)
    gold = system.gold(examples)
    tags = [tag for example in examples for tag in tags_of(example)]
    assert [NAMES[action] for action in gold.actions] == [action for action, _ in tags]
    assert [system.classes.types[number] for number in gold.types] == [label for _, label in tags]


def test_gold_is_aligned_where_tokens_differ(vocab, system):
    predicted = Doc(vocab, words=["Ada", "Love", "lace", "of", "York"], spaces=[1, 0, 1, 1, 0])
    words, ents = ["Ada", "Lovelace", "of York"], ["B-PER", "I-PER", "B-LOC"]
    gold = Doc(vocab, words=words, spaces=[1, 1, 0], ents=ents)
    made = system.gold([Example(predicted, gold)])
    assert [NAMES[action] for action in made.actions] == ["B", "I", "L", "B", "L"]


def test_entity_that_is_also_negative_is_reported(vocab, system):
    doc = Doc(vocab, words=["Ada", "ran"], ents=["B-PER", "O"])
    doc.spans["negative"] = [Span(doc, 0, 1, label="PER")]
    with pytest.raises(DataError, match="'Ada' is annotated as an entity and as a span that is no"):
        system.gold([Example(Doc(vocab, words=["Ada", "ran"]), doc)])
