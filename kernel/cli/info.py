"""`kernel info`: describe the installation, or a pipeline."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("model", required=False)
@click.option("--markdown", "-md", is_flag=True, help="Print Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--exclude",
    "-e",
    default="labels",
    show_default=True,
    help="Keys to leave out, separated by commas.",
)
def info(model: str | None, *, markdown: bool, as_json: bool, exclude: str) -> None:
    """Describe the installation, or the pipeline MODEL (a folder or an installed package)."""
    from kernel.about import as_markdown, as_text, describe
    from kernel.cli import console

    entries = describe(model, [name.strip() for name in exclude.split(",")])
    if as_json:
        console.data(json.dumps(entries, indent=2, ensure_ascii=False))
    elif markdown:
        console.data(as_markdown(entries))
    else:
        rows = list(as_text(entries).items())
        console.show(console.make_table(None, ["", ""], rows, right=(), header=False))
