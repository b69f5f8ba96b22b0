"""`kernel config diff`: what two configs say differently, whatever their formats."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("one", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("other", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_context
def diff(ctx: click.Context, /, one: Path, other: Path) -> None:
    """Compare the configs ONE and OTHER; the exit code is 1 if they differ."""
    from kernel.cli import console
    from kernel.cli.config_files import read_config

    before, after = (dict(_settings(read_config(path), ())) for path in (one, other))
    changed = [key for key in before | after if before.get(key) != after.get(key)]
    for key in changed:
        for sign, settings in (("-", before), ("+", after)):
            if key in settings:
                console.data(f"{sign} {key} = {settings[key]}")
    if not changed:
        console.good("the configs are the same")
    ctx.exit(1 if changed else 0)


def _settings(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _settings(inner, (*path, key))
    else:
        yield ".".join(path), json.dumps(value)
