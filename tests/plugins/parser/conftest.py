"""A simple parser of one state, random trees, and a small model."""

import itertools

import numpy as np
import pytest
from thinc.api import Model

from kernel.ops import Packed, use_kernel_ops
from kernel.text import Doc, DocBatch, Example, Vocab
from kernel_plugin_parser.component import DependencyParser
from kernel_plugin_parser.scorer import make_parser_scorer
from kernel_plugin_transition.model import transition_based_parser

WORDS = ["the", "dog", "who", "barked", "saw", "\n", "a", ",", "bird", "today"]
LABELS = ["det", "nsubj", "obj"]
SHIFT, REDUCE, LEFT, RIGHT, BREAK = range(5)


class Reference:
    """The rules of the arc-eager system, implemented directly, one state and one move at a time.

    Tokens of one doc; `None` is no token. `gold_heads` and `gold_labels` are projective, with
    None where nothing is known; the head of a root is itself.
    """

    def __init__(self, n, preset=None, gold_heads=None, gold_labels=None, gold_starts=None):
        self.n = n
        self.preset = list(preset or [0] * n)
        self.gold_heads = gold_heads or [None] * n
        self.gold_labels = gold_labels or [None] * n
        self.gold_starts = gold_starts or [None] * n  # True, False, or None: unknown
        self.stack = []
        self.buffer = list(range(n))
        self.starts = {i for i, start in enumerate(self.preset) if start == 1}
        self.unshiftable = set()
        self.heads = {}
        self.labels = {}
        self.children = {i: [] for i in range(n)}  # in the order in which they were attached

    # Observations

    def s(self, k):
        return self.stack[-1 - k] if len(self.stack) > k else None

    def b(self, k):
        return self.buffer[k] if len(self.buffer) > k else None

    def left(self, token, k):
        return self._child(token, k, lambda child: child < token)

    def right(self, token, k):
        return self._child(token, k, lambda child: child > token)

    def _child(self, token, k, side):
        found = [] if token is None else [c for c in self.children[token] if side(c)]
        return found[-k] if len(found) >= k else None

    def features(self, extra):
        b0, b1, s0, s1, s2 = self.b(0), self.b(1), self.s(0), self.s(1), self.s(2)
        left, right = self.left, self.right
        if not extra:
            return [b0, b1, s0, s1, s2, left(b0, 1), left(s0, 1), right(s0, 1)]
        return [
            *(b0, b1, s0, s1, s2, left(s0, 1), right(s0, 1), left(b0, 1), right(s0, 2)),
            *(left(s1, 1), left(s1, 2), right(s1, 1), right(s1, 2)),
        ]

    # Rules

    def is_final(self):
        return not self.stack and not self.buffer

    def is_valid(self, action, label=""):
        return (
            self.can_shift,
            self.can_reduce,
            lambda: self.can_attach(label),
            lambda: self.can_attach(label),
            self.can_break,
        )[action]()

    def can_shift(self):
        b0 = self.b(0)
        if not self.stack:
            return b0 is not None
        return len(self.buffer) > 1 and b0 not in self.starts and b0 not in self.unshiftable

    def can_reduce(self):
        if not self.stack:
            return False
        return not (self.buffer and len(self.stack) == 1 and self.preset[self.b(0)] == -1)

    def can_attach(self, label):
        s0, b0 = self.s(0), self.b(0)
        if s0 is None or b0 is None or b0 in self.starts:
            return False
        return label != "subtok" or s0 == b0 - 1

    def can_break(self):
        b0, b1 = self.b(0), self.b(1)
        if b1 is None or b1 != b0 + 1 or b1 in self.starts:
            return False
        return self.preset[b1] != -1

    def apply(self, action, label=""):
        b0, s0 = self.b(0), self.s(0)
        if action == SHIFT:
            self.stack.append(self.buffer.pop(0))
        elif action == REDUCE:
            self.stack.pop()
            if s0 not in self.heads and self.stack:
                self.buffer.insert(0, s0)
                self.unshiftable.add(s0)
        elif action == LEFT:
            if s0 in self.heads:
                self.children[self.heads[s0]].remove(s0)
            self._attach(b0, s0, label)
            self.unshiftable.discard(b0)
            self.stack.pop()
        elif action == RIGHT:
            self._attach(s0, b0, label)
            self.stack.append(self.buffer.pop(0))
        else:
            self.starts.add(self.b(1))

    def _attach(self, head, child, label):
        self.heads[child], self.labels[child] = head, label
        self.children[head].append(child)

    # Costs

    def segment(self):
        """The buffer up to the next sentence start."""
        found = []
        for token in self.buffer:
            if token in self.starts:
                break
            found.append(token)
        return found

    def gold_head(self, token):
        head = self.gold_heads[token]
        return None if head == token else head

    def is_under(self, token, tokens):
        return int(self.gold_head(token) in tokens)

    def n_kids(self, token, tokens):
        return sum(self.gold_head(other) == token for other in tokens)

    def push_cost(self):
        b0 = self.b(0)
        if b0 is None:
            return 9000
        cost = self.is_under(b0, self.stack) + self.n_kids(b0, self.stack)
        return cost + int(self.is_valid(BREAK) and self.gold_starts[self.b(1)] is True)

    def pop_cost(self):
        s0, buffer = self.s(0), self.segment()
        if s0 is None:
            return 9000
        return self.is_under(s0, buffer) + self.n_kids(s0, buffer)

    def cost(self, action, label=""):
        return (
            self.shift_cost,
            self.reduce_cost,
            self.left_cost,
            self.right_cost,
            self.break_cost,
        )[action](label)

    def shift_cost(self, _):
        return self.push_cost()

    def reduce_cost(self, _):
        s0 = self.s(0)
        if self.b(0) in self.starts:
            return 0
        cost = self.pop_cost()
        if s0 is not None and s0 not in self.heads:
            cost -= self.is_under(s0, self.stack) + self.n_kids(s0, self.stack)
        return cost

    def left_cost(self, label):
        s0, b0 = self.s(0), self.b(0)
        cost = self.pop_cost()
        if s0 in self.heads:
            cost += int(self.gold_head(s0) is not None and self.gold_head(s0) == self.s(1))
        else:
            cost += self.is_under(s0, self.stack) + self.n_kids(s0, self.stack)
        if self.gold_head(s0) == b0:
            cost += int(self.gold_labels[s0] != label) - 1
        return cost

    def right_cost(self, label):
        s0, b0 = self.s(0), self.b(0)
        cost = self.push_cost()
        if self.gold_head(b0) == s0:
            return cost + int(self.gold_labels[b0] != label) - 1
        if self.is_under(b0, self.segment()) and b0 not in self.unshiftable:
            cost += 1
        return cost

    def break_cost(self, _):
        b0, buffer = self.b(0), self.segment()
        cost = 0
        for token in self.stack:
            cost += self.is_under(token, buffer) + self.n_kids(token, buffer)
            cost -= int(self.gold_head(b0) == token) + int(self.gold_head(token) == b0)
        return cost + int(self.gold_starts[self.b(1)] is False)


