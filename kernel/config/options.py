"""The arguments of a function as options of a command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from attrs import frozen

from kernel.config.explain import argument_helps
from kernel.config.kinds import describe_type, fits
from kernel.config.signature import MISSING, signature_of, without
from kernel.config.structure import structure
from kernel.errors import ConfigError, DataError
from kernel.lines import read_text


@frozen
class Option:
    """An argument that is given as text: its name, type, default and help."""

    name: str
    hint: Any
    default: Any
    help: str

    @property
    def flag(self) -> str:
        """The option as it is typed, such as `--n-sents`."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def is_switch(self) -> bool:
        """Whether the option takes no value: its argument is true or false."""
        return fits(True, self.hint) and not fits("", self.hint) and not fits(2, self.hint)

    @property
    def is_required(self) -> bool:
        """Whether the function has no default for it."""
        return self.default is MISSING

    @property
    def expected(self) -> str:
        """The type in words."""
        return describe_type(self.hint)

    def read(self, given: str | bool) -> Any:
        """Return the value of the argument: parsed as JSON if that fits the type, else the text.

        For a table, the text is JSON or the path of a JSON file. Raises ConfigError if the value
        does not fit the type.
        """
        text = given
        if isinstance(given, str) and fits({}, self.hint) and not fits("", self.hint):
            text = given if given.lstrip().startswith("{") else _read_file(given)
        value = _parsed(text)
        for candidate in (value, text):
            if fits(candidate, self.hint):
                return structure(candidate, self.hint)
        raise ConfigError(f"{self.flag} {given}: expected {self.expected}")


def options_of(func: Callable[..., Any], given: Iterable[str] = ()) -> dict[str, Option]:
    """Return the arguments of `func` by name, without those in `given`."""
    helps = argument_helps(func)
    parameters = without(signature_of(func), given).parameters
    return {
        name: Option(name, parameter.hint, parameter.default, helps.get(name, ""))
        for name, parameter in parameters.items()
    }


def _read_file(path: str) -> str:
    try:
        return read_text(Path(path))
    except DataError as error:
        raise ConfigError(error.message, hint=error.hint) from error


def _parsed(text: str | bool) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return text
