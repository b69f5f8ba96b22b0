"""The program: its groups of commands, which are imported when they are run, and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

import click

from kernel import __version__
from kernel.cli.commands import OWN, Command, Group
from kernel.errors import KernelError, PluginError
from kernel.plugins import hooks
from kernel.registry import missing_hint, provider_hint

ERROR: Final = 1
INTERRUPTED: Final = 130

# Commands of spaCy whose counterparts have other names.
_RENAMED: Final = {"benchmark accuracy": "evaluate", "debug diff-config": "config diff"}


class LazyGroup(click.Group):
    """A group whose commands are given as a table; each is imported when it is used."""

    def __init__(
        self, name: str, table: Mapping[str, Command | LazyGroup], **settings: Any
    ) -> None:
        super().__init__(name, **settings)
        self.table: Final = dict(table)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command called `cmd_name`; None if there is none."""
        found = self.table.get(cmd_name)
        return found.load() if isinstance(found, Command) else found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command at the start of `args`; exit with 2 if it is unknown."""
        if args[0] not in self.table:
            typed = args[:1] if ctx.parent is None else [str(self.name), args[0]]
            for name in (" ".join(args[:2]), " ".join(typed)):
                hint = provider_hint("commands", name) or missing_hint("commands", name)
                if name in _RENAMED:
                    hint = f"use `kernel {_RENAMED[name]}`"
                if hint is not None:
                    ctx.fail(f"No such command {name!r}: {hint}.")
            close = get_close_matches(args[0], self.table, n=1)
            if close:
                ctx.fail(f"No such command {args[0]!r}. Did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, found.help or "") for name, found in self.table.items()])


class Program(LazyGroup):
    """The top group, which turns errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit with 1 if it fails."""
        try:
            return super().invoke(ctx)
        except KernelError as error:
            _fail(error.message, error.hint)
            return ctx.exit(getattr(error, "exit_code", ERROR))
        except BrokenPipeError:
            raise
        except OSError as error:
            filename = f"{error.filename}: " if error.filename is not None else ""
            _fail(f"{filename}{error.strerror or error}")
            return ctx.exit(ERROR)
        except KeyboardInterrupt as error:
            _fail("interrupted")
            return ctx.exit(getattr(error, "exit_code", INTERRUPTED))


def make_program(commands: Iterable[Command | Group] | None = None) -> Program:
    """Return the program with `commands`, or with kernel's own and those of all plugins.

    If several have the same name, the first one is used and the others are reported.
    """
    commands = list(_all_commands() if commands is None else commands)
    helps: dict[str, str] = {}
    for group in commands:
        if isinstance(group, Group):
            helps.setdefault(group.name, group.help)
    table: dict[str, Command | LazyGroup] = {}
    for command in commands:
        if isinstance(command, Command) and not _insert(command, table, helps):
            _warn(f"the name `{command.name}` is taken: {command.target}")
    program = Program(
        "kernel",
        table,
        help="Train and run NLP pipelines.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    return click.version_option(__version__, "-V", "--version", prog_name="kernel")(program)


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit: 0 success, 1 failure, 2 wrong usage, 130 interrupted.

    `kernel train` exits with 143 after SIGTERM.
    """
    try:
        make_program().main(args=arguments, standalone_mode=True)
    except KeyboardInterrupt as error:  # while plugins were loaded
        _fail("interrupted", hint="; ".join(getattr(error, "__notes__", ())) or None)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has closed the pipe, which is not an error.
        sys.stderr.close()
        sys.exit(0)


def _insert(
    command: Command, table: dict[str, Command | LazyGroup], helps: Mapping[str, str]
) -> bool:
    """Add a command to the table or to a group of it; return False if its name is taken."""
    group, _, name = command.name.rpartition(" ")
    if group:
        found = table.setdefault(group, LazyGroup(group, {}, help=helps.get(group, "")))
        table = found.table if isinstance(found, LazyGroup) else {name: found}
    return table.setdefault(name, command) is command


def _all_commands() -> list[Command | Group]:
    commands = list(OWN)
    for _, added in hooks().gather("kernel_commands", on_error=_warn_of_missing):
        commands += added
    return commands


def _warn_of_missing(error: PluginError) -> None:
    # One broken plugin must not disable all commands.
    _warn(f"{error.message}; its commands are missing")


def _warn(message: str) -> None:
    click.echo(f"warning: {message}", err=True)


def _fail(message: str, hint: str | None = None) -> None:
    from kernel.cli import console

    console.fail(message, hint)
