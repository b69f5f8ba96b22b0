"""Arguments of functions as options of a command line."""

from collections.abc import Mapping
from typing import Literal

import pytest

from kernel.config import options_of
from kernel.errors import ConfigError


def convert(
    source: str,
    *,
    size: int,
    share: float | None = None,
    label: str = "x",
    names: list[str] | None = None,
    table: Mapping[str, int] | None = None,
    policy: Literal["stop", "skip"] = "stop",
    with_tags: bool = False,
):
    """Convert something.

    size   how many
    label  what they are called
    """


OPTIONS = options_of(convert, ["source"])


def test_options_are_the_arguments_that_are_not_given():
    assert list(OPTIONS) == ["size", "share", "label", "names", "table", "policy", "with_tags"]
    assert [name for name, option in OPTIONS.items() if option.is_required] == ["size"]
    assert [name for name, option in OPTIONS.items() if option.is_switch] == ["with_tags"]
    assert OPTIONS["with_tags"].flag == "--with-tags"
    assert (OPTIONS["size"].help, OPTIONS["size"].expected) == ("how many", "a whole number")
    assert OPTIONS["label"].default == "x"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("size", "12", 12),
        ("share", "0.5", 0.5),
        ("share", "null", None),
        ("label", "12", "12"),
        ("label", "null", "null"),
        ("names", '["a", "b"]', ["a", "b"]),
        ("table", '{"a": 1}', {"a": 1}),
        ("policy", "skip", "skip"),
        ("with_tags", True, True),
    ],
)
def test_text_becomes_a_value_of_the_type(name, text, value):
    assert OPTIONS[name].read(text) == value


def test_table_may_be_in_a_file(tmp_path):
    path = tmp_path / "table.json"
    path.write_text('\ufeff{"a": 2}', encoding="utf8")
    assert OPTIONS["table"].read(str(path)) == {"a": 2}
    path.write_bytes(b'\n{"a": "\xe9"}')
    with pytest.raises(ConfigError, match=r"table\.json:2: not UTF-8"):
        OPTIONS["table"].read(str(path))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("size", "many", "--size many: expected a whole number"),
        ("size", "1.5", "--size 1.5: expected a whole number"),
        ("policy", "snap", '--policy snap: expected one of "stop", "skip"'),
        ("table", '{"a": "b"}', "expected a table"),
        ("table", '{"a":' * 100_000, "expected a table"),
        ("table", "none.json", "none.json: cannot be read: No such file"),
    ],
)
def test_a_value_of_another_type_is_an_error(name, text, message):
    with pytest.raises(ConfigError) as info:
        OPTIONS[name].read(text)
    assert message in str(info.value)
