"""IOB: one sentence per line, tokens `word|IOB` or `word|tag|IOB` separated by spaces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kernel.lines import is_blank
from kernel.text import Doc
from kernel_plugin_corpus.converters.conll_ner import Sentence, make_doc
from kernel_plugin_corpus.converters.grouping import check_n_sents, group
from kernel_plugin_corpus.converters.source import Source, open_source, shorten, split_columns
from kernel_plugin_corpus.converters.tags import to_iob

if TYPE_CHECKING:
    from kernel.pipeline import Language


def convert(source: Path | str, *, nlp: Language, n_sents: int = 1) -> Iterator[Doc]:
    """Yield the docs of `source`.

    n_sents  lines per document; 0 puts all into one document

    Raises `DataError` with the line for a token with a wrong number of fields or a bad tag.
    """
    check_n_sents(n_sents)
    opened = open_source(source)
    sentences = [
        _read_sentence(opened, number, line)
        for number, line in opened.lines()
        if not is_blank(line)
    ]
    for several in group(sentences, n_sents):
        yield make_doc(nlp, several)


def _read_sentence(source: Source, number: int, line: str) -> Sentence:
    rows = [token.split("|") for token in split_columns(line)]
    n_fields = len(rows[0])
    for row in rows:
        if len(row) not in {2, 3}:
            raise source.error(
                f"expected word|IOB or word|tag|IOB, got {shorten('|'.join(row))}", line=number
            )
        if len(row) != n_fields:
            raise source.error(
                f"expected {n_fields} fields as in the line's first token, "
                f"got {shorten('|'.join(row))}",
                line=number,
            )
        if not row[0]:
            raise source.error(f"no word in {shorten('|'.join(row))}", line=number)
    with source.at(number):
        ents = [to_iob(row[-1]) for row in rows]
    tags = [row[1] for row in rows] if n_fields == 3 else []
    return Sentence(words=[row[0] for row in rows], tags=tags, ents=ents)
