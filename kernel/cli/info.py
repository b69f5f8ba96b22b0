"""`kernel info`: describe the installation, a pipeline or a language."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("model", required=False)
@click.option("--lang", "-l", help="Describe the language with this code.")
@click.option("--markdown", "-md", is_flag=True, help="Print Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--exclude",
    "-e",
    default="labels",
    show_default=True,
    help="Keys to leave out, separated by commas.",
)
def info(
    model: str | None, *, lang: str | None, markdown: bool, as_json: bool, exclude: str
) -> None:
    """Describe the installation, a language, or the pipeline MODEL (a folder or a package)."""
    from kernel.about import as_markdown, as_text, describe, describe_language
    from kernel.cli import console

    if model is not None and lang is not None:
        raise click.UsageError("give either a pipeline or `--lang`")
    names = [name.strip() for name in exclude.split(",")]
    entries = describe(model, names) if lang is None else describe_language(lang)
    if as_json:
        console.data(json.dumps(entries, indent=2, ensure_ascii=False))
    elif markdown:
        console.data(as_markdown(entries))
    else:
        rows = list(as_text(entries).items())
        console.show(console.make_table(None, ["", ""], rows, right=(), header=False))
