"""`kernel config schema`: a JSON Schema, which editors use to complete and check a config."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kernel.cli.options import check_unused, code_option, force_option


@click.command()
@click.argument("config_path", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("output_file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@code_option
@force_option("OUTPUT_FILE")
def schema(config_path: Path, output_file: Path, *, code: Path | None, force: bool) -> None:
    """Write the JSON Schema of the config CONFIG_PATH, filled, to OUTPUT_FILE or stdout.

    Each block is described by the arguments of its function.
    """
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.config_files import read_config
    from kernel.config import check, fill, json_schema
    from kernel.files import write_file

    check_unused(output_file, force=force)
    import_code(code)
    config = fill(read_config(config_path))
    check(config, complete=False)
    text = json.dumps(json_schema(config.interpolate()), indent=2, ensure_ascii=False)
    if str(output_file) == "-":
        console.data(text)
        return
    write_file(output_file, f"{text}\n".encode())
    console.good(f"wrote {output_file}")
