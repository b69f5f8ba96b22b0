# ruff: noqa: NPY002, TID251 — it is about the global generators
"""Named streams: independent, restorable, and without effect on the globals afterwards."""

import contextvars
import random

import numpy as np
import pytest
import thinc.api

import kernel
from kernel.random import Streams, fix_random_seed, generator
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
