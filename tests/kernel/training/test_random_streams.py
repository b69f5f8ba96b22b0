# ruff: noqa: NPY002, TID251 — it is about the global generators
"""Named streams: independent, restorable, and without effect on the globals afterwards."""

import contextvars
import random
import sys

import numpy as np
import pytest
import thinc.api

import kernel
from kernel.random import Streams, fix_random_seed, generator
from kernel.testing import device_double
from kernel.text import Example


def draw(streams, name):
    with streams.use(name) as own:
        return [own.random(), np.random.rand(), random.random()]


def test_streams_do_not_shift_each_other():
    alone = Streams(7)
    expected = [draw(alone, "dropout.ner") for _ in range(3)]

    crowded = Streams(7)
    found = []
    for _ in range(3):
        draw(crowded, "dropout.tagger")
        found.append(draw(crowded, "dropout.ner"))
        draw(crowded, "data")
    assert found == expected


@pytest.mark.parametrize(
    "other", [pytest.param((8, "a"), id="seed"), pytest.param((7, "b"), id="name")]
)
def test_seed_and_name_make_the_stream(other):
    seed, name = other
    assert draw(Streams(7), "a") != draw(Streams(seed), name)


def test_restored_streams_go_on_where_they_were():
    streams = Streams(1)
    draw(streams, "a")
    state = streams.state()
    expected = [draw(streams, "a"), draw(streams, "b")]

    again = Streams.from_state(state)
    assert [draw(again, "a"), draw(again, "b")] == expected


def test_taken_state_is_a_copy():
    streams = Streams(1)
    state = streams.state()
    draw(streams, "a")
    taken = streams.state()
    expected = draw(streams, "a")
    draw(streams, "a")
    assert state["streams"] == {}
    assert draw(Streams.from_state(taken), "a") == expected


def test_globals_are_put_back():
    fix_random_seed(3)
    expected = [np.random.rand(), random.random(), np.random.rand(), random.random()]

    fix_random_seed(3)
    found = [np.random.rand(), random.random()]
    draw(Streams(0), "a")
    assert [*found, np.random.rand(), random.random()] == expected


def test_globals_are_put_back_after_an_error():
    fix_random_seed(3)
    expected = np.random.rand()

    fix_random_seed(3)
    with pytest.raises(ZeroDivisionError, match="zero"), Streams(0).use("a"):
        1 / 0  # noqa: B018
    assert np.random.rand() == expected


def test_nested_streams_leave_the_outer_one_alone():
    plain = Streams(5)
    with plain.use("outer") as own:
        expected = [own.random(), np.random.rand(), random.random(), own.random(), random.random()]

    nested = Streams(5)
    with nested.use("outer") as own:
        found = [own.random(), np.random.rand(), random.random()]
        with nested.use("inner"):
            np.random.rand()
            random.random()
        with nested.use("outer") as same:
            assert same is own
        found += [own.random(), random.random()]
    assert found == expected


def test_generator_is_the_one_of_the_stream_in_use():
    streams = Streams(5)
    with streams.use("update") as own:
        assert generator() is own


def test_outside_of_any_stream_a_seed_decides():
    def draw_again():
        fix_random_seed(1)
        return generator().random()

    outside = contextvars.Context()

    assert outside.run(draw_again) == outside.run(draw_again)


def test_training_leaves_the_random_state_of_the_program_alone(fit):
    np.random.seed(5)
    random.seed(5)
    expected = np.random.rand(), random.random()
    np.random.seed(5)
    random.seed(5)

    fit(max_steps=1)

    assert (np.random.rand(), random.random()) == expected


@pytest.mark.parametrize(
    "fix",
    [
        pytest.param(np.random.seed, id="numpy"),
        pytest.param(thinc.api.fix_random_seed, id="thinc"),
        pytest.param(fix_random_seed, id="kernel"),
    ],
)
def test_seed_of_the_process_makes_initialization_and_updates_repeatable(fix):
    outcomes = []
    for seed in (3, 3, 4):
        nlp = kernel.blank("en")
        textcat = nlp.add_pipe("textcat")
        for label in ("A", "B"):
            textcat.add_label(label)
        doc = nlp.make_doc("hot balls of the mixture")
        fix(seed)
        nlp.initialize()
        nlp.update([Example.from_dict(doc, {"cats": {"A": 1.0, "B": 0.0}})], drop=0.2)
        outcomes.append(textcat.predict([doc]).tolist())
    assert outcomes[0] == outcomes[1] != outcomes[2]


def test_generator_outside_of_a_stream_follows_the_global_seed_but_does_not_draw_from_it(
    run_python,
):
    code = """
import numpy as np
from kernel.random import generator
np.random.seed({seed})
first = generator().random()
np.random.seed({seed})
expected = np.random.rand()
np.random.seed({seed})
generator().random()
assert np.random.rand() == expected
print(first)
"""
    drawn = [run_python(code.format(seed=seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


# Generators of a GPU


def draw_on_device(streams, name):

    with streams.use(name):
        return sys.modules["cupy"].random.uniform(0, 1, 3).tolist()


def test_numbers_of_a_gpu_belong_to_streams_and_can_be_resumed():
    with device_double():
        streams = Streams(7)
        first = draw_on_device(streams, "a")
        saved = streams.state()
        rest = [draw_on_device(streams, "a"), draw_on_device(streams, "b")]
        assert first != rest[0]
        resumed = Streams.from_state(saved)
        assert [draw_on_device(resumed, "a"), draw_on_device(resumed, "b")] == rest


def test_the_generator_of_a_gpu_is_as_before_after_the_block():
    with device_double():
        cupy = sys.modules["cupy"]
        cupy.random.seed(3)
        expected = cupy.random.uniform(0, 1, 3).tolist()
        cupy.random.seed(3)
        draw_on_device(Streams(7), "a")
        assert cupy.random.uniform(0, 1, 3).tolist() == expected


def test_an_installed_cupy_without_a_driver_is_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", object())  # any use is an AttributeError
    fix_random_seed(0)
    draw(Streams(7), "a")


@pytest.fixture
def cuda(monkeypatch):
    """Let torch have a generator on a GPU that is in use; its state is a number."""
    torch = pytest.importorskip("torch")
    state = [torch.tensor([5])]
    cpu_generator = torch.Generator

    class Generator:
        def manual_seed(self, seed):
            self.seed = seed
            return self

        def get_state(self):
            return torch.tensor([self.seed])

    def make(device="cpu"):
        return Generator() if device == "cuda" else cpu_generator()

    monkeypatch.setattr(torch, "Generator", make)
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)

    def set_state(new):
        state[0] = new

    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda *_: state[0].clone())
    monkeypatch.setattr(torch.cuda, "set_rng_state", set_state)
    return state


@pytest.mark.needs("torch")
def test_the_state_of_torch_on_a_gpu_is_saved(cuda):
    streams = Streams(7)
    with streams.use("a"):
        started = int(cuda[0])
        cuda[0] = cuda[0] + 1  # something is drawn
    assert int(cuda[0]) == 5
    resumed = Streams.from_state(streams.state())
    with resumed.use("a"):
        assert int(cuda[0]) == started + 1
