"""The plugins of this repository pass the checks of `kernel.testing`."""

import importlib.util
from pathlib import Path

import pytest

from kernel import Example, Language
from kernel.testing import component_checks, plugin_checks

pytestmark = pytest.mark.installed

PLUGINS = sorted(path.parent.name for path in Path("plugins").glob("*/pyproject.toml"))


def checks_of(name):
    if name == "transformer" and importlib.util.find_spec("kernel_plugin_transformer") is None:
        reason = "needs kernel_plugin_transformer: make test-full"
        return [pytest.param(None, id=name, marks=pytest.mark.skip(reason=reason))]
    return [pytest.param(check, id=str(check)) for check in plugin_checks(f"kernel-plugin-{name}")]


def make_examples(nlp):
    people = ["Ada", "Grace", "Kurt", "Emmy", "Alan"]
    places = ["Rome", "Oslo", "Lima", "Bonn", "Kyiv"]
    return [
        Example.from_dict(
            nlp.make_doc(f"{person} can't leave {place}."),
            {
                "entities": [
                    (0, len(person), "PERSON"),
                    (len(person) + 13, len(person) + 13 + len(place), "PLACE"),
                ]
            },
        )
        for person in people
        for place in places
    ]


@pytest.mark.parametrize("check", [check for name in PLUGINS for check in checks_of(name)])
def test_plugin_keeps_the_rules(check):
    check()


@pytest.mark.parametrize("check", component_checks("ner", make_examples), ids=str)
def test_ner_keeps_the_rules_for_components(check):
    check()


def test_a_component_that_breaks_a_rule_is_found():
    @Language.factory("batchy")
    class Batchy:
        def __init__(self, nlp, name):
            self.name = name

        def __call__(self, doc):
            doc.cats["alone"] = 1.0
            return doc

        def pipe(self, stream, *, batch_size):
            docs = list(stream)
            for doc in docs:
                doc.cats["batch"] = float(len(docs))
            yield from docs

    checks = {str(check): check for check in component_checks("batchy", make_examples)}
    checks["batchy-describes-itself"]()  # keeps this one
    with pytest.raises(AssertionError, match="annotations of batches of 7 differ"):
        checks["batchy-same-results-for-every-batch-size"]()
