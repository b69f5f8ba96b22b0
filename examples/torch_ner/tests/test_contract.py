"""The checks that every plugin and every component must pass."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("kernel_plugin_torch_ner")

from kernel import Example
from kernel.testing import component_checks, plugin_checks

pytestmark = pytest.mark.needs("torch")
SENTENCES = [
    ("Greta Weber lives in Oslo .", [(0, 11, "PERSON"), (21, 25, "PLACE")]),
    ("Lisbon is warmer than Tallinn .", [(0, 6, "PLACE"), (22, 29, "PLACE")]),
    ("Nobody saw Ada Lovelace leave", [(11, 23, "PERSON")]),
]


def make_examples(nlp):
    return [
        Example.from_dict(nlp.make_doc(text), {"entities": entities})
        for text, entities in SENTENCES * 4
    ]


@pytest.mark.parametrize("check", plugin_checks("kernel-plugin-torch-ner"), ids=str)
def test_plugin(check):
    check()


@pytest.mark.parametrize("check", component_checks("torch_ner", make_examples), ids=str)
def test_component(check):
    check()
