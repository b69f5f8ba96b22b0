"""The checks that every plugin and every component must pass, and tests of this plugin."""

import pytest

from kernel import Example, blank
from kernel.testing import component_checks, plugin_checks


def make_examples(nlp):
    texts = [f"Ada met {name} in Rome" for name in ("Bob", "Cy", "Dee", "Eve") * 3]
    return [Example.from_dict(nlp.make_doc(text), {}) for text in texts]


@pytest.mark.parametrize("check", plugin_checks("kernel-plugin-affixes"), ids=str)
def test_plugin(check):
    check()


@pytest.mark.parametrize("check", component_checks("affixes", make_examples), ids=str)
def test_component(check):
    check()


def test_readers_train_the_shared_layer():
    nlp = blank("en")
    shared = nlp.add_pipe("affixes", config={"model": {"width": 16}})
    reader = {"@architectures": "affixes.Reader.v1", "width": 16}
    nlp.add_pipe("tagger", config={"model": {"tok2vec": reader}})
    examples = [
        Example.from_dict(nlp.make_doc(text), {"tags": ["N", "V", "N"]})
        for text in ("Ada met Bob", "Cy saw Dee", "Eve left Rome") * 4
    ]
    optimizer = nlp.initialize(lambda: examples)
    before = shared.to_bytes()
    for _ in range(20):
        losses = nlp.update(examples, sgd=optimizer)
    assert shared.to_bytes() != before
    assert losses["affixes"] > 0
    assert [token.tag_ for token in nlp("Ada saw Rome")] == ["N", "V", "N"]
