"""Kinds of type hints: each fits, is described, structured and put into a schema."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NewType

import pytest
from attrs import field, frozen, validators
from hypothesis import given
from hypothesis import strategies as st

from kernel.config.kinds import KINDS, describe_type, fits, kind_of, value_schema
from kernel.config.place import Place
from kernel.config.structure import structure
from kernel.errors import ConfigError


class Colour(Enum):
    RED = "red"


@frozen
class Point:
    x: int
    y: int = 0


Width = NewType("Width", int)


@pytest.mark.parametrize(
    ("hint", "value", "made", "words", "schema"),
    [
        pytest.param(bool, True, True, "true or false", "boolean", id="bool"),
        pytest.param(int, 3, 3, "a whole number", "integer", id="int"),
        pytest.param(float, 3, 3, "a number", "number", id="float"),
        pytest.param(str, "a", "a", "a string", "string", id="str"),
        pytest.param(Width, 3, 3, "a whole number", "integer", id="new-type"),
        pytest.param(Path, "a", Path("a"), "a path", "string", id="path"),
        pytest.param(list[Path], ["a"], [Path("a")], "a list of paths", "array", id="list"),
        pytest.param(Sequence[int], [1], [1], "a list of whole numbers", "array", id="sequence"),
        pytest.param(Iterable[str], ["a"], ["a"], "a list of strings", "array", id="iterable"),
        pytest.param(set[int], [1, 1], {1}, "a list of whole numbers", "array", id="set"),
        pytest.param(
            tuple[int, str], [1, "a"], (1, "a"), "a list of 2: a whole number, a string", "array",
            id="tuple",
        ),
        pytest.param(
            tuple[Path, ...], ["a", "b"], (Path("a"), Path("b")), "a list of paths", "array",
            id="tuple-of-any-length",
        ),
        pytest.param(
            Mapping[str, Path], {"a": "b"}, {"a": Path("b")}, "a table of paths", "object",
            id="table",
        ),
        pytest.param(
            Point, {"x": 1}, Point(1), "a table with the keys x, y", "object", id="attrs-class"
        ),
    ],
)  # fmt: skip
def test_kind_is_the_same_for_all_that_use_it(hint, value, made, words, schema):
    assert fits(value, hint)
    assert not fits(b"", hint)
    assert structure(value, hint) == made
    assert type(structure(value, hint)) is type(made)
    assert describe_type(hint) == words
    assert value_schema(hint)["anyOf"][0]["type"] == schema


@pytest.mark.parametrize("hint", [Literal["red"], Colour], ids=["literal", "enum"])
def test_choices_are_listed(hint):
    assert describe_type(hint) == 'one of "red"'
    assert value_schema(hint)["anyOf"][0] == {"enum": ["red"]}
    assert fits("red", hint)
    assert not fits("green", hint)


def test_enum_is_created_from_its_value():
    assert structure("red", Colour) is Colour.RED


def test_union_prefers_the_type_of_the_value():
    assert structure("a", Path | str) == "a"
    assert structure(3, float | int) == 3
    assert structure({"x": 1}, Point | None) == Point(1)
    assert describe_type(None | str) == "a string or null"


def test_types_that_only_functions_return_have_no_schema():
    assert value_schema(Callable[..., Any]) == value_schema(KeyError) == {}


@given(st.from_type(type).filter(lambda hint: not hint.__module__.startswith("hypothesis")))
def test_every_class_has_a_kind(hint):
    assert kind_of(hint) in KINDS
    assert describe_type(hint)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
HINTS = st.recursive(
    st.sampled_from([bool, int, float, str, Path, None, Any, Point, Colour]),
    lambda inner: (
        st.builds(lambda hint: list[hint], inner)
        | st.builds(lambda hint: dict[str, hint], inner)
        | st.builds(lambda hint: hint | None if hint is not None else hint, inner)
    ),
    max_leaves=3,
)


@given(JSON, HINTS)
def test_structured_value_fits_too(value, hint):
    if fits(value, hint):
        assert fits(structure(value, hint), hint)


@pytest.mark.parametrize(
    ("hint", "value"), [(bool, "false"), (int, 3.7), (int, "3"), (str, 3), (list[int], ["3"])]
)
def test_values_that_do_not_fit_are_not_converted(hint, value):
    assert not fits(value, hint)
    assert structure(value, hint) == value


def test_refused_keys_are_found_at_any_depth():
    value = {"a": [{"x": 1}, {"x": -1}], "b": {"c": {"x": -2}}}
    with pytest.raises(ConfigError) as caught:
        structure(value, Outer, Place(("s",)))
    assert [problem.path for problem in caught.value.problems] == [
        ("s", "a", "x"),
        ("s", "b", "c", "x"),
    ]


@frozen
class Positive:
    x: int = field(validator=validators.gt(0))


@frozen
class Outer:
    a: list[Positive]
    b: dict[str, Positive]
