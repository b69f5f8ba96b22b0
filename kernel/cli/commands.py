"""What commands there are: a table of names, so that `kernel --help` imports none of them."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from attrs import field, frozen
from attrs.validators import matches_re

if TYPE_CHECKING:
    import click


@frozen
class Command:
    """A command that is imported when it is run.

    `name` is what the user types; two words make it a command of a group. `help` is one line.
    `target` is the `module:attribute` of a click command.
    """

    name: str = field(validator=matches_re(r"[a-z][a-z0-9-]*( [a-z][a-z0-9-]*)?"))
    help: str
    target: str = field(validator=matches_re(r"[\w.]+:\w+"))

    def load(self) -> click.Command:
        """Import the command."""
        module, _, attribute = self.target.partition(":")
        return getattr(importlib.import_module(module), attribute)


@frozen
class Group:
    """What `kernel --help` says of a group of commands. Its commands have names of two words."""

    name: str = field(validator=matches_re(r"[a-z][a-z0-9-]*"))
    help: str


OWN: Final[Sequence[Command | Group]] = (
    Group("init", "Make a config, or complete one."),
    Group("debug", "Find out what is wrong before training."),
    Group("config", "Look into config files."),
    Command("init config", "Write a recommended config.", "kernel.cli.init_config:init_config"),
    Command(
        "init fill-config",
        "Add all defaults to a config.",
        "kernel.cli.fill_config:fill_config",
    ),
    Command("train", "Train a pipeline, or resume its training.", "kernel.cli.train:train"),
    Command("evaluate", "Score a trained pipeline on a corpus.", "kernel.cli.evaluate:evaluate"),
    Command("debug config", "Check a config.", "kernel.cli.debug_config:debug_config"),
    Command("info", "Describe the installation or a pipeline.", "kernel.cli.info:info"),
    Command("plugins", "List the plugins, or begin a new one.", "kernel.cli.plugins:plugins"),
    Command(
        "config explain",
        "Say what a setting is and where it comes from.",
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
