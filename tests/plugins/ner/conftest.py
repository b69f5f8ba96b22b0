"""A simple recognizer of one state, random docs, and a small model."""

import numpy as np
import pytest
from thinc.api import Model

from kernel.ops import Packed, use_kernel_ops
from kernel.random import Streams
from kernel.text import Doc, DocBatch, Example, Vocab
from kernel_plugin_ner.batch import make_batch
from kernel_plugin_ner.component import EntityRecognizer
from kernel_plugin_ner.gold import has_gold
from kernel_plugin_ner.scorer import make_ner_scorer
from kernel_plugin_ner.states import begin_states, move_on, show_tokens, state_penalties
from kernel_plugin_transition.model import transition_based_parser

WORDS = ["Ada", "Bob", "of", "York", "the", "\n", "Inc", ",", "ran", "to"]
LABELS = ["PER", "ORG", "LOC"]


class Reference:
    """The rules of the BILUO system, implemented directly, one token and one move at a time."""

    def __init__(self, doc, tags=None, negatives=()):
        self.n = len(doc)
        self.space = [word.isspace() for word in doc.words()]
        self.sent_start = column(doc, "sent_start")
        self.iob = column(doc, "ent_iob")
        self.preset = [doc.vocab.strings[label] for label in column(doc, "ent_type")]
        self.tags = tags  # (action, label) of each token; action "M": missing
        self.negatives = set(negatives)  # (label, start, end)

    def is_valid(self, action, label, at, open_label):
        iob, preset = self.iob[at], self.preset[at]
        next_iob = self.iob[at + 1] if at + 1 < self.n else 0
        next_starts = at + 1 < self.n and self.sent_start[at + 1] == 1
        rule = getattr(self, f"is_valid_{action.lower()}")
        return rule(
            label, open_label, self.n - at, iob, preset, next_iob, next_starts, self.space[at]
        )

    def is_valid_b(self, label, open_label, left, iob, preset, next_iob, next_starts, space):
        if open_label or left < 2 or not label or iob == 1:
            return False
        if iob == 3:
            return label == preset and next_iob == 1
        return not (next_iob == 3 or next_starts or space)

    def is_valid_i(self, label, open_label, left, iob, preset, next_iob, next_starts, space):
        if not open_label or left < 2 or label != open_label or iob == 3 or next_iob == 3:
            return False
        if iob == 1:
            return next_iob not in {0, 2} and label == preset
        return not next_starts

    def is_valid_l(self, label, open_label, left, iob, preset, next_iob, next_starts, space):
        if not label or not open_label:
            return False
        if iob == 1 and next_iob != 1:
            return label == preset
        return label == open_label and next_iob != 1

    def is_valid_u(self, label, open_label, left, iob, preset, next_iob, next_starts, space):
        if not label:
            return iob == 3 and not preset
        if open_label or next_iob == 1:
            return False
        return label == preset if iob == 3 else not space

    def is_valid_o(self, label, open_label, left, iob, preset, next_iob, next_starts, space):
        return not open_label and iob not in {1, 3}

    def valid_row(self, classes, at, open_label):
        row = [self.is_valid(action, label, at, open_label) for action, label in classes]
        # If no class is valid, an entity that cannot be finished is dropped.
        return row if any(row) else [action == "O" for action, _ in classes]

    def cost(self, action, label, at, open_label, start):
        gold, gold_label = self.tags[at]
        following = self.tags[at + 1][0] if at + 1 < self.n else None
        sunk = bool(open_label) and not (
            self.tags[start][0] in "BU" and self.tags[start][1] == open_label
        )
        own = int(label != gold_label)
        cost = {
            "B": lambda: {"M": 0, "B": own}.get(gold, 1),
            "I": lambda: self.cost_of_inside(gold, following, sunk),
            "L": lambda: int(gold == "I" and not sunk),
            "U": lambda: {"M": 0, "U": own}.get(gold, 1),
            "O": lambda: int(gold in "BU"),
        }
        return cost[action]() + self.cost_of_negatives(action, label, at, start)

    def cost_of_inside(self, gold, following, sunk):
        if gold in "MBI":
            return 0
        if gold == "L":
            return int(not (sunk and following in {"O", "M"}))
        if gold == "O":
            return int(following not in {"O", "M"})
        return int(following != "O")

    def cost_of_negatives(self, action, label, at, start):
        if action == "B":
            short = self.n - at < 3
            return int(short and any(span[:2] == (label, at) for span in self.negatives))
        if action in "LU":
            return int((label, start if action == "L" else at, at + 1) in self.negatives)
        return 0


