"""The checks that every plugin and every component must pass."""

import pytest

from kernel import Example
from kernel.testing import component_checks, plugin_checks


def make_examples(nlp):
    texts = [f"Order {n} left on 2026-11-{n:02} at noon." for n in range(1, 13)]
    return [
        Example.from_dict(
            nlp.make_doc(text), {"entities": [(text.index("2026"), text.index(" at"), "DATE")]}
        )
        for text in texts
    ]


@pytest.mark.parametrize("check", plugin_checks("kernel-plugin-dates"), ids=str)
def test_plugin(check):
    check()


@pytest.mark.parametrize("check", component_checks("dates", make_examples), ids=str)
def test_component(check):
    check()
