"""The command line, and the functions that commands of plugins use.

`Command` and `Group` describe commands (see the hook `kernel_commands`), `console` prints.
`force_option` and `check_unused` are for commands that write files; `config_argument`,
`ALLOW_OVERRIDES`, `read_config` and `complete_config` for those that read configs, and
`recommend_config` makes one; `code_option` and `gpu_option` add options, `import_code` imports the
file of the first.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kernel.cli.commands import Command, Group
from kernel.plugin_modules import added_name

if TYPE_CHECKING:
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.config_files import complete_config, read_config
    from kernel.cli.options import (
        ALLOW_OVERRIDES,
        check_unused,
        code_option,
        config_argument,
        force_option,
        gpu_option,
    )
    from kernel.cli.recommend import recommend_config

__all__ = [
    "ALLOW_OVERRIDES",
    "Command",
    "Group",
    "check_unused",
    "code_option",
    "complete_config",
    "config_argument",
    "console",
    "force_option",
    "gpu_option",
    "import_code",
    "main",
    "read_config",
    "recommend_config",
]

# Imported when they are used, because that takes time.
_OPTIONS: Final = (
    "ALLOW_OVERRIDES",
    "check_unused",
    "code_option",
    "config_argument",
    "force_option",
    "gpu_option",
)
_MODULES: Final = {
    "complete_config": "config_files",
    "import_code": "code",
    "read_config": "config_files",
    "recommend_config": "recommend",
    **dict.fromkeys(_OPTIONS, "options"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with `arguments`, or with those of the process."""
    from kernel.cli.app import run

    run(arguments)


def __getattr__(name: str) -> Any:
    if name == "console":  # imports rich
        return importlib.import_module("kernel.cli.console")
    if name in _MODULES:
        return getattr(importlib.import_module(f"kernel.cli.{_MODULES[name]}"), name)
    return added_name(__name__, name)
