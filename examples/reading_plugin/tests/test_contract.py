"""The checks that every plugin and every component must pass, and tests of this plugin."""

import pytest

from kernel import Doc, DocBin, Example, blank
from kernel.testing import component_checks, plugin_checks


def make_examples(nlp):
    texts = [f"Incomprehensible words and {n} short ones" for n in range(12)]
    levels = ["hard", "easy", "easy", "easy", "easy", "easy"]
    return [Example.from_dict(nlp.make_doc(text), {"reading_level": levels}) for text in texts]


@pytest.mark.parametrize("check", plugin_checks("kernel-plugin-reading"), ids=str)
def test_plugin(check):
    check()


@pytest.mark.parametrize("check", component_checks("reading", make_examples), ids=str)
def test_component(check):
    check()


def test_learns_to_tell_levels_apart():
    nlp = blank("en")
    nlp.add_pipe("reading")
    examples = make_examples(nlp)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    assert nlp.evaluate(examples)["reading_acc"] == 1.0
    doc = nlp("Incomprehensible words")
    assert [token.reading_level_ for token in doc] == ["hard", "easy"]
    assert doc[0].reading_ease < 0.5 < doc[1].reading_ease


def test_columns_survive_the_binary_format():
    nlp = blank("en")
    doc = Doc(nlp.vocab, words=["so", "hard"])
    doc.set_column("reading_ease", [0.5, 0.25])
    [read] = DocBin(docs=[doc]).get_docs(blank("en").vocab)
    assert read.column("reading_ease").tolist() == [0.5, 0.25]
