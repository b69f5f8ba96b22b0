"""The classes of exceptions, and how they are copied."""

import copy

import pytest
from thinc.api import ConfigValidationError

import kernel
from kernel.config import load_config
from kernel.errors import ConfigError


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
