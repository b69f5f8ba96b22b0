"""The checks that every plugin and every component must pass."""

import pytest

from kernel import Doc, Example
from kernel.testing import component_checks, plugin_checks
from kernel.text import Span

SENTENCES = [
    ("the old captain will cross a bridge .", [(0, 3, "NP"), (3, 5, "VP"), (5, 7, "NP")]),
    ("we never paint in the garden .", [(0, 1, "NP"), (1, 3, "VP"), (3, 4, "PP"), (4, 6, "NP")]),
]


def make_examples(nlp):
    examples = []
    for text, phrases in SENTENCES * 6:
        gold = Doc(nlp.vocab, words=text.split())
        gold.spans["phrases"] = [Span(gold, *phrase) for phrase in phrases]
        examples.append(Example(Doc(nlp.vocab, words=text.split()), gold))
    return examples


@pytest.mark.parametrize("check", plugin_checks("kernel-plugin-phrases"), ids=str)
def test_plugin(check):
    check()


@pytest.mark.parametrize("check", component_checks("chunker", make_examples), ids=str)
def test_component(check):
    check()
