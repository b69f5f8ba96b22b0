"""`kernel debug config`: find all errors in a config before training."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kernel.cli.options import ALLOW_OVERRIDES, code_option, config_argument, strict_option
from kernel.errors import ConfigError, KernelError, raise_problems

if TYPE_CHECKING:
    from kernel.config import Config, Problem, Values

MAX_LISTED_MISSING: Final = 3


@click.command(context_settings=ALLOW_OVERRIDES)
@config_argument
@strict_option
@code_option
@click.option(
    "--show-functions", "-F", is_flag=True, help="List the functions that the config names."
)
@click.option("--show-variables", "-V", is_flag=True, help="List the variables and their values.")
@click.pass_context
def debug_config(
    ctx: click.Context,
    /,
    config_path: Path,
    *,
    strict: bool,
    code: Path | None,
    show_functions: bool,
    show_variables: bool,
) -> None:
    """Check the config CONFIG_PATH (- for stdin) without reading any data.

    Functions that do not read files, such as those of models, are called to see whether they accept
    their arguments. Settings can be replaced: --section.key value.
    """
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.config_files import complete_config, read_config
    from kernel.cli.try_functions import problems_of_functions
    from kernel.plugins import hooks

    import_code(code)
    try:
        given = read_config(config_path, ctx.args)
        config = complete_config(given, strict=strict, unread_is_error=True)
        values = config.interpolate()
        raise_problems(problems_of_functions(values))
        hooks().watch("kernel_config_loaded", config=config)
    except ConfigError as error:
        if not error.problems:
            raise
        _show_problems(error)
        ctx.exit(1)
    console.good(f"{config_path} is valid")
    if show_variables:
        rows = _variables(config, values)
        console.show(console.make_table(None, ["Variable", "Value"], rows, right=()))
    if show_functions:
        columns = ["Registry", "Name", "Module", "Place"]
        console.show(console.make_table(None, columns, _functions(values), right=()))


def _show_problems(error: ConfigError) -> None:
    from rich.panel import Panel
    from rich.text import Text

    from kernel.cli import console

    count = len(error.problems)
    title = "1 problem" if count == 1 else f"{count} problems"
    body = "\n\n".join(_texts(error.problems))
    panel = Panel(
        Text(body), title=f"error: {title} in the config", title_align="left", expand=False
    )
    console.err.print(panel)
    if error.hint:
        console.say(f"hint: {error.hint}")


def _texts(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield each problem; many missing settings are joined, so that they do not hide others."""
    left_out = [problem for problem in problems if problem.is_left_out]
    is_many = len(left_out) > MAX_LISTED_MISSING
    yield from (str(each) for each in problems if not (is_many and each.is_left_out))
    if is_many:
        names = ", ".join(".".join(problem.path) for problem in left_out)
        hint = "run `kernel init fill-config` to add them with their defaults"
        yield f"{len(left_out)} settings are missing: {names}\n    hint: {hint}"


def _variables(config: Config, values: Values) -> Iterator[tuple[str, str]]:
    from kernel.config.tree import get_at

    for name in sorted(config.variables):
        yield f"${{{name}}}", json.dumps(get_at(values, tuple(name.split("."))), ensure_ascii=False)


def _functions(values: Values) -> Iterator[tuple[str, str, str, str]]:
    from kernel.config.tree import function_of, walk_blocks
    from kernel.registry import registry

    named = {function_of(block) for _, block in walk_blocks(values)}
    for block in values.get("components", {}).values():
        if "factory" in block:
            named.add(("factories", block["factory"]))
    for kind, name in sorted(named):
        try:
            found = registry.find(kind, name)
        except (KernelError, TypeError, OSError):
            # An object without a source file: a built-in, or a class created at run time.
            yield kind, name, "?", "?"
        else:
            yield kind, name, found["module"], f"{found['file']}:{found['line_no']}"
