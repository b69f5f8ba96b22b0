"""Creating objects from a config: which functions are called, with what, and error messages."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from attrs import field, frozen, validators

from kernel.config import (
    Config,
    Values,
    call,
    check_arguments,
    find_problems,
    resolve,
    resolve_dot_names,
    resolve_section,
)
from kernel.config.schema import TrainingSettings
from kernel.errors import ConfigError, DataError
from kernel.registry import registry


@pytest.fixture
def misc(register):
    """Register a function as `@misc = "<name>"`."""
    return lambda name, func: register("misc", name, func)


def problems(function, *args, **options):
    with pytest.raises(ConfigError) as caught:
        function(*args, **options)
    return caught.value.problems


def test_inner_blocks_are_resolved_first_and_once(misc):
    made = []

    def note(name: str, parts: list = (), inner: Any = None) -> str:
        made.append(name)
        return f"<{name} {inner}>"

    misc("t.note.v1", note)
    inner = {"@misc": "t.note.v1", "name": "inner"}
    middle = {"@misc": "t.note.v1", "name": "middle", "inner": inner}
    block = {"outer": {"@misc": "t.note.v1", "name": "outer", "inner": middle}, "plain": [1]}
    assert resolve(block) == {"outer": "<outer <middle <inner None>>>", "plain": [1]}
    assert made == ["inner", "middle", "outer"]


def test_positional_arguments_come_in_the_order_of_their_sections(misc, read):
    misc("t.number.v1", lambda value: value * 10)
    misc("t.join.v1", lambda *parts, sep: sep.join(map(str, parts)))
    text = (
        '[a]\n@misc = "t.join.v1"\nsep = "-"\n'
        '[a.*.second]\n@misc = "t.number.v1"\nvalue = 2\n[a.*.first]\n@misc = "t.number.v1"\nvalue = 1\n'
    )
    assert resolve(read(text)["a"]) == "20-10"
    assert resolve({"@misc": "t.join.v1", "*": [1, 2], "sep": "+"}) == "1+2"


def test_positional_arguments_fill_named_parameters(misc):
    def pair(one: int, two: str) -> tuple[int, str]:
        return one, two

    misc("t.pair.v1", pair)
    assert resolve({"@misc": "t.pair.v1", "*": {"x": 1, "y": "b"}}) == (1, "b")
    (problem,) = problems(resolve, {"@misc": "t.pair.v1", "*": [1, 2]})
    assert (problem.expected, problem.received) == ("a string", "2")
    (problem,) = problems(resolve, {"@misc": "t.pair.v1", "*": [1, "b", 3]})
    assert "too many positional arguments" in problem.message


@frozen
class Window:
    size: int
    step: int = field(default=1)


def test_values_are_converted_to_the_type_of_the_argument(misc):
    def take(
        path: Path,
        either: str | Path,
        pair: tuple[int, str],
        names: set[str],
        window: Window,
        windows: list[Window],
        maybe: Path | None = None,
    ) -> list[Any]:
        return [path, either, pair, names, window, windows, maybe]

    misc("t.take.v1", take)
    block = {
        "@misc": "t.take.v1",
        "path": "a/b",
        "either": "c",
        "pair": [1, "x"],
        "names": ["n"],
        "window": {"size": 3},
        "windows": [{"size": 1, "step": 2}],
    }
    assert resolve(block) == [
        Path("a/b"),
        "c",
        (1, "x"),
        {"n"},
        Window(3),
        [Window(1, 2)],
        None,
    ]


@pytest.mark.parametrize(
    ("hint", "value", "expected", "received"),
    [
        (bool, 1, "true or false", "1"),
        (int, True, "a whole number", "true"),
        (int, 1.0, "a whole number", "1.0"),
        (float, "x", "a number", 'the string "x"'),
        (str, 5, "a string", "5"),
        (Path, 5, "a path", "5"),
        (list[str], "x", "a list of strings", 'the string "x"'),
        (list[str] | None, {"a": 1}, "a list of strings or null", "a table with 1 key"),
        (Literal["a", "b"], "c", 'one of "a", "b"', 'the string "c"'),
        (dict[str, float], [1], "a table of numbers", "the list [1]"),
        (tuple[int, str], [1], "a list of 2: a whole number, a string", "the list [1]"),
        (Callable[[int], int], "x", "a function block", 'the string "x"'),
        (int | Iterable[int], "x", "a whole number or a list of whole numbers", 'the string "x"'),
        (Window, 3, "a table with the keys size, step", "3"),
    ],
)
def test_wrong_type_is_described_in_words(misc, hint, value, expected, received):
    def take(x):
        raise AssertionError

    take.__annotations__["x"] = hint
    misc("t.take.v1", take)
    (problem,) = problems(resolve, {"@misc": "t.take.v1", "x": value}, where="a.b")
    assert (problem.expected, problem.received) == (expected, received)
    assert problem.path == ("a", "b", "x")


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (float, 1),
        (Any, object()),
        (float | None, None),
        (list[int | str], [1, "a"]),
        (dict[str, list[int]], {"a": [1]}),
        (Literal[1, "a"], "a"),
        (tuple[int, ...], [1, 2]),
        (Iterable[int], [1, 2]),
        (Callable[[int], int], len),
        ("NoSuchType", 5),
    ],
)
def test_right_type_passes(misc, hint, value):
    def take(x):
        return x

    take.__annotations__["x"] = hint
    misc("t.take.v1", take)
    made = resolve({"@misc": "t.take.v1", "x": value})
    assert made == (tuple(value) if "tuple" in str(hint) else value)


def test_problem_inside_a_table_or_list_is_named(misc):
    def take(weights: dict[str, float], names: list[str], window: Window) -> None:
        raise AssertionError

    misc("t.take.v1", take)
    block = Config(
        {
            "a": {
                "@misc": "t.take.v1",
                "weights": {"x": 1.0, "y": "no"},
                "names": ["a", 5],
                "window": {"siez": 3},
            }
        }
    )["a"]
    found = problems(resolve, block, where="a")
    assert [(problem.path[1:], problem.message, problem.suggestion) for problem in found] == [
        (("weights", "y"), "wrong type", None),
        (("names",), "item 2 has the wrong type", None),
        (("window", "siez"), "`siez` is not a setting of `Window`", "size"),
    ]


@frozen(kw_only=True)
class Cut:
    rate: float = field(default=0.5, validator=[validators.ge(0), validators.lt(1)])
    _names: tuple[str, ...] = ()


@frozen(kw_only=True)
class Plan:
    first: Cut
    more: list[Cut] = field(factory=list)


def test_nested_classes_are_created_from_tables(misc):
    def take(plan: Plan | None, cuts: dict[str, Cut]) -> Any:
        return plan, cuts

    misc("t.take.v1", take)
    block = {
        "@misc": "t.take.v1",
        "plan": {"first": {"names": ["a"]}, "more": [{"rate": 0}, {}]},
        "cuts": {"a": {"rate": 0.1}},
    }
    plan, cuts = resolve(block)
    assert plan == Plan(first=Cut(names=("a",)), more=[Cut(rate=0), Cut()])
    assert cuts == {"a": Cut(rate=0.1)}


def test_errors_of_validators_are_reported_with_their_line(misc):
    def take(plan: Plan) -> None:
        raise AssertionError

    misc("t.take.v1", take)
    text = '[a]\n@misc = "t.take.v1"\n[a.plan]\nmore = [{"rate": -1}]\n[a.plan.first]\nrate = 1.0\n'
    config = Config().from_str(text, name="c.cfg")
    found = problems(resolve, config["a"], where="a")
    assert [(problem.path, problem.origin.line, problem.message) for problem in found] == [
        (("a", "plan", "more", "rate"), 4, "'rate' must be >= 0: -1"),
        (("a", "plan", "first", "rate"), 6, "'rate' must be < 1: 1.0"),
    ]
    assert {*found} <= {*find_problems(config)}


def test_class_gets_objects_of_blocks_unchanged(misc, register):
    @frozen
    class Pace:
        rate: float
        models: list[Window]

    def take(pace: Pace) -> Any:
        return pace

    def rise() -> Iterator[float]:
        yield 0.5

    take.__annotations__["pace"] = Pace
    Pace.__annotations__.update(rate=float, models=list[Window])
    misc("t.take.v1", take)
    misc("t.window.v1", lambda: Window(1))
    register("schedules", "t.rise.v1", rise)
    pace = resolve(
        {
            "@misc": "t.take.v1",
            "pace": {"rate": {"@schedules": "t.rise.v1"}, "models": [{"@misc": "t.window.v1"}]},
        }
    )
    assert (next(pace.rate), pace.models) == (0.5, [Window(1)])


def test_schedule_may_be_used_where_a_number_is_expected(misc, register):
    def rise(start: float) -> Iterator[float]:
        yield start

    misc("t.take.v1", _take_rate)
    register("schedules", "t.rise.v1", rise)
    schedule = resolve({"@misc": "t.take.v1", "rate": {"@schedules": "t.rise.v1", "start": 0.5}})
    assert next(schedule) == 0.5


def _take_rate(rate: float) -> Any:
    return rate


def test_result_of_another_type_is_reported(misc):
    def take(names: list[str]) -> None:
        raise AssertionError

    misc("t.take.v1", take)
    misc("t.window.v1", lambda: Window(1))
    (problem,) = problems(resolve, {"@misc": "t.take.v1", "names": {"@misc": "t.window.v1"}})
    assert (problem.expected, problem.received) == (
        "a list of strings",
        "an object of type `Window`",
    )


def test_variable_in_quotes_can_be_a_number(misc):
    misc("t.take.v1", _take_width)
    text = '[a]\n@misc = "t.take.v1"\nwidth = "${b.x}"\n[b]\nx = 96'
    assert resolve(Config().from_str(text)["a"]) == 96
    assert problems(resolve, {"@misc": "t.take.v1", "width": "96"})[0].expected == "a whole number"


def _take_width(width: int) -> int:
    return width


def test_failure_inside_a_function_names_block_and_line(misc):
    def fail(path: str) -> None:
        raise FileNotFoundError(f"no such file: {path}")

    misc("t.fail.v1", fail)
    text = '[a]\n[a.b]\n@misc = "t.fail.v1"\npath = "x"'
    config = Config().from_str(text, name="c.cfg")
    with pytest.raises(ConfigError, match=r"c\.cfg:3:1: \[a\] b: `t\.fail\.v1` failed: ") as caught:
        resolve(config["a"], where="a")
    assert "FileNotFoundError: no such file: x" in str(caught.value)
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_a_function_that_exits_has_failed(misc):
    def leave() -> None:
        raise SystemExit("bye")

    misc("t.leave.v1", leave)
    (problem,) = problems(resolve, {"@misc": "t.leave.v1"})
    assert problem.message == "`t.leave.v1` failed: SystemExit: bye"


def test_hint_of_a_failure_is_kept(misc):
    def fail() -> None:
        raise DataError("the file is empty", hint="convert it again")

    misc("t.fail.v1", fail)
    (problem,) = problems(resolve, {"@misc": "t.fail.v1"})
    assert problem.message == "`t.fail.v1` failed: the file is empty"
    assert problem.hint == "convert it again"


def test_failure_of_an_inner_block_is_reported_once(misc):
    def fail() -> None:
        raise ValueError("inner")

    misc("t.fail.v1", fail)
    misc("t.outer.v1", lambda x: x)
    block = {"@misc": "t.outer.v1", "x": {"@misc": "t.fail.v1"}}
    assert len(problems(resolve, block, where="a")) == 1


def test_call_adds_arguments_that_are_not_in_the_config(misc):
    def make(nlp: Any, name: str, depth: int, model: Any) -> list[Any]:
        return [nlp, name, depth, model]

    misc("t.model.v1", lambda: "model")
    block = {"depth": 2, "model": {"@misc": "t.model.v1"}}
    given = {"nlp": "NLP", "name": "x"}
    assert call(make, block, where="components.x", given=given) == ["NLP", "x", 2, "model"]
    found = problems(call, make, {"dpeth": 2}, where="components.x", given=given)
    assert [(problem.path[-1], problem.suggestion) for problem in found] == [
        ("dpeth", "depth"),
        ("model", None),
    ]


def test_call_without_validation_accepts_everything():
    def make(x: int) -> int:
        return x

    assert call(make, {"x": "y"}, validate=False) == "y"


def test_arguments_of_a_method_are_checked_without_those_of_the_caller():
    class Component:
        def initialize(self, get_examples, *, nlp=None, labels: list[str]) -> None:
            raise AssertionError

    method = Component().initialize
    check_arguments(method, {"labels": ["A"]}, where="initialize.components.x")
    (problem,) = problems(
        check_arguments, method, {"lables": ["A"]}, where="initialize.components.x"
    )
    assert problem.suggestion == "labels"


def test_typed_section_has_objects_and_defaults(functions, ner):
    settings = resolve_section(ner.interpolate(), "training")
    assert isinstance(settings, TrainingSettings)
    assert settings.seed == 0
    assert (settings.dropout, settings.train_corpus) == (0.1, "corpora.train")
    assert settings.optimizer.settings["learn_rate"] == 0.001
    assert settings.batcher([1, 2])[0] == [1, 2]
    assert resolve_section(Values({"nlp": {"lang": "en"}}), "nlp").batch_size == 1000
    assert resolve_section(Values({"system": {"seed": 7}}), "training").seed == 7


def test_typed_section_rejects_unknown_keys(functions):
    found = problems(
        resolve_section, Values({"training": {"dropuot": 0.1, "eval_frequency": 0}}), "training"
    )
    assert [(problem.message, problem.suggestion) for problem in found] == [
        ("[training] has no `dropuot`", "dropout"),
        ("out of range", None),
    ]


def test_default_vectors_are_none_if_no_plugin_has_them(functions, monkeypatch):
    monkeypatch.setattr(registry.vectors, "has", lambda name: False)
    config = Values({"nlp": {"lang": "en", "vectors": {"@vectors": "spacy.Vectors.v1"}}})
    assert resolve_section(config, "nlp").vectors is None
    config["nlp"]["vectors"]["@vectors"] = "mine.v1"
    assert "there is no `mine.v1`" in problems(resolve_section, config, "nlp")[0].message


def test_dotted_names_share_the_result_of_one_function(misc):
    calls = []

    def both() -> dict[str, int]:
        calls.append(1)
        return {"train": 1, "dev": 2}

    misc("t.both.v1", both)
    config = Values({"corpora": {"@misc": "t.both.v1"}, "other": {"x": {"y": 3}}})
    names = ["corpora.train", "corpora.dev", None, "other.x.y"]
    assert resolve_dot_names(config, names) == [1, 2, None, 3]
    assert calls == [1]
    with pytest.raises(ConfigError, match=r"`corpora\.trian` leads to nothing"):
        resolve_dot_names(config, ["corpora.trian"])


def test_unknown_function_says_which_plugin_has_it_or_the_nearest_name(misc):
    misc("t.known.v1", dict)
    (problem,) = problems(resolve, {"@misc": "t.konwn.v1"})
    assert problem.suggestion == "t.known.v1"
    (problem,) = problems(resolve, {"@mics": "t.known.v1"})
    assert problem.suggestion == "@misc"
    (problem,) = problems(resolve, {"@readers": "t.known.v1"})
    assert problem.suggestion == '@misc = "t.known.v1"'


def test_function_of_a_plugin_that_is_not_installed_names_the_plugin(monkeypatch):
    from kernel.config import lookup

    names = {"architectures": {"kernel.Absent.v1": "kernel-plugin-absent"}}
    monkeypatch.setattr(lookup, "first_party_names", lambda: names)
    monkeypatch.setattr(sys.modules["kernel.registry"], "first_party_names", lambda: names)
    (problem,) = problems(resolve, {"@architectures": "spacy.Absent.v1"})
    assert problem.hint.endswith("pip install kernel-plugin-absent")
    assert problem.suggestion is None


def test_two_functions_in_one_block_are_a_problem(misc):
    misc("t.known.v1", dict)
    (problem,) = problems(resolve, {"@misc": "t.known.v1", "@readers": "x.v1"})
    assert "a second function" in problem.message


def test_only_what_a_dotted_name_needs_is_created(register, read):
    def fail():
        raise ValueError("must not be called")

    register("misc", "dotted.fail.v1", fail)
    register("misc", "dotted.both.v1", lambda: {"one": 1, "two": 2})
    text = """
        [corpora]
        [corpora.bad]
        @misc = "dotted.fail.v1"
        [corpora.both]
        @misc = "dotted.both.v1"
    """
    values = read(text.replace("        ", "")).interpolate()
    assert resolve_dot_names(values, ["corpora.both.two", "corpora.both"]) == [
        2,
        {"one": 1, "two": 2},
    ]
    with pytest.raises(ConfigError, match=r"must not be called"):
        resolve_dot_names(values, ["corpora.bad"])
    with pytest.raises(ConfigError, match=r"`corpora\.both\.tow` leads to nothing"):
        resolve_dot_names(values, ["corpora.both.tow"])


def test_other_keyword_arguments_have_the_type_of_their_annotation(misc):
    def sizes(**sizes: int) -> dict[str, int]:
        return sizes

    misc("t.sizes.v1", sizes)
    assert resolve({"@misc": "t.sizes.v1", "a": 1}) == {"a": 1}
    (problem,) = problems(resolve, {"@misc": "t.sizes.v1", "a": 1, "b": "x"})
    assert (problem.path, problem.expected) == (("b",), "a whole number")


def test_positional_only_arguments_are_given_by_name(misc):
    def pair(one: int, two: int = 2, /, *, three: int = 3) -> tuple[int, ...]:
        return one, two, three

    misc("t.pair.v1", pair)
    assert resolve({"@misc": "t.pair.v1", "one": 1}) == (1, 2, 3)
    assert resolve({"@misc": "t.pair.v1", "two": 5, "one": 1, "three": 4}) == (1, 5, 4)


def test_wrong_positional_argument_is_reported_at_its_line(misc, read):
    misc("t.sum.v1", summed)
    (problem,) = problems(resolve, read('[a]\n@misc = "t.sum.v1"\n[a.*]\nx = 1\ny = "b"\n')["a"])
    assert (problem.origin.line, problem.path[-1]) == (5, "y")


def summed(*numbers: int) -> int:
    return sum(numbers)


def test_generator_is_no_function(misc):
    def generate() -> Any:
        yield 1

    def use(func: Callable[[int], int] | None = None, sizes: Iterable[int] = ()) -> Any:
        return func, sizes

    misc("t.generate.v1", generate)
    misc("t.use.v1", use)
    made = {"@misc": "t.generate.v1"}
    (problem,) = problems(resolve, {"@misc": "t.use.v1", "func": made})
    assert problem.received == "an object of type `generator`"
    assert next(resolve({"@misc": "t.use.v1", "sizes": made})[1]) == 1
