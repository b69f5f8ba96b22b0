"""Corpus readers: from files to examples.

A reader is called with the pipeline and yields examples. It can be called again, for each epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from attrs.validators import ge

from kernel.errors import DataError
from kernel.lines import is_blank, read_lines
from kernel.text import Doc, Example, read_docs
from kernel_plugin_corpus.files import check_path, find_files, parse_json, read_json

if TYPE_CHECKING:
    from kernel.pipeline import Language

Augmenter = Callable[[Any, Example], Iterable[Example]]


def create_docbin_reader(
    path: Path | None,
    gold_preproc: bool = False,
    max_length: int = 0,
    limit: int = 0,
    augmenter: Callable[..., Any] | None = None,
) -> Corpus:
    """Read annotated docs from a `.spacy` file, or from all such files below a folder.

    path          the file or the folder
    gold_preproc  use the annotated words as tokens, and make one example per sentence
    max_length    split docs with at least this many words into sentences; 0: never
    limit         maximum number of docs; 0: all
    augmenter     creates variations of each example
    """
    return Corpus(
        _required(path, "kernel.Corpus.v1"),
        gold_preproc=gold_preproc,
        max_length=max_length,
        limit=limit,
        augmenter=augmenter,
    )


def create_jsonl_reader(
    path: Path | None, min_length: int = 0, max_length: int = 0, limit: int = 0
) -> JsonlCorpus:
    """Read raw texts: the `text` of each line of a JSONL file, or of all such files below a folder.

    path        the file or the folder
    min_length  skip texts with fewer words
    max_length  skip texts with at least this many words; 0: none
    limit       maximum number of texts; 0: all
    """
    path = _required(path, "kernel.JsonlCorpus.v1")
    return JsonlCorpus(path, min_length=min_length, max_length=max_length, limit=limit)


def create_plain_text_reader(
    path: Path | None, min_length: int = 0, max_length: int = 0
) -> PlainTextCorpus:
    """Read raw texts: each line of a `.txt` file, or of all such files below a folder.

    path        the file or the folder
    min_length  skip texts with fewer words
    max_length  skip texts with more words; 0: none
    """
    path = _required(path, "kernel.PlainTextCorpus.v1")
    return PlainTextCorpus(path, min_length=min_length, max_length=max_length)


def read_labels(path: Path, *, require: bool = False) -> Any:
    """Read the label data of a component from a JSON file; None if there is no such file.

    path     the file, as `kernel init labels` writes it
    require  a missing file is an error

    Raises `DataError` in that case, and for a file that is not valid JSON.
    """
    if not require and not Path(path).exists():
        return None
    return read_json(check_path(path))


@frozen
class Corpus:
    """Annotated docs from a `.spacy` file, or from all such files below a folder, sorted by path.

    See `create_docbin_reader` for the arguments; `shuffle` reads all docs before the first example.
    Sentences with `max_length` words or more are skipped.

    Raises `DataError` if there is no file, or if all examples are skipped; `LoadError` for a
    damaged file.
    """

    path: Path = field(converter=Path)
    gold_preproc: bool = field(default=False, kw_only=True)
    max_length: int = field(default=0, kw_only=True, validator=ge(0))
    limit: int = field(default=0, kw_only=True, validator=ge(0))
    augmenter: Augmenter | None = field(default=None, kw_only=True)
    shuffle: bool = field(default=False, kw_only=True)

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Yield the examples; the predicted docs are the texts, tokenized by `nlp`."""
        docs = self._read_docs(nlp)
        if self.shuffle:
            docs = _shuffled(docs)
        n_docs = n_examples = 0
        for doc in docs:
            n_docs += 1
            for example in self._make_examples(nlp, doc):
                n_examples += 1
                yield from [example] if self.augmenter is None else self.augmenter(nlp, example)
        if not n_examples:
            raise _nothing_left(self.path, n_docs, self.max_length)

    def _read_docs(self, nlp: Language) -> Iterator[Doc]:
        n_docs = 0
        for path in find_files(self.path, ".spacy"):
            for doc in read_docs(path, nlp.vocab):
                if not len(doc):
                    continue
                if self.limit and n_docs >= self.limit:
                    return
                n_docs += 1
                yield doc

    def _make_examples(self, nlp: Language, doc: Doc) -> Iterator[Example]:
        if self.gold_preproc:
            yield from (_with_gold_words(nlp, part) for part in _sentences(doc) or [doc])
        elif not self.max_length or len(doc) < self.max_length:
            yield _with_own_words(nlp, doc)
        else:
            for sentence in _sentences(doc):
                if len(sentence) < self.max_length:
                    yield _with_own_words(nlp, sentence)


