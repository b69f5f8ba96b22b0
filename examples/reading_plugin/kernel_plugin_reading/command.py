"""`kernel reading label`: create a training corpus, labelled by a rule."""

from pathlib import Path

import click

from kernel import Doc, DocBin, blank
from kernel.config import load_config
from kernel_plugin_reading.settings import ReadingSettings


@click.command()
@click.argument("config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def label(config: Path, source: Path, target: Path) -> None:
    """Write the docs of SOURCE to TARGET (both .spacy) with a level for each word.

    The section [reading] of CONFIG defines which words are hard.
    """
    loaded = load_config(config).interpolate()
    settings = ReadingSettings(**loaded["reading"])
    vocab = blank(loaded["nlp"]["lang"]).vocab
    docs = list(DocBin().from_disk(source).get_docs(vocab))
    for doc in docs:
        doc.set_column("reading_level", levels(doc, settings))
    DocBin(docs=docs).to_disk(target)
    click.echo(f"{target}: {len(docs)} docs")


def levels(doc: Doc, settings: ReadingSettings) -> list[int]:
    """Return the id of the level of each word."""
    is_hard = [
        len(word) >= settings.hard_from or (settings.names_are_hard and word.istitle())
        for word in doc.words()
    ]
    return [doc.vocab.strings.add("hard" if hard else "easy") for hard in is_hard]