CLAUSES = [
    (["the", "dog", "barks"], [1, 2, 2], ["det", "nsubj", "ROOT"]),
    (["she", "saw", "a", "bird"], [1, 1, 3, 1], ["nsubj", "ROOT", "det", "obj"]),
    (["run"], [0], ["ROOT"]),
]


@pytest.fixture(scope="session")
def reference():
    return Reference


@pytest.fixture
def vocab():
    return Vocab()


class RandomDocs:
    """Docs with random trees, sentences and gaps in the annotation."""

    def __init__(self, vocab, seed):
        self.vocab = vocab
        self.rng = np.random.default_rng(seed)

    def words(self, least=1, most=14):
        return [str(word) for word in self.rng.choice(WORDS, self.rng.integers(least, most + 1))]

    def plain(self, words=None, *, preset=0.0):
        """A doc without annotation except sentence starts, each with this probability."""
        doc = Doc(self.vocab, words=self.words() if words is None else words)
        if preset:
            odds = [preset / 2, 1 - preset, preset / 2]
            doc.set_column("sent_start", self.rng.choice([-1, 0, 1], len(doc), p=odds))
        return doc

    def heads(self, n, crossing):
        """Heads of trees in sentences; with `crossing`, in any shape."""
        borders = [0, *np.flatnonzero(self.rng.random(n - 1) < 0.2) + 1, n]
        heads = np.arange(n)
        for start, end in itertools.pairwise(borders):
            if crossing:
                order = self.rng.permutation(np.arange(start, end))
                for k, token in enumerate(order[1:], 1):
                    heads[token] = order[self.rng.integers(k)]
            else:
                self.hang(heads, start, end)
        return heads

    def hang(self, heads, start, end):
        """Draw a projective tree of the tokens; returns its root."""
        root = int(self.rng.integers(start, end))
        for first, high in ((start, root), (root + 1, end)):
            low = first
            while low < high:
                middle = int(self.rng.integers(low + 1, high + 1))
                heads[self.hang(heads, low, middle)] = root
                low = middle
        return root

    def parsed(self, words=None, *, crossing=False, missing=0.0):
        """A doc with trees; some tokens may have no annotation."""
        doc = self.plain(words)
        heads = self.heads(len(doc), crossing)
        labels = [
            "ROOT" if head == token else str(self.rng.choice(LABELS))
            for token, head in enumerate(heads)
        ]
        starts = np.where(np.append(True, np.zeros(len(doc) - 1, bool)), 1, -1)
        roots = np.flatnonzero(heads == np.arange(len(doc)))
        below = lambda token: token if heads[token] == token else below(heads[token])  # noqa: E731
        for root in roots:
            starts[min(token for token in range(len(doc)) if below(token) == root)] = 1
        ids = np.array([self.vocab.strings.add(label) for label in labels], np.uint64)
        gone = self.rng.random(len(doc)) < missing
        doc.set_column("head", np.where(gone, np.arange(len(doc)), heads))
        doc.set_column("dep", np.where(gone, np.uint64(0), ids))
        doc.set_column("sent_start", starts)
        return doc

    def examples(self, count, *, preset=0.0, **settings):
        golds = [self.parsed(**settings) for _ in range(count)]
        return [Example(self.plain(gold.words(), preset=preset), gold) for gold in golds]


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
def clause_examples(vocab):
    """Docs of several short sentences that are always parsed in the same way."""
    rng = np.random.default_rng(0)
    examples = []
    for _ in range(30):
        words, heads, deps, starts = [], [], [], []
        for number in rng.integers(0, 3, rng.integers(1, 5)):
            own_words, own_heads, own_deps = CLAUSES[number]
            heads += [head + len(words) for head in own_heads]
            starts += [True] + [False] * (len(own_words) - 1)
            words, deps = words + own_words, deps + own_deps
        gold = Doc(vocab, words=words, heads=heads, deps=deps, sent_starts=starts)
        examples.append(Example(Doc(vocab, words=words), gold))
    return examples


@pytest.fixture
def make_model():
    def make(*, state_type="parser", extra=False, use_upper=True, pieces=2, hidden=32):
        with use_kernel_ops():
            return transition_based_parser(
                word_vectors(24), state_type, extra, hidden, pieces, use_upper
            )

    return make


@pytest.fixture
def make_parser(vocab, make_model, sgd):
    """A parser, with `steps` steps of training on `examples`."""

    def make(examples=None, *, steps=0, cut=100, learn_tokens=False, min_freq=1, **model):
        parser = DependencyParser(
            vocab,
            make_model(**model),
            "parser",
            update_with_oracle_cut_size=cut,
            learn_tokens=learn_tokens,
            min_action_freq=min_freq,
            scorer=make_parser_scorer(),
        )
        if examples is not None:
            parser.initialize(lambda: examples)
        for _ in range(steps):
            parser.update(examples, sgd=sgd)
        return parser

    return make


@pytest.fixture
def batch():
    return DocBatch
