"""The parser passes the checks for components, and can be trained and resumed in a pipeline."""

import pytest

from kernel import Example
from kernel.testing import component_checks


def make_examples(nlp):
    people = ["Ada", "Grace", "Kurt", "Emmy", "Alan"]
    verbs = ["can", "will", "may"]
    return [
        Example.from_dict(
            nlp.make_doc(f"{person} {verb} leave. It ends."),
            {
                "heads": [2, 2, 2, 2, 5, 5, 5],
                "deps": ["nsubj", "aux", "ROOT", "punct", "nsubj", "ROOT", "punct"],
            },
        )
        for person in people
        for verb in verbs
    ]


@pytest.mark.parametrize(
    "check",
    component_checks("parser", make_examples, config={"min_action_freq": 1}),
    ids=str,
)
def test_parser_keeps_the_rules_for_components(check):
    check()
