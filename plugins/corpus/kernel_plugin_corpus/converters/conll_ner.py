"""CoNLL named entities: one token per line, the word first and its IOB tag last.

Columns are separated by tabs, or by spaces if the first row of a sentence has no tab. With three or
more, the second is the part-of-speech tag. A blank line ends a sentence, `-DOCSTART-` starts a
document. A line that starts with `#` above a sentence is a comment, unless its last column is an
entity tag.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

from kernel.lines import is_blank
from kernel.text import Doc
from kernel_plugin_corpus.converters.grouping import check_n_sents, group
from kernel_plugin_corpus.converters.segmenting import Segmenter, load_segmenter
from kernel_plugin_corpus.converters.source import Source, open_source, shorten, split_columns
from kernel_plugin_corpus.converters.tags import is_tag, to_iob

if TYPE_CHECKING:
    from kernel.pipeline import Language

DOC_START = "-DOCSTART-"
# A file without blank lines is one sentence, or its sentences are not marked. Above this many
# tokens, warn.
LONG_SENTENCE = 200
_PADDING = " \xa0"


@define
class Sentence:
    """Words and their tags, lists of the same length; `tags` is empty if there are none."""

    words: list[str] = field(factory=list)
    tags: list[str] = field(factory=list)
    ents: list[str] = field(factory=list)


def convert(
    source: Path | str,
    *,
    nlp: Language,
    n_sents: int = 1,
    seg_sents: bool = False,
    base: str | None = None,
) -> Iterator[Doc]:
    """Yield the docs of `source`.

    n_sents    sentences per document; 0 keeps the documents of the file
    seg_sents  segment the sentences of a file that has no blank lines
    base       the pipeline that segments; by default sentences end at punctuation

    Raises `DataError` with the line for a row with a wrong number of columns or a bad tag.
    """
    check_n_sents(n_sents)
    segmenter = load_segmenter(base) if seg_sents else None
    opened = open_source(source)
    documents = [part for part in _read_documents(opened) if part]
    if not documents:
        raise opened.error("the file has no tokens")
    if any(line.startswith(DOC_START) for _, line in opened.lines()):
        if n_sents > 1:
            _warn(opened, f"`n_sents` is not used: {DOC_START} lines say where documents start")
    else:
        sentences = documents[0]
        if len(sentences) == 1:
            sentences = _cut(sentences[0], opened, segmenter)
        elif segmenter is not None:
            _warn(opened, "sentences are not segmented: blank lines say where they end")
        documents = [list(several) for several in group(sentences, n_sents)]
    for several in documents:
        yield make_doc(nlp, several)


def make_doc(nlp: Language, sentences: Iterable[Sentence]) -> Doc:
    """Return one doc of several sentences; the spaces between words are unknown."""
    words, tags, ents, starts = [], [], [], []
    for sentence in sentences:
        words += sentence.words
        tags += sentence.tags or [""] * len(sentence.words)
        ents += sentence.ents
        starts += [True] + [False] * (len(sentence.words) - 1)
    return Doc(
        nlp.vocab, words=words, tags=tags if any(tags) else None, sent_starts=starts, ents=ents
    )


def _read_documents(source: Source) -> Iterator[list[Sentence]]:
    row = _RowReader(source)  # of one sentence
    sentences: list[Sentence] = []
    sentence = Sentence()
    for number, line in source.lines():
        if not sentence.words and _is_comment(line):
            continue
        if not is_blank(line) and not line.startswith(DOC_START):
            row.read_into(sentence, line, number)
            continue
        if sentence.words:
            sentences.append(sentence)
            sentence, row = Sentence(), _RowReader(source)
        if line.startswith(DOC_START):
            yield sentences
            sentences = []
    yield [*sentences, sentence] if sentence.words else sentences


def _is_comment(line: str) -> bool:
    return line.startswith("#") and not is_tag(split_columns(line)[-1])


@define
class _RowReader:
    """Reads the rows of a sentence, which must have as many columns as its first row."""

    source: Source
    is_tabbed: bool = False
    n_columns: int = 0
    first_line: int = 0

    def read_into(self, sentence: Sentence, line: str, number: int) -> None:
        if not self.n_columns:
            self.is_tabbed = "\t" in line
        columns = line.split("\t") if self.is_tabbed else split_columns(line)
        if not self.n_columns:
            self.n_columns, self.first_line = len(columns), number
        self._check(columns, number)
        # A no-break space at the end of a word is not part of it, unless it is the whole word.
        sentence.words.append(columns[0].strip(_PADDING) or columns[0])
        with self.source.at(number):
            sentence.ents.append(to_iob(columns[-1].strip(_PADDING)))
        if self.n_columns > 2:
            sentence.tags.append(columns[1])

    def _check(self, columns: list[str], number: int) -> None:
        kind = "tab" if self.is_tabbed else "space"
        if len(columns) < 2:
            raise self.source.error(
                f"expected a word and its entity tag, separated by a {kind}, "
                f"got {shorten(columns[0])}",
                line=number,
            )
        if len(columns) != self.n_columns:
            raise self.source.error(
                f"expected {self.n_columns} columns, separated by {kind}s, as in line "
                f"{self.first_line}, got {len(columns)}",
                line=number,
            )
        if not columns[0].strip(" "):
            raise self.source.error("the word is empty", line=number)


def _cut(whole: Sentence, source: Source, segmenter: Segmenter | None) -> list[Sentence]:
    """Split the one sentence of a file without blank lines with `segmenter`."""
    if segmenter is None:
        if len(whole.words) > LONG_SENTENCE:
            _warn(source, f"no blank lines: all {len(whole.words)} tokens are one sentence")
        return [whole]
    starts = segmenter(whole.words)
    return [
        Sentence(whole.words[start:end], whole.tags[start:end], whole.ents[start:end])
        for start, end in zip(starts, [*starts[1:], len(whole.words)], strict=True)
    ]


def _warn(source: Source, message: str) -> None:
    warnings.warn(f"{source.name}: {message}", stacklevel=3)
