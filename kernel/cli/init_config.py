"""`kernel init config`: create a complete config."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from kernel.cli.options import check_unused, force_option, pretraining_option


@click.command()
@click.argument("output_file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--lang", "-l", default="en", show_default=True, help="Code of the language.")
@click.option(
    "--pipeline",
    "-p",
    default="tagger,parser,ner",
    show_default=True,
    help="Components, separated by commas. A layer that they share is added.",
)
@click.option(
    "--optimize",
    "-o",
    type=click.Choice(["efficiency", "accuracy"]),
    default="efficiency",
    show_default=True,
    help="Prefer a fast and small model, or an accurate one.",
)
@click.option("--gpu", "-G", is_flag=True, help="Choose settings for training on a GPU.")
@pretraining_option
@force_option("OUTPUT_FILE")
def init_config(
    output_file: Path,
    *,
    lang: str,
    pipeline: str,
    optimize: str,
    gpu: bool,
    pretraining: bool,
    force: bool,
) -> None:
    """Write a recommended config for a pipeline.

    OUTPUT_FILE ends in .cfg or .toml (which has comments), or is - for stdout.
    """
    from kernel.cli import console
    from kernel.cli.config_files import check_suffix, write_config
    from kernel.cli.recommend import recommend_config

    check_suffix(output_file)
    is_stdout = str(output_file) == "-"
    check_unused(output_file, force=force)
    components = [name.strip() for name in pipeline.split(",") if name.strip()]
    found = recommend_config(lang, components, optimize=optimize, gpu=gpu, pretraining=pretraining)
    write_config(found.config, output_file, remarks=found.remarks)
    for name, value in (
        ("Language", lang),
        ("Pipeline", ", ".join(found.config["nlp"]["pipeline"])),
        ("Optimized for", optimize),
        ("Hardware", "GPU" if gpu else "CPU"),
    ):
        console.say(f"{name + ':':<15}{value}")
    for warning in found.warnings:
        console.warn(warning)
    if not is_stdout:
        console.good(f"{output_file} is complete; now train with it:")
        for command in _next_commands(shlex.quote(str(output_file)), gpu, pretraining):
            console.say(f"    {command}")


def _next_commands(config: str, gpu: bool, pretraining: bool) -> Iterator[str]:
    """Yield the commands that use a config."""
    device = " --gpu-id 0" if gpu else ""
    weights = ""
    if pretraining:
        yield f"kernel pretrain {config} pretrained --paths.raw_text raw.jsonl{device}"
        weights = " --paths.init_tok2vec pretrained/model-last.bin"
    paths = "--paths.train train.spacy --paths.dev dev.spacy"
    yield f"kernel train {config} --output output {paths}{weights}{device}"
