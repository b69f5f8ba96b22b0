"""Validity and costs of the system, compared with rules for single states."""

import numpy as np
import pytest
from kernel_plugin_phrases.reader import find_phrases
from kernel_plugin_phrases.system import CLOSE, NAMES, OPEN, OUT, TAKE, PhraseStates, PhraseSystem

from kernel import Doc, Example, Vocab
from kernel.errors import KernelError
from kernel.text import DocBatch, Span

LABELS = ("NP", "VP")


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def system():
    made = PhraseSystem()
    for label in LABELS:
        made.moves.add(CLOSE, label)
    return made


def random_example(vocab, rng):
    length = int(rng.integers(1, 9))
    gold, phrases, at = Doc(vocab, words=["w"] * length), [], 0
    while at < length:
        end = min(at + int(rng.integers(1, 4)), length)
        if rng.random() < 0.6:
            phrases.append((at, end, str(rng.choice(LABELS))))
        at = end
    gold.spans["phrases"] = [Span(gold, *phrase) for phrase in phrases]
    return Example(Doc(vocab, words=["w"] * length), gold), set(phrases)


def every_state(length):
    return [(at, first) for at in range(length + 1) for first in (-1, *range(at))]


def is_valid(action, at, first, length):
    return {
        OUT: first < 0 and at < length,
        OPEN: first < 0 and at < length,
        TAKE: first >= 0 and at < length,
        CLOSE: first >= 0,
    }[action]


def reachable(at, first, phrases):
    """The gold phrases that can still be found from a state."""
    return {
        (start, end, label)
        for start, end, label in phrases
        if start >= at or (start == first and end >= at)
    }


def cost(action, label, at, first, phrases):
    """Gold phrases that are no longer reachable, and a phrase begun where gold has none."""
    if action == CLOSE:
        after = reachable(at, -1, phrases) | ({(first, at, label)} & phrases)
    elif action == OPEN:
        after = reachable(at + 1, at, phrases)
    else:
        after = reachable(at + 1, first, phrases)
    begins_wrong = action == OPEN and not any(start == at for start, _, _ in phrases)
    return len(reachable(at, first, phrases) - after) + begins_wrong


@pytest.mark.parametrize("seed", range(5))
def test_validity_and_costs_follow_the_rules(vocab, system, seed):
    example, phrases = random_example(vocab, np.random.default_rng(seed))
    length = len(example.predicted)
    at, first = np.array(every_state(length)).T
    ends = np.full(len(at), length)
    states = PhraseStates(at, first, np.zeros(len(at), np.intp), ends, ends)
    valid = states.valid(system.actions)
    costs = system.costs(states, system.gold([example]))
    for row, (token, begun) in enumerate(every_state(length)):
        for column, (action, label) in enumerate(system.moves.classes):
            assert valid[row, column] == is_valid(action, token, begun, length)
            if valid[row, column]:
                expected = cost(action, label, token, begun, phrases)
                assert costs[row, column] == expected, (token, begun, NAMES[action], label)


class Oracle:
    """A scorer that gives the least cost the highest score, like a perfectly trained model."""

    def __init__(self, system, gold):
        self.system, self.gold = system, gold

    def precompute(self):
        pass

    def score(self, ids):
        first = ids[:, 2]
        ends = np.full(len(ids), len(self.gold.known))
        at = np.where(ids[:, 0] >= 0, ids[:, 0], ends)
        states = PhraseStates(at, first, np.zeros_like(at), ends, ends)
        return -self.system.costs(states, self.gold)


@pytest.mark.parametrize("seed", range(5))
def test_actions_without_cost_lead_to_the_gold_phrases(vocab, system, seed):
    example, phrases = random_example(vocab, np.random.default_rng(seed))
    docs = DocBatch([example.predicted])
    found = system.decode(Oracle(system, system.gold([example])), docs)
    labels = [system.moves.classes[row][1] for row in found.classes]
    assert set(zip(found.starts.tolist(), found.ends.tolist(), labels, strict=True)) == phrases


def test_long_docs_are_cut_on_the_gold_path(vocab, system):
    gold = Doc(vocab, words=["w"] * 7)
    gold.spans["phrases"] = [Span(gold, 1, 5, "NP")]
    example = Example(Doc(vocab, words=["w"] * 7), gold)
    states = system.cut(DocBatch([example.predicted]), system.gold([example]), 4)
    assert states.at.tolist() == [0, 2, 4, 6]
    assert states.first.tolist() == [-1, 1, 1, -1]
    assert states.stop.tolist() == [2, 4, 6, 7]


def test_docs_without_annotation_have_no_training_states(vocab, system):
    example = Example(Doc(vocab, words=["w"]), Doc(vocab, words=["w"]))
    assert not len(system.cut(DocBatch([example.predicted]), system.gold([example]), 10))


def test_there_are_no_extra_tokens(system):
    with pytest.raises(KernelError, match="five feature tokens"):
        system.template(extra=True)


def test_phrases_are_read_from_tags():
    tags = ["B-NP", "I-NP", "B-NP", "O", "I-VP", "B-PP"]
    assert list(find_phrases(tags)) == [(0, 2, "NP"), (2, 3, "NP"), (4, 5, "VP"), (5, 6, "PP")]
