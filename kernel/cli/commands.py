"""The table of commands, from which `kernel --help` is made without importing them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from kernel.errors import PluginError

if TYPE_CHECKING:
    import click

_WORD: Final = "[a-z][a-z0-9-]*"


def _matching(pattern: str, expected: str) -> Callable[[object, Any, str], None]:
    """Return a validator of text that matches `pattern`."""

    def check(_: object, attribute: Any, value: str) -> None:
        if not re.fullmatch(pattern, value):
            raise PluginError(f"`{attribute.name}` is {value!r}; expected {expected}")

    return check


@frozen
class Command:
    """A command, which is imported when it is run.

    `name` is typed by the user; two words make it a command of a group. `help` is one line.
    `target` is the `module:attribute` of a click command.
    """

    name: str = field(validator=_matching(f"{_WORD}( {_WORD})?", "one or two words in lower case"))
    help: str
    target: str = field(validator=_matching(r"[\w.]+:\w+", "module:attribute"))

    def load(self) -> click.Command:
        """Import the command.

        Raises `PluginError` if it cannot be imported, or is not a click command.
        """
        module, _, attribute = self.target.partition(":")
        try:
            command = getattr(importlib.import_module(module), attribute)
        except (Exception, SystemExit) as error:
            problem = f"{type(error).__name__}: {error}"
            raise PluginError(f"the command `{self.name}` cannot be imported: {problem}") from error
        if not hasattr(command, "make_context"):
            raise PluginError(f"the command `{self.name}`: `{self.target}` is not a click command")
        return command


@frozen
class Group:
    """The help of a group of commands in `kernel --help`. Its commands have names of two words."""

    name: str = field(validator=_matching(_WORD, "a word in lower case"))
    help: str


OWN: Final[Sequence[Command | Group]] = (
    Group("init", "Create configs, and pipelines with vectors."),
    Group("debug", "Find errors before training."),
    Group("config", "Inspect config files."),
    Command("init config", "Write a recommended config.", "kernel.cli.init_config:init_config"),
    Command(
        "init fill-config",
        "Add all defaults to a config.",
        "kernel.cli.fill_config:fill_config",
    ),
    Command("train", "Train a pipeline, or resume its training.", "kernel.cli.train:train"),
    Command("evaluate", "Score a trained pipeline on a corpus.", "kernel.cli.evaluate:evaluate"),
    Command("debug config", "Check a config.", "kernel.cli.debug_config:debug_config"),
    Command("debug model", "Show the layers of a model.", "kernel.cli.debug_model:debug_model"),
    Command("info", "Describe the installation, a pipeline or a language.", "kernel.cli.info:info"),
    Command("plugins", "List the plugins, or create a new one.", "kernel.cli.plugins:plugins"),
    Command(
        "config explain",
        "Explain a setting and where it comes from.",
        "kernel.cli.config_explain:explain",
    ),
    Command("config diff", "Compare two configs.", "kernel.cli.config_diff:diff"),
    Command(
        "config convert",
        "Convert a config from .cfg to .toml or back.",
        "kernel.cli.config_convert:convert",
    ),
    Command(
        "config schema",
        "Write a JSON Schema of a config, for editors.",
        "kernel.cli.config_schema:schema",
    ),
)
