"""`kernel config convert`: convert a config to the other format."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli.options import check_unused, force_option


@click.command()
@click.argument("input_file", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("output_file", type=click.Path(path_type=Path))
@force_option("OUTPUT_FILE")
def convert(input_file: Path, output_file: Path, *, force: bool) -> None:
    """Write the config INPUT_FILE to OUTPUT_FILE in the format of its suffix: .cfg or .toml."""
    from kernel.cli import console
    from kernel.cli.config_files import read_config, write_config

    check_unused(output_file, force=force)
    write_config(read_config(input_file), output_file)
    console.good(f"wrote {output_file}")
