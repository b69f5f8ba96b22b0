"""`kernel config schema`: a JSON Schema, which editors use to complete and check a config."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kernel.cli.options import code_option
from kernel.errors import KernelError


@click.command()
@click.argument("config_path", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("output_file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@code_option
@click.option("--force", "-F", is_flag=True, help="Replace OUTPUT_FILE if it exists.")
def schema(config_path: Path, output_file: Path, *, code: Path | None, force: bool) -> None:
    """Write the JSON Schema of the config CONFIG_PATH, filled, to OUTPUT_FILE or stdout.

    Each block is described by the arguments of its function.
    """
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.config_files import read_config
    from kernel.config import check, fill, json_schema
    from kernel.files import write_file

    if str(output_file) != "-" and output_file.exists() and not force:
        raise KernelError(f"{output_file} exists", hint="replace it with --force")
    import_code(code)
    config = fill(read_config(config_path))
    check(config, complete=False)
    text = json.dumps(json_schema(config.interpolate()), indent=2, ensure_ascii=False)
    if str(output_file) == "-":
        console.data(text)
        return
    write_file(output_file, f"{text}\n".encode())
    console.good(str(output_file))