@frozen
class JsonlCorpus:
    """Raw texts from JSONL files; see `create_jsonl_reader` for the arguments."""

    path: Path = field(converter=Path)
    min_length: int = field(default=0, kw_only=True, validator=ge(0))
    max_length: int = field(default=0, kw_only=True, validator=ge(0))
    limit: int = field(default=0, kw_only=True, validator=ge(0))

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Yield an example without annotation for each text that is not skipped."""
        kept = 0
        for path in find_files(self.path, ".jsonl"):
            for number, line in read_lines(path):
                if is_blank(line):
                    continue
                if self.limit and kept >= self.limit:
                    return
                doc = nlp.make_doc(_text_of(line, path, number))
                if _fits(len(doc), self.min_length, self.max_length):
                    kept += 1
                    yield _unannotated(nlp, doc)


@frozen
class PlainTextCorpus:
    """Raw texts from text files; see `create_plain_text_reader` for the arguments."""

    path: Path = field(converter=Path)
    min_length: int = field(default=0, kw_only=True, validator=ge(0))
    max_length: int = field(default=0, kw_only=True, validator=ge(0))

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Yield an example without annotation for each text that is not skipped."""
        most = self.max_length + 1 if self.max_length else 0
        for path in find_files(self.path, ".txt"):
            for _, line in read_lines(path):
                if is_blank(line):
                    continue
                doc = nlp.make_doc(line)
                if _fits(len(doc), self.min_length, most):
                    yield _unannotated(nlp, doc)


def _required(path: Path | None, reader: str) -> Path:
    if path is None:
        raise DataError(
            f"`{reader}` has no `path`",
            hint="set `paths.train` and `paths.dev`, in the config or as "
            "`--paths.train FILE --paths.dev FILE`",
        )
    return path


def _with_own_words(nlp: Language, doc: Doc) -> Example:
    # If the spaces are unknown, the text is made up from the words and must not be tokenized.
    return _with_gold_words(nlp, doc) if doc.has_unknown_spaces else _tokenized(nlp, doc)


def _tokenized(nlp: Language, doc: Doc) -> Example:
    return Example(nlp.make_doc(doc.text), doc)


def _with_gold_words(nlp: Language, doc: Doc) -> Example:
    return Example(_without_annotation(nlp, doc), doc)


def _unannotated(nlp: Language, doc: Doc) -> Example:
    return Example(doc, _without_annotation(nlp, doc))


def _without_annotation(nlp: Language, doc: Doc) -> Doc:
    texts = doc.lexemes.texts
    words = [texts[row] for row in doc.lex.tolist()]
    return Doc(nlp.vocab, words=words, spaces=doc.spaces.tolist())


def _sentences(doc: Doc) -> list[Doc]:
    if not doc.has_annotation("SENT_START"):
        return []
    return [sentence.as_doc() for sentence in doc.sents]


def _shuffled(docs: Iterable[Doc]) -> Iterator[Doc]:
    from kernel.random import generator

    loaded = list(docs)
    for index in generator().permutation(len(loaded)):
        yield loaded[index]


def _fits(n_words: int, min_length: int, max_length: int) -> bool:
    return n_words >= min_length and (not max_length or n_words < max_length)


def _text_of(line: str, path: Path, number: int) -> str:
    entry = parse_json(line, path, line=number)
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
        raise DataError('expected an object with a "text"', path=path, line=number)
    text: str = entry["text"]
    return text


def _nothing_left(path: Path, n_docs: int, max_length: int) -> DataError:
    if not n_docs:
        return DataError(
            "the corpus has no documents",
            path=path,
            hint="`kernel convert` makes a corpus from IOB, CoNLL-U and JSONL files",
        )
    return DataError(
        f"none of the {n_docs} documents is shorter than `max_length` ({max_length} words), "
        "nor has a sentence that is",
        path=path,
        hint="raise `max_length`, or annotate sentences",
    )
