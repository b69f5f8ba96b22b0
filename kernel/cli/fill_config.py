"""`kernel init fill-config`: add all defaults to a config."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli.options import check_unused, code_option, force_option, pretraining_option


@click.command()
@click.argument("base_path", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("output_file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@click.option("--diff", "-D", is_flag=True, help="Show the added settings.")
@pretraining_option
@code_option
@force_option("OUTPUT_FILE")
def fill_config(
    base_path: Path,
    output_file: Path,
    *,
    diff: bool,
    pretraining: bool,
    code: Path | None,
    force: bool,
) -> None:
    """Add all defaults to the config BASE_PATH (- for stdin).

    The complete config is written to OUTPUT_FILE, by default to stdout. In TOML, comments and the
    order of keys are kept.
    """
    from kernel import config
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.config_files import check_filled, read_config, show_changes, write_config
    from kernel.cli.recommend import with_pretraining

    check_unused(output_file, force=force)
    import_code(code)
    base = read_config(base_path)
    filled = config.fill(with_pretraining(base) if pretraining else base)
    check_filled(filled)
    changes = config.diff(base, filled)
    if not changes:
        console.good("nothing to add: the config is complete")
    if diff:
        show_changes(changes)
    if not diff or str(output_file) != "-":
        write_config(filled, output_file)
        if str(output_file) != "-":
            console.good(f"{output_file} is complete")
