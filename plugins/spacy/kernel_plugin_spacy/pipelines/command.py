"""`kernel import`: save a pipeline of spaCy with the layers of kernel."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import check_unused, force_option


@click.command()
@click.argument("pipeline")
@click.argument("output_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option("--exclude", "-e", default="", help="Components to leave out, separated by commas.")
@force_option("OUTPUT_DIR")
def import_pipeline(pipeline: str, output_dir: Path, *, exclude: str, force: bool) -> None:
    """Save PIPELINE, a folder or an installed package of spaCy, to OUTPUT_DIR.

    The new folder has the weights in the layers of kernel: it is loaded faster, without
    kernel-plugin-spacy, and every change to its files is noticed. A table shows what was read.
    """
    from kernel.cli import console
    from kernel.pipeline import load
    from kernel_plugin_spacy.pipelines.importing import COLUMNS, check_supported, parts_of

    check_unused(output_dir, force=force)
    left_out = [name.strip() for name in exclude.split(",") if name.strip()]
    check_supported(pipeline, left_out)
    nlp = load(pipeline, exclude=left_out)
    nlp.to_disk(output_dir)
    console.show(console.make_table(None, COLUMNS, parts_of(nlp), right=(2, 3)))
    console.good(f"saved {pipeline} to {output_dir}")
