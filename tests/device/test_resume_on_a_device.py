"""A run on a device that is cut and resumed ends with the weights of a run that was not cut."""

import io

import numpy as np
import pytest

from kernel.config import Config
from kernel.registry import registry
from kernel.testing import device_double
from kernel.training import init_nlp, train
from kernel.training.packing import read_arrays
from tests.device.cases import CASES, TORCH_CASES, make_examples


@pytest.fixture(autouse=True)
def corpus():
    @registry.readers("test.DeviceCorpus.v1")
    def make():
        return make_examples


def config_of(factory, settings, max_steps):
    corpus = {"@readers": "test.DeviceCorpus.v1"}
    return Config(
        {
            "nlp": {"lang": "en", "pipeline": [factory]},
            "components": {factory: {"factory": factory, **settings}},
            "corpora": {"train": corpus, "dev": corpus},
            "training": {
                "max_steps": max_steps,
                "eval_frequency": 3,
                "dropout": 0.2,
                "batcher": {"@batchers": "kernel.batch_by_sequence.v1", "size": 4},
            },
        }
    )


def weights(case, output, *max_steps):
    """Train up to each number of steps in turn, and return the last weights."""
    factory, settings, _ = {**CASES, **TORCH_CASES}[case]
    for number, steps in enumerate(max_steps):
        with device_double():
            nlp = init_nlp(config_of(factory, settings, steps))
            train(nlp, output, resume=number > 0, stdout=io.StringIO(), stderr=io.StringIO())
    return read_arrays(output / "checkpoint" / "weights.npz")


@pytest.mark.parametrize(
    "case",
    [
        "ner",
        "textcat",
        pytest.param("bilstm-encoder", marks=pytest.mark.needs("torch")),
        pytest.param("lstm", marks=pytest.mark.needs("torch")),
    ],
)
def test_resumed_run_ends_with_the_same_weights(case, tmp_path):
    whole = weights(case, tmp_path / "whole", 6)
    resumed = weights(case, tmp_path / "cut", 3, 6)
    assert whole.keys() == resumed.keys()
    for name, array in whole.items():
        np.testing.assert_array_equal(resumed[name], array, err_msg=name)