class Stepped:
    """The BILUO system with the states of all docs stepped together, one action at a time.

    The reference for lazy decoding, which visits the same states in another order.
    """

    def __init__(self, system):
        self.system = system

    def step(self, states, scores):
        best = (scores + state_penalties(states)).argmax(axis=1)
        move_on(states, best, self.system.classes)
        return states.select(states.at < states.stop)

    def decode(self, scorer, docs):
        begun = states = begin_states(make_batch(docs, self.system.classes))
        while len(states):
            states = self.step(states, scorer.score(show_tokens(states, self.system.features)))
        return self.system.entities(begun.actions)

    def explore(self, scorer, states, gold, max_moves):
        costs, valid = [], []
        for _ in range(max_moves):
            if not len(states):
                break
            costs.append(self.system.costs(states, gold))
            valid.append(state_penalties(states) == 0)
            states = self.step(states, scorer.score(show_tokens(states, self.system.features)))
        return np.concatenate(costs), np.concatenate(valid)

    def cut(self, docs, gold, max_moves):
        states = begin_states(make_batch(docs, self.system.classes))
        starts = self.system._cut_by_oracle(states, gold, max_moves)
        return starts.select(
            has_gold(gold, starts.at, np.minimum(starts.at + max_moves, starts.stop))
        )


@pytest.fixture(scope="session")
def stepped():
    return Stepped


def column(doc, name):
    values = doc.annotations.get(name)
    return [0] * len(doc) if values is None else values.tolist()


@pytest.fixture(scope="session")
def reference():
    return Reference


@pytest.fixture
def vocab():
    return Vocab()


class RandomDocs:
    """Docs with random words, entities, blocked and missing tokens, and sentences."""

    def __init__(self, vocab, seed):
        self.vocab = vocab
        self.rng = np.random.default_rng(seed)

    def words(self, least=1, most=12):
        return [str(word) for word in self.rng.choice(WORDS, self.rng.integers(least, most + 1))]

    def plain(self, words=None, *, sentences=True):
        doc = Doc(self.vocab, words=self.words() if words is None else words)
        if sentences:
            doc.set_column("sent_start", self.rng.choice([-1, 0, 1], len(doc), p=[0.3, 0.5, 0.2]))
        return doc

    def annotated(self, words=None, *, missing=0.2, blocked=0.1, sentences=False):
        """A doc with entities, and some missing or blocked tokens."""
        doc = self.plain(words, sentences=sentences)
        iob, types = np.full(len(doc), 2, np.int8), np.zeros(len(doc), np.uint64)
        at = 0
        while at < len(doc):
            length = int(self.rng.integers(1, 4))
            draw = self.rng.random()
            if draw < 0.4:
                end = min(at + length, len(doc))
                label = LABELS[self.rng.integers(len(LABELS))]
                iob[at:end], iob[at] = 1, 3
                types[at:end] = self.vocab.strings.add(label)
                at = end
                continue
            if draw < 0.4 + missing:
                iob[at] = 0
            elif draw < 0.4 + missing + blocked:
                iob[at] = 3
            at += 1
        doc.set_column("ent_iob", iob)
        doc.set_column("ent_type", types)
        return doc

    def examples(self, count, **settings):
        golds = [self.annotated(**settings) for _ in range(count)]
        return [Example(self.plain(gold.words(), sentences=False), gold) for gold in golds]


@pytest.fixture
def random_docs(vocab):
    return lambda seed: RandomDocs(vocab, seed)


def word_vectors(width):
    """A layer that looks up a fixed vector for each word type, without training."""
    table = np.random.default_rng(0).normal(size=(1000, width)).astype("float32")

    def forward(model, docs, is_train):
        rows = [doc.lex for doc in docs]
        data = table[np.concatenate(rows)] if rows else table[:0]
        return Packed(data, [len(doc) for doc in docs]), lambda dY: []

    return Model("word_vectors", forward, dims={"nO": width})


@pytest.fixture
def make_model():
    def make(*, extra=False, use_upper=True, pieces=2, hidden=32):
        with use_kernel_ops():
            return transition_based_parser(
                word_vectors(24), "ner", extra, hidden, pieces, use_upper
            )

    return make


@pytest.fixture
def make_ner(vocab, make_model, sgd):
    """A recognizer, with `trained` steps of training on `examples`."""

    def make(examples=None, *, steps=0, cut=100, negatives=None, labels=None, **model):
        ner = EntityRecognizer(
            vocab,
            make_model(**model),
            "ner",
            update_with_oracle_cut_size=cut,
            incorrect_spans_key=negatives,
            scorer=make_ner_scorer(),
        )
        if examples is not None:
            with Streams(0).use("init"):
                ner.initialize(lambda: examples, labels=labels)
        for _ in range(steps):
            ner.update(examples, sgd=sgd)
        return ner

    return make


@pytest.fixture
def entities():
    """The entities of a doc as (start, end, label)."""
    return lambda doc: [(ent.start, ent.end, ent.label_) for ent in doc.ents]


@pytest.fixture
def batch():
    return DocBatch
