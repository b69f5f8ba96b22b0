"""Settings from the command line and the environment."""

import pytest

from kernel.config import load_config, parse_overrides
from kernel.errors import ConfigError

NO_ENV: dict[str, str] = {}


@pytest.mark.parametrize(
    ("args", "overrides"),
    [
        pytest.param(["--a.b", "1"], {"a.b": 1}, id="number"),
        pytest.param(["--a.b", "0.5", "--c.d.e", "x"], {"a.b": 0.5, "c.d.e": "x"}, id="two"),
        pytest.param(["--a.b=null"], {"a.b": None}, id="equals-sign"),
        pytest.param(["--a.b", '["x", "y"]'], {"a.b": ["x", "y"]}, id="list"),
        pytest.param(["--a.b", "--c.d"], {"a.b": True, "c.d": True}, id="flags"),
        pytest.param(["--a.use-x=1"], {"a.use_x": 1}, id="dash-with-equals-sign"),
        pytest.param(["--a.use-x", "1"], {"a.use-x": 1}, id="dash-with-space"),
        pytest.param(["--a.b", "-1"], {"a.b": -1}, id="negative-number"),
        pytest.param(["--a.b", "${c.d}"], {"a.b": "${c.d}"}, id="variable"),
        pytest.param(["--a.b="], {"a.b": ""}, id="empty"),
    ],
)
def test_arguments_are_json_or_else_strings(args, overrides):
    assert parse_overrides(args, NO_ENV) == overrides


def test_environment_wins_over_the_command_line():
    environ = {"KERNEL_CONFIG_OVERRIDES": "--a.b 2 --c.d 'two words'"}
    assert parse_overrides(["--a.b", "1", "--e.f", "3"], environ) == {
        "a.b": 2,
        "c.d": "two words",
        "e.f": 3,
    }


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--output", "x"], "no such option: --output"),
        (["a.b", "1"], "unexpected argument `a.b`"),
        (["--a.b", "$5"], "starts no variable"),
    ],
)
def test_argument_that_sets_nothing_is_an_error(args, message):
    with pytest.raises(ConfigError, match=message):
        parse_overrides(args, NO_ENV)


def test_environment_that_cannot_be_split_is_an_error():
    with pytest.raises(ConfigError, match="KERNEL_CONFIG_OVERRIDES cannot be split"):
        parse_overrides([], {"KERNEL_CONFIG_OVERRIDES": "--a.b 'x"})


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "c.cfg"
    file.write_text("[paths]\ntrain = 1\n[a]\nx = ${paths.train}\ny = 2\n")
    return file


def test_variables_have_overridden_values(path):
    config = load_config(path, {"paths.train": "new"}, interpolate=True)
    assert config["a"] == {"x": "new", "y": 2}
    assert config.origin("a.x").source.layer == "override"


def test_override_may_set_a_new_key_and_a_table(path):
    config = load_config(path, {"a.z": {"k": [1]}})
    assert config["a"]["z"] == {"k": [1]}
    assert str(config.origin("a.z.k")) == "command line"


def test_origin_is_the_environment_or_the_command_line(path):
    overrides = parse_overrides(["--a.y", "3"], {"KERNEL_CONFIG_OVERRIDES": "--paths.train 4"})
    config = load_config(path, overrides)
    assert config.origin("a.y").layer == "override"
    assert config.origin("paths.train").layer == "env"


def test_section_of_the_defaults_can_be_overridden(path):
    config = load_config(path, {"training.optimizer.learn_rate": 0.1})
    assert config["training"] == {"optimizer": {"learn_rate": 0.1}}


def test_unknown_sections_come_at_once_with_the_nearest_option(path):
    with pytest.raises(ConfigError) as caught:
        load_config(path, {"pathz.train": 1, "trainig.optimizer.L2": 2, "a.b.c": 3})
    assert [problem.suggestion for problem in caught.value.problems] == [
        "--paths.train",
        "--training.optimizer.L2",
        None,
    ]
