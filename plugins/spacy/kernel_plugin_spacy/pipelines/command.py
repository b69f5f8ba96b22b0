"""`kernel import` and `kernel export`: pipelines of spaCy in kernel's layout, and the other way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kernel.cli import check_unused, code_option, force_option

_exclude_option = click.option(
    "--exclude", "-e", default="", help="Components to leave out, separated by commas."
)


@click.command()
@click.argument("pipeline")
@click.argument("output_dir", type=click.Path(path_type=Path, file_okay=False))
@_exclude_option
@code_option
@force_option("OUTPUT_DIR")
def import_pipeline(
    pipeline: str, output_dir: Path, *, exclude: str, code: Path | None, force: bool
) -> None:
    """Save PIPELINE, a folder or an installed package of spaCy, to OUTPUT_DIR.

    kernel also loads PIPELINE as it is. The new folder is in kernel's own format: it needs neither
    the package nor kernel-plugin-spacy, and every change to its files is noticed. A table shows
    what was read; all parts that no plugin has are named, and then nothing is written.
    """
    from kernel.cli import console, import_code
    from kernel.pipeline import load
    from kernel_plugin_spacy.pipelines.importing import check_excluded, check_supported

    check_unused(output_dir, force=force)
    import_code(code)
    left_out = _names(exclude)
    check_excluded(pipeline, left_out)
    check_supported(pipeline, left_out)
    nlp = load(pipeline, exclude=left_out)
    nlp.to_disk(output_dir)
    _show(nlp)
    console.good(f"saved {pipeline} to {output_dir}")


@click.command()
@click.argument("pipeline")
@click.argument("output_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option("--to", "form", required=True, help="The format: spacy, or that of a plugin.")
@_exclude_option
@code_option
@force_option("OUTPUT_DIR")
def export_pipeline(
    pipeline: str, output_dir: Path, *, form: str, exclude: str, code: Path | None, force: bool
) -> None:
    """Write PIPELINE, a folder or an installed package, to OUTPUT_DIR for another library.

    `--to spacy` writes a folder that spaCy 3.8 loads, with the same weights and so with the same
    annotations. A table shows what was written. All parts that spaCy does not have are named, and
    then nothing is written.
    """
    from kernel.cli import console, import_code
    from kernel.pipeline import load
    from kernel.registry import registry
    from kernel_plugin_spacy.pipelines.importing import check_excluded

    check_unused(output_dir, force=force)
    import_code(code)
    write = registry.exporters.get(form)
    left_out = _names(exclude)
    check_excluded(pipeline, left_out)
    nlp = load(pipeline, exclude=left_out)
    for remark in write(nlp, output_dir):
        console.warn(remark)
    _show(nlp)
    console.good(f"exported {pipeline} to {output_dir}")


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


def _show(nlp: Any) -> None:
    from kernel.cli import console
    from kernel_plugin_spacy.pipelines.importing import COLUMNS, parts_of

    console.show(console.make_table(None, COLUMNS, parts_of(nlp), right=(2, 3)))
