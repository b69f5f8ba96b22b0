"""Arrays of states follow the rules of a single state, however they are stepped."""

import copy

import numpy as np
import pytest

from kernel.text import Example
from kernel.text.examples.projective import projectivize
from kernel_plugin_parser.oracle import whole
from kernel_plugin_parser.rules import LEFT, RIGHT
from kernel_plugin_parser.system import StartStates

MODELS = [
    pytest.param({}, id="eight-tokens"),
    pytest.param({"extra": True}, id="thirteen-tokens"),
    pytest.param({"learn_tokens": True}, id="subtokens"),
]


@pytest.fixture(autouse=True)
def no_dropout(monkeypatch):
    monkeypatch.setattr("kernel_plugin_transition.scorer.DROPOUT_RATE", 0.0)


def shaken(make_parser, shake, source, seed, **settings):
    parser = make_parser(source.examples(30), **settings)
    shake(parser.model, seed)
    return parser


def preset_of(doc):
    column = doc.annotations.get("sent_start")
    return None if column is None else column.tolist()


def reference_of(reference, example, classes):
    gold = example.reference
    strings = gold.vocab.strings
    names = [strings[label] for label in gold.column("dep").tolist()]
    heads, labels = projectivize(gold.column("head"), names)
    known = [bool(name) for name in names]
    for child, head in enumerate(heads.tolist()):
        if (LEFT if head > child else RIGHT, labels[child]) not in classes:
            labels[child] = "dep"
    return reference(
        len(gold),
        preset_of(example.predicted),
        [int(head) if there else None for head, there in zip(heads, known, strict=True)],
        labels,
        [start == 1 for start in gold.column("sent_start").tolist()],
    )


def numbered(tokens, offset=0):
    return [-1 if token is None else token + offset for token in tokens]


def follow(rules, classes, scorer, offset, extra):
    """Follow the best valid class at each state; yield what can be observed there."""
    while not rules.is_final():
        valid = [rules.is_valid(*entry) for entry in classes]
        if not any(valid):
            return
        shown = numbered(rules.features(extra), offset)
        yield shown, valid
        scores = scorer.score(np.array([shown]))[0]
        rules.apply(*classes[int(np.where(valid, scores, -np.inf).argmax())])


@pytest.mark.parametrize("few", [0, 1000], ids=["together", "one-by-one"])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("preset", [0.0, 0.4])
@pytest.mark.parametrize("model", MODELS)
def test_stepping_together_and_one_by_one_follow_the_rules(
    random_docs, make_parser, shake, batch, reference, monkeypatch, seed, preset, model, few
):
    monkeypatch.setattr("kernel_plugin_parser.decoding.MAX_SERIAL_SEGMENTS", few)
    source = random_docs(seed)
    parser = shaken(make_parser, shake, source, seed, **model)
    docs = batch([source.plain(preset=preset) for _ in range(20)])
    classes = parser.system.moves.classes
    arcs = parser.system.decode(parser.model.predict(docs), docs)
    scorer = parser.model.predict(docs)
    for number, doc in enumerate(docs):
        first, end = docs.offsets[number : number + 2].tolist()
        rules = reference(len(doc), preset_of(doc))
        seen = [*follow(rules, classes, scorer, first, model.get("extra", False))]
        assert len(seen) >= len(doc)
        expected = [rules.heads.get(token, token) for token in range(len(doc))]
        assert (arcs.heads[first:end] - first).tolist() == expected
        found = arcs.classes[first:end].tolist()
        named = [classes[label][1] if label >= 0 else None for label in found]
        assert named == [rules.labels.get(token) for token in range(len(doc))]


def explored(parser, examples, docs, begun, max_moves):
    """Every state that training scores: its tokens, costs and validity."""
    scorer = parser.model.predict(docs)
    scorer.is_train = True
    shown = []
    score = scorer.score
    scorer.score = lambda ids: (shown.append(np.array(ids)), score(ids))[1]
    gold = parser.system.gold(examples)
    costs, valid = parser.system.explore(scorer, begun, gold, max_moves)
    return np.concatenate(shown), costs, valid


def by_doc(docs, shown, costs, valid):
    """Group observations of states by doc."""
    found = [[] for _ in docs]
    for row in zip(shown, costs, valid, strict=True):
        found[int(np.searchsorted(docs.offsets, row[0].max(), side="right")) - 1].append(row)
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("preset", [0.0, 0.4])
@pytest.mark.parametrize("crossing", [False, True])
def test_costs_and_validity_of_every_state_are_those_of_the_rules(
    random_docs, make_parser, shake, batch, reference, seed, preset, crossing
):
    source = random_docs(seed)
    parser = shaken(make_parser, shake, source, seed)
    classes = parser.system.moves.classes
    missing = 0.1 * (seed % 2)
    examples = source.examples(12, preset=preset, crossing=crossing, missing=missing)
    docs = batch([example.predicted for example in examples])
    begun = StartStates([whole(index) for index in range(len(docs))], docs)
    states = by_doc(docs, *explored(parser, examples, docs, begun, 1000))
    scorer = parser.model.predict(docs)
    for example, offset, seen in zip(examples, docs.offsets.tolist(), states, strict=False):
        rules = reference_of(reference, example, classes)
        assert len(seen) >= len(example.predicted)
        for shown, costs, valid in seen:
            assert shown.tolist() == numbered(rules.features(False), offset)
            assert valid.tolist() == [rules.is_valid(*entry) for entry in classes]
            expected = [rules.cost(*entry) if rules.is_valid(*entry) else 0 for entry in classes]
            assert np.where(valid, costs, 0).tolist() == expected
            scores = scorer.score(shown[None])[0]
            rules.apply(*classes[int(np.where(valid, scores, -np.inf).argmax())])
        assert rules.is_final()


