from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from kernel.cli.app import make_program


@pytest.fixture
def kernel():
    """Run the program in this process; returns click's result, with stdout and stderr separate."""

    def run(*arguments, commands=None, stdin=None):
        arguments = [str(argument) for argument in arguments]
        return CliRunner().invoke(make_program(commands), arguments, input=stdin)

    return run


@pytest.fixture
def command(monkeypatch):
    """Make a command `try-it` of a function, and return the table with it."""
    from kernel.cli import Command

    def make(function):
        made = Command("try-it", "Try it.", "kernel.cli.app:run")
        monkeypatch.setattr(Command, "load", lambda _: click.command("try-it")(function))
        return [made]

    return make
