"""Learning rates of single components."""

import numpy as np
import pytest

from kernel.config import Config
from kernel.errors import ConfigError
from kernel.pipeline import for_component
from kernel.training import init_nlp
from kernel.training.packing import read_arrays

pytestmark = pytest.mark.usefixtures("quick_disk")

WARMUP = {
    "@schedules": "warmup_linear.v1",
    "warmup_steps": 5,
    "total_steps": 40,
    "initial_rate": 0.3,
}
PAIR = ["guess", "other"]


def optimizer(name="Adam.v1", **settings):
    return {"@optimizers": name, **settings}


@pytest.fixture
def weights(fit, tmp_path_factory):
    """Return a function that trains two components, and returns the arrays of its checkpoint."""

    def weights(**training):
        output = tmp_path_factory.mktemp("run")
        fit(output, pipeline=PAIR, **{"max_steps": 9, **training})
        return read_arrays(output / "checkpoint" / "weights.npz")

    return weights


def of(arrays, component):
    return {name: array for name, array in arrays.items() if name.startswith(f"{component}/")}


@pytest.mark.parametrize("name", ["Adam.v1", "RAdam.v1", "SGD.v1"])
def test_component_with_its_own_rate_learns_as_if_all_had_that_rate(weights, name):
    mixed = weights(
        optimizer=optimizer(name, learn_rate=0.05, learn_rates={"other": WARMUP}),
    )
    slow = weights(optimizer=optimizer(name, learn_rate=0.05))
    warm = weights(optimizer=optimizer(name, learn_rate=WARMUP))
    for found, expected in (
        (of(mixed, "guess"), of(slow, "guess")),
        (of(mixed, "other"), of(warm, "other")),
    ):
        assert found.keys() == expected.keys() != set()
        for key, array in found.items():
            np.testing.assert_array_equal(array, expected[key])
    assert (mixed["other/model/W"] != slow["other/model/W"]).any()


def test_component_with_a_rate_of_zero_stays_as_it_is(weights):
    frozen = {"optimizer": optimizer(learn_rate=0.05, learn_rates={"other": 0.0}, L2=0.1)}
    short, long = weights(max_steps=1, **frozen), weights(max_steps=9, **frozen)
    np.testing.assert_array_equal(short["other/model/W"], long["other/model/W"])
    assert (short["guess/model/W"] != long["guess/model/W"]).any()


@pytest.mark.parametrize("step", [3, 11])
def test_rates_are_resumed_with_the_run(fit, crash, bytes_of, tmp_path, step):
    training = {
        "pipeline": PAIR,
        "optimizer": optimizer(learn_rate=0.05, learn_rates={"other": WARMUP, "guess": 0.01}),
    }
    fit(tmp_path / "whole", **training)
    crash(tmp_path / "cut", step, **training)
    fit(tmp_path / "cut", resume=True, **training)
    assert bytes_of(tmp_path / "cut") == bytes_of(tmp_path / "whole")


def test_updates_outside_of_a_run_use_the_rates(toys):
    def trained(**settings):
        config = toys.make_config(pipeline=PAIR, optimizer=optimizer(**settings))
        nlp = init_nlp(config)
        examples = list(toys.make_corpus(8)(nlp))
        losses = nlp.update(examples, drop=0.0)
        nlp.get_pipe("other").update(examples, drop=0.0, sgd=nlp.optimizer, losses=losses)
        return [nlp.get_pipe(name).model.get_param("W") for name in PAIR]

    mixed = trained(learn_rate=0.05, learn_rates={"other": 0.4})
    np.testing.assert_array_equal(mixed[0], trained(learn_rate=0.05)[0])
    np.testing.assert_array_equal(mixed[1], trained(learn_rate=0.4)[1])


def test_optimizer_without_rates_of_components_is_used_for_all():
    class Plain:
        pass

    plain = Plain()
    assert for_component(plain, "ner") is plain


@pytest.mark.parametrize(
    ("training", "message", "suggestion"),
    [
        pytest.param(
            {}, "`othre` has a learning rate, but is not trained", "other", id="misspelled"
        ),
        pytest.param(
            {"frozen_components": ["guess"], "name": "guess"},
            "`guess` has a learning rate, but is not trained",
            None,
            id="frozen",
        ),
    ],
)
def test_rate_of_a_component_that_is_not_trained_is_refused(
    toys, tmp_path, training, message, suggestion
):
    rates = {training.pop("name", "othre"): 0.1}
    config = toys.make_config(pipeline=PAIR, optimizer=optimizer(learn_rates=rates), **training)
    path = tmp_path / "config.toml"
    config.to_disk(path)
    with pytest.raises(ConfigError, match=message) as caught:
        init_nlp(Config().from_disk(path))
    problem = caught.value.problems[0]
    assert problem.suggestion == suggestion
    assert problem.origin.line == 1 + path.read_text().splitlines().index(
        f"{next(iter(rates))} = 0.1"
    )


def test_rate_of_a_component_without_weights_is_refused(toys):
    from kernel import Language

    @Language.component("toy_plain")
    def plain(doc):
        return doc

    config = toys.make_config(pipeline=["guess"], optimizer=optimizer(learn_rates={"plain": 0.1}))
    config["nlp"]["pipeline"] = ["guess", "plain"]
    config["components"]["plain"] = {"factory": "toy_plain"}
    with pytest.raises(ConfigError, match="`plain` has a learning rate, but is not trained"):
        init_nlp(config)
