"""`kernel init vectors`: create a pipeline with the word vectors in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kernel.cli import check_unused, force_option


@click.command()
@click.argument("lang")
@click.argument(
    "vectors_loc", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE"
)
@click.argument("output_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--prune",
    "-p",
    default=-1,
    show_default=True,
    help="Number of vectors to keep, or -1 for all; other words get the most similar one.",
)
@click.option(
    "--truncate",
    "-t",
    default=0,
    show_default=True,
    help="Number of words to read from the start, or 0 for all.",
)
@click.option(
    "--mode",
    "-m",
    type=click.Choice(["default", "floret"]),
    default="default",
    show_default=True,
    help="Vectors of words, or of n-grams as floret writes them.",
)
@click.option("--name", "-n", help="Name of the vectors.  [default: LANG_pipeline.vectors]")
@click.option(
    "--attr",
    "-a",
    default="ORTH",
    show_default=True,
    help="Token attribute by which vectors are looked up.",
)
@click.option("--verbose", "-V", is_flag=True, help="Print how many words were read and pruned.")
@click.option(
    "--lexemes-jsonl",
    "-j",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of lexical attributes; the ranks in it name the rows of an array.",
)
@force_option("OUTPUT_DIR")
def init_vectors(
    lang: str, vectors_loc: Path, output_dir: Path, *, force: bool, **settings: Any
) -> None:
    """Create a pipeline for LANG with the word vectors in FILE, and save it to OUTPUT_DIR.

    FILE is a text file with a word and its numbers on each line, as word2vec and GloVe write
    it, compressed or not, or an array (.npz). Set `paths.vectors` to OUTPUT_DIR in a config to
    use the vectors.
    """
    from kernel.cli import console
    from kernel.pipeline import blank, read_vocab_data
    from kernel_plugin_vectors.tables import load_file

    check_unused(output_dir, force=force)
    nlp = blank(lang)
    verbose, lexemes = settings.pop("verbose"), settings.pop("lexemes_jsonl")
    if lexemes is not None:
        read_vocab_data(nlp.vocab, lexemes)
    name = settings.pop("name") or f"{lang}_{nlp.meta['name']}.vectors"
    report = load_file(nlp.vocab, vectors_loc, name=name, **settings)
    nlp.to_disk(output_dir)
    if verbose:
        console.say(f"lines read: {report.n_read}, words pruned: {report.n_pruned}")
    width = nlp.vocab.vectors_length
    console.good(f"saved {report.n_rows} vectors of {width} numbers to {output_dir}")
