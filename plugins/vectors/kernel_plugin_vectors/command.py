"""`kernel init vectors`: a pipeline that has the word vectors of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("lang")
@click.argument(
    "vectors_loc", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE"
)
@click.argument("output_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--prune", "-p", default=-1, help="Vectors to keep; other words get the nearest. -1: all."
)
@click.option("--truncate", "-t", default=0, help="Words to read, the first ones. 0: all.")
@click.option(
    "--mode",
    "-m",
    type=click.Choice(["default", "floret"]),
    default="default",
    show_default=True,
    help="Vectors of words, or floret's of n-grams.",
)
@click.option("--name", "-n", help="What the vectors are called, by default after the pipeline.")
@click.option(
    "--attr",
    "-a",
    default="ORTH",
    show_default=True,
    help="Attribute of a token by which its vector is found.",
)
@click.option("--verbose", "-V", is_flag=True, help="Say what became of the words.")
@click.option(
    "--lexemes-jsonl",
    "-j",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Attributes of words, among them the ranks that the rows of an array go by.",
)
def init_vectors(lang: str, vectors_loc: Path, output_dir: Path, **settings: Any) -> None:
    """Make a pipeline for LANG that has the word vectors in FILE, and save it to OUTPUT_DIR.

    FILE has a word and its numbers on each line, as word2vec and GloVe write it, packed or not,
    or is an array (.npz). A config names OUTPUT_DIR as `paths.vectors`.
    """
    from kernel.cli import console
    from kernel.pipeline import blank, read_vocab_data
    from kernel_plugin_vectors.tables import load_file

    nlp = blank(lang)
    verbose, lexemes = settings.pop("verbose"), settings.pop("lexemes_jsonl")
    if lexemes is not None:
        read_vocab_data(nlp.vocab, lexemes)
    name = settings.pop("name") or f"{lang}_{nlp.meta['name']}.vectors"
    report = load_file(nlp.vocab, vectors_loc, name=name, **settings)
    nlp.to_disk(output_dir)
    if verbose:
        console.say(f"{report.n_read} lines read, {report.n_pruned} words share a vector now")
    width = nlp.vocab.vectors_length
    console.good(f"saved {report.n_rows} vectors of {width} numbers to {output_dir}")
