"""The reader of CoNLL-2000 files: a word, its tag and its chunk tag per line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from kernel import Doc, Language
from kernel.errors import DataError
from kernel.text import Example, Span
from kernel_plugin_phrases.system import SPANS


def read_conll2000(path: Path) -> Callable[[Language], Iterator[Example]]:
    """Read sentences with phrases from a file in the format of the CoNLL-2000 shared task.

    path  the file
    """

    def read(nlp: Language) -> Iterator[Example]:
        for words, tags in read_sentences(path):
            gold = Doc(nlp.vocab, words=words)
            gold.spans[SPANS] = [Span(gold, *phrase) for phrase in find_phrases(tags)]
            yield Example(Doc(nlp.vocab, words=words), gold)

    return read


def read_sentences(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Yield words and chunk tags of each sentence; raises `DataError` for a malformed line."""
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), start=1):
        columns = line.split()
        if not columns and words:
            yield words, tags
            words, tags = [], []
        elif columns and len(columns) != 3:
            raise DataError(f"{path}:{number}: expected 3 columns, got {len(columns)}")
        elif columns:
            words.append(columns[0])
            tags.append(columns[2])
    if words:
        yield words, tags


def find_phrases(tags: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the first token, end and label of each phrase in IOB2 tags such as `B-NP`."""
    start, label = 0, ""
    for index, tag in enumerate([*tags, "O"]):
        kind, _, name = tag.partition("-")
        if label and (kind != "I" or name != label):
            yield start, index, label
            label = ""
        if name and not label:
            start, label = index, name
