"""The classes of exceptions, and how they are copied."""

import copy

import pytest
from thinc.api import ConfigValidationError

import kernel
from kernel.config import load_config
from kernel.errors import ConfigError, caught_as
from kernel.pipeline import Language


def test_errors_of_configs_are_of_the_class_of_thinc():
    with pytest.raises(ConfigValidationError, match="overwrite: wrong type") as caught:
        kernel.blank("en").add_pipe("tagger", config={"overwrite": "no"})

    assert isinstance(caught.value, ConfigError)
    assert [problem.path[-1] for problem in caught.value.problems] == ["overwrite"]


def test_errors_of_configs_can_be_copied():
    error = ConfigError("no section [nlp]", hint="add it")

    again = copy.copy(error)  # with what pickle calls

    assert type(again) is type(error)
    assert str(again) == str(error) == "no section [nlp]\nhint: add it"


def test_a_missing_config_is_an_error_of_the_file(tmp_path):
    with pytest.raises(OSError, match="there is no such file"):
        load_config(tmp_path / "none.cfg")


class OwnError(LookupError):
    """An exception of a plugin, with an attribute."""

    def __init__(self, key):
        super().__init__(key)
        self.key = key


@pytest.mark.parametrize(
    "cause",
    [
        pytest.param(KeyError("terms"), id="key-error"),
        pytest.param(OSError(2, "no such file"), id="os-error"),
        pytest.param(ModuleNotFoundError("no module", name="other"), id="import-error"),
        pytest.param(OwnError("terms"), id="own-class"),
    ],
)
def test_an_error_of_a_factory_is_caught_as_its_own_class_too(cause):
    @Language.factory("raising_factory")
    def make(nlp, name):
        raise cause

    with pytest.raises(type(cause), match=r"\[components\] x: `make` failed") as caught:
        kernel.blank("en").add_pipe("raising_factory", "x")

    assert isinstance(caught.value, ConfigError)
    assert caught.value.__cause__ is cause
    assert getattr(caught.value, "key", "terms") == "terms"
    again = copy.copy(caught.value)  # with what pickle calls
    assert isinstance(again, ConfigError)
    assert str(again) == str(caught.value)


def test_a_final_class_leaves_the_error_as_it_is():
    class Final(Exception):  # noqa: N818
        def __init_subclass__(cls):
            raise TypeError

    error = ConfigError("wrong")

    assert caught_as(error, Final()) is error
    assert caught_as(error, SystemExit()) is error
