"""The command line, and the functions that commands of plugins use.

`Command` and `Group` describe commands (see the hook `kernel_commands`), `console` prints.
`force_option` and `check_unused` are for commands that write files.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kernel.cli.commands import Command, Group
from kernel.plugin_modules import added_name

if TYPE_CHECKING:
    from kernel.cli import console
    from kernel.cli.options import check_unused, force_option

__all__ = ["Command", "Group", "check_unused", "console", "force_option", "main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with `arguments`, or with those of the process."""
    from kernel.cli.app import run

    run(arguments)


def __getattr__(name: str) -> Any:
    if name == "console":  # imports rich, which is not needed to list commands
        return importlib.import_module("kernel.cli.console")
    if name in {"check_unused", "force_option"}:  # imports click
        return getattr(importlib.import_module("kernel.cli.options"), name)
    return added_name(__name__, name)
