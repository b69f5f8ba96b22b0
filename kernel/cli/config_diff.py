"""`kernel config diff`: compare two configs, in any format."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("one", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("other", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_context
def diff(ctx: click.Context, /, one: Path, other: Path) -> None:
    """Compare the configs ONE and OTHER, .cfg or .toml; the exit code is 1 if they differ."""
    from kernel import config
    from kernel.cli import console
    from kernel.cli.config_files import read_config, show_changes

    changes = config.diff(read_config(one), read_config(other))
    show_changes(changes)
    if not changes:
        console.good("the configs are the same")
    ctx.exit(1 if changes else 0)
