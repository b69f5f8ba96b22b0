"""The code of the page "Custom models" runs."""

import re

import pytest

import kernel
from kernel import Example

PAGE = "docs/custom_models.md"


def blocks(repository):
    text = repository.joinpath(PAGE).read_text(encoding="utf8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def block_with(repository, name):
    (found,) = (block for block in blocks(repository) if name in block)
    return found


@pytest.mark.parametrize("name", ["acme.DeepEncoder.v1", "acme.WordsAndVectors.v1"])
def test_architectures_are_registered_and_called(repository, name):
    exec(block_with(repository, name), {"__name__": "functions"})  # noqa: S102
    make = kernel.registry.architectures.get(name)
    settings = {
        "acme.DeepEncoder.v1": {"width": 8, "depth": 2},
        "acme.WordsAndVectors.v1": {"output_width": 8, "embed_rows": 2, "key2row": {1: 1}},
    }
    assert make(**settings[name]).name


@pytest.mark.needs("torch")
def test_module_is_made_and_wrapped(repository):
    pytest.importorskip("torch")
    exec(block_with(repository, "acme.GatedUnit.v1"), {"__name__": "functions"})  # noqa: S102
    module = kernel.registry.layers.get("acme.GatedUnit.v1")(4)
    assert kernel.registry.layers.get("PyTorchWrapper.v3")(module).shims


@pytest.mark.needs("torch")
def test_component_in_plain_torch_learns_and_is_saved(repository, tmp_path):
    pytest.importorskip("torch")
    exec(block_with(repository, "class Sentiment"), {"__name__": "functions"})  # noqa: S102
    nlp = kernel.blank("en")
    nlp.add_pipe("sentiment")
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {"GOOD": good}})
        for text, good in [("lovely sea", 1.0), ("awful rain", 0.0)]
    ]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.1
    losses = [nlp.update(examples, sgd=optimizer)["sentiment"] for _ in range(30)]
    assert losses[-1] < 0.3 * losses[0]
    nlp.to_disk(tmp_path)
    assert kernel.load(tmp_path)("lovely").cats == nlp("lovely").cats
    assert nlp("lovely").cats["GOOD"] > 0.5 > nlp("awful").cats["GOOD"]
