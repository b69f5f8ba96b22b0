"""`kernel config explain`: what a setting is, who set it, and what it goes to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kernel.cli.options import OVERRIDES, code_option
from kernel.errors import ConfigError


@click.command(context_settings=OVERRIDES)
@click.argument("config_path", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("setting")
@code_option
@click.pass_context
def explain(ctx: click.Context, /, config_path: Path, setting: str, *, code: Path | None) -> None:
    """Explain SETTING, a dotted name such as training.optimizer.learn_rate, of a config."""
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.config_files import read_config
    from kernel.config import fill

    import_code(code)
    config = fill(read_config(config_path, ctx.args))
    path = tuple(setting.split("."))
    raw, value = _at(config, path), _at(config.interpolate(), path)
    entries = {"value": _show(value)}
    if raw != value:
        entries["written as"] = _show(raw)
    entries["set by"] = " from ".join(
        f"{origin.layer} {origin}" if origin.layer != "default" else "default"
        for origin in config.origin(path).chain()
    )
    entries |= _meaning(config.interpolate(), path)
    rows = list(entries.items())
    console.show(console.make_table(setting, ["", ""], rows, right=(), header=False))


def _at(config: Any, path: tuple[str, ...]) -> Any:
    value = config
    for depth, key in enumerate(path):
        if not isinstance(value, Mapping) or key not in value:
            known = ", ".join(value) if isinstance(value, Mapping) else ""
            raise ConfigError(
                f"no setting `{'.'.join(path)}`",
                hint=f"`{'.'.join(path[:depth]) or 'the config'}` has: {known}" if known else None,
            )
        value = value[key]
    return value


def _meaning(config: Any, path: tuple[str, ...]) -> dict[str, str]:
    from kernel.cli.comments import function_of_block, helps_of_block

    block = _at(config, path[:-1])
    entries = {}
    meaning = helps_of_block(block, path[:-1]).get(path[-1])
    if meaning:
        entries["meaning"] = meaning
    function = function_of_block(block)
    if function is not None:
        entries["goes to"] = f"{function.__module__}.{function.__qualname__}"
    return entries


def _show(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
