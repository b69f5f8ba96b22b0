"""Types of pydantic, dataclasses and typed dicts in signatures; defaults of another type."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypedDict

import pytest
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, StrictStr, conint, constr
from pydantic import v1 as pydantic_v1

from kernel.config import fill, find_problems, resolve


class Window(BaseModel):
    size: int
    name: str = "plain"


class OpenWindow(BaseModel):
    model_config = ConfigDict(extra="allow")
    size: int


class OldWindow(pydantic_v1.BaseModel):
    size: int
    name: str = "plain"


@dataclass
class PlainWindow:
    size: int
    name: str = "plain"


class DictWindow(TypedDict, total=False):
    size: int


class Color(StrEnum):
    RED = "red"


@pytest.fixture
def take(register, read):
    """Return the problems of a block of a function with the argument `x`, or what it gets."""
    numbers = iter(range(100))

    def try_it(hint, value, default=...):
        def function(x):
            return x

        function.__annotations__["x"] = hint
        if default is not ...:
            function.__defaults__ = (default,)
        name = f"pydantic.{next(numbers)}.v1"
        register("misc", name, function)
        config = fill(read(f'[a]\n@misc = "{name}"\n' + (f"x = {value}" if value else "")))
        found = [
            each
            for each in find_problems(config, complete=False)
            if each.path[:1] == ("a",) and len(each.path) > 1
        ]
        if found:
            return [(".".join(each.path), each.message) for each in found]
        return resolve(config.interpolate()["a"])

    return try_it


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (PositiveInt, "3", 3),
        (PositiveInt, "0", "Input should be greater than 0"),
        (PositiveInt, "true", "wrong type"),
        (conint(ge=1, lt=5), "5", "Input should be less than 5"),
        (constr(min_length=2), '"a"', "String should have at least 2 characters"),
        (Annotated[int, Field(gt=3)], "3", "Input should be greater than 3"),
        (StrictStr, '"a"', "a"),
        (list[PositiveInt], "[1, -1]", "Input should be greater than 0"),
        (list[PositiveInt], "[1, 2]", [1, 2]),
        (PositiveInt | str, '"a"', "a"),
        (PositiveInt | None, "null", None),
        (pydantic_v1.conint(ge=1), "1", 1),
        (pydantic_v1.conint(ge=1), "0", "ensure this value is greater than or equal to 1"),
        (pydantic_v1.StrictStr, "1", "str type expected"),
        (pydantic_v1.PositiveInt, '"a"', "value is not a valid integer"),
        (Color, '"red"', Color.RED),
    ],
)
def test_constrained_types_are_checked(take, hint, value, expected):
    found = take(hint, value)
    is_problem = isinstance(found, list) and found and isinstance(found[0], tuple)
    assert (found[0][1] if is_problem else found) == expected


@pytest.mark.parametrize("cls", [Window, OldWindow, PlainWindow])
def test_tables_become_objects_of_models(take, cls):
    assert take(cls, '{"size": 3}') == cls(size=3, name="plain")
    assert take(list[cls], '[{"size": 3, "name": "b"}]') == [cls(size=3, name="b")]
    assert take(cls, '{"size": "much"}')[0][0] == "a.x.size"
    assert take(cls, '{"size": 3, "nmae": "b"}') == [
        ("a.x.nmae", f"`nmae` is not a setting of `{cls.__name__}`")
    ]


def test_missing_fields_of_models_are_reported(take):
    assert take(Window, '{"name": "b"}') == [("a.x.size", "Field required")]


def test_models_that_allow_other_keys_get_them(take):
    assert take(OpenWindow, '{"size": 3, "color": 1}').color == 1


def test_typed_dicts_stay_tables(take):
    assert take(DictWindow, '{"size": 3}') == {"size": 3}
    assert take(DictWindow, '{"width": 3}') == [
        ("a.x.width", "`width` is not a setting of `DictWindow`")
    ]


@pytest.mark.parametrize(
    ("hint", "default"),
    [(Path, None), (int, None), (int, "auto"), (list[int], (1, 2)), (PositiveInt, 0)],
)
def test_defaults_are_valid_whatever_the_type(take, hint, default):
    assert take(hint, None, default) == default


def test_argument_with_the_default_null_may_be_null(take):
    assert take(Path, "null", None) is None
    assert take(Path, "7", None) == [("a.x", "wrong type")]