def oracle_move(rules, classes):
    """The first class of least cost among those that are valid."""
    valid = [entry for entry in classes if rules.is_valid(*entry)]
    return min(valid, key=lambda entry: rules.cost(*entry))


def gold_path(rules, classes, every):
    """The states on the path of least cost, `every` moves apart, that reach new tokens."""
    found = [copy.deepcopy(rules)]
    n_moves = 0
    while not rules.is_final() and any(rules.is_valid(*entry) for entry in classes):
        rules.apply(*oracle_move(rules, classes))
        n_moves += 1
        if n_moves % every == 0:
            found.append(copy.deepcopy(rules))
    nexts = [rules.n if state.b(0) is None else state.b(0) for state in found]
    return [
        state
        for state, here, there in zip(found, nexts, [*nexts[1:], rules.n], strict=True)
        if there > here
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("preset", [0.0, 0.4])
@pytest.mark.parametrize("max_moves", [1, 2, 5])
def test_long_docs_are_cut_on_the_path_of_least_cost(
    random_docs, make_parser, shake, batch, reference, seed, preset, max_moves
):
    source = random_docs(seed)
    parser = shaken(make_parser, shake, source, seed, extra=True)
    classes = parser.system.moves.classes
    golds = [source.parsed(source.words(least=5), crossing=bool(seed % 2)) for _ in range(6)]
    examples = [Example(source.plain(gold.words(), preset=preset), gold) for gold in golds]
    docs = batch([example.predicted for example in examples])
    begun = parser.system.cut(docs, parser.system.gold(examples), max_moves)
    states = [
        (int(docs.offsets[number]), state)
        for number, example in enumerate(examples)
        for state in gold_path(reference_of(reference, example, classes), classes, max_moves)
    ]
    assert len(begun) == len(states)
    scorer = parser.model.predict(docs)
    for start, (offset, rules) in zip(begun.starts, states, strict=True):
        seen = explored(parser, examples, docs, StartStates([start], docs), max_moves)
        for shown, costs, valid in zip(*seen, strict=True):
            assert shown.tolist() == numbered(rules.features(True), offset)
            assert valid.tolist() == [rules.is_valid(*entry) for entry in classes]
            expected = [rules.cost(*entry) if rules.is_valid(*entry) else 0 for entry in classes]
            assert np.where(valid, costs, 0).tolist() == expected
            scores = scorer.score(shown[None])[0]
            rules.apply(*classes[int(np.where(valid, scores, -np.inf).argmax())])


def test_short_docs_are_not_cut(random_docs, make_parser, batch):
    examples = random_docs(0).examples(10)
    parser = make_parser(examples)
    docs = batch([example.predicted for example in examples])
    begun = parser.system.cut(docs, parser.system.gold(examples), 1000)
    assert begun.starts == [whole(index) for index in range(10)]


def test_every_token_of_docs_that_need_more_moves_is_learned_from(random_docs, make_parser, batch):
    source = random_docs(5)
    golds = [source.parsed(source.words(10, 14)) for _ in range(10)]
    examples = [Example(source.plain(gold.words()), gold) for gold in golds]
    parser = make_parser(examples)
    docs = batch([example.predicted for example in examples])
    # With about as many moves as tokens, only half of the tokens are reached.
    begun = parser.system.cut(docs, parser.system.gold(examples), 15)
    assert {start.doc for start in begun.starts if start.frontier > 0} == set(range(10))
    seen, _, _ = explored(parser, examples, docs, begun, 15)
    assert set(seen[:, 0].tolist()) >= set(docs.offsets[1:] - 1)


def test_all_cut_states_can_be_explored_together(random_docs, make_parser, shake, batch):
    examples = random_docs(3).examples(20, preset=0.3, crossing=True)
    parser = make_parser(examples)
    shake(parser.model, 3)
    docs = batch([example.predicted for example in examples])
    begun = parser.system.cut(docs, parser.system.gold(examples), 4)
    together = explored(parser, examples, docs, begun, 4)
    alone = [
        explored(parser, examples, docs, StartStates([start], docs), 4) for start in begun.starts
    ]
    columns = zip(together, zip(*alone, strict=True), strict=True)
    for whole_column, parts in columns:
        apart = np.concatenate(parts)
        assert sorted(map(tuple, whole_column.tolist())) == sorted(map(tuple, apart.tolist()))


def test_path_that_is_known_leads_to_the_same_states(random_docs, make_parser, batch):
    examples = random_docs(4).examples(20, preset=0.3, crossing=True)
    parser = make_parser(examples)
    docs = batch([example.predicted for example in examples])
    gold = parser.system.gold(examples)
    fresh = [parser.system.cut(docs, gold, every).starts for every in (3, 3, 5)]
    assert fresh[0] == fresh[1]
    assert fresh[2] == make_parser(examples).system.cut(docs, gold, 5).starts
    assert len(fresh[0]) > len(docs)
