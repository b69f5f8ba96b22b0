"""Training JSON: a list of documents, each with paragraphs of sentences of tokens.

A document is `{"paragraphs": […]}`, a paragraph `{"raw", "cats", "entities", "sentences": […]}`,
a sentence `{"tokens": […]}`, a token `{"orth", "space", "tag", "pos", "morph", "lemma", "head",
"dep", "ner"}`. Heads are relative, `ner` is BILUO, `cats` a list of `{"label", "value"}`; other
keys are ignored. Each paragraph becomes a doc.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError
from kernel.text import Doc
from kernel_plugin_corpus.converters.jsonl import guess_spaces
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import (
    Location,
    check_mark,
    read_mark,
    report_whitespace,
    set_entities,
)
from kernel_plugin_corpus.converters.source import Source, open_source
from kernel_plugin_corpus.converters.tags import to_iob
from kernel_plugin_corpus.files import parse_json

if TYPE_CHECKING:
    from kernel.pipeline import Language

# Token keys, and the arguments of Doc that take a list of their values.
STRING_KEYS = {"tag": "tags", "pos": "pos", "morph": "morphs", "lemma": "lemmas"}


def convert(
    source: Path | str,
    *,
    nlp: Language,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield one doc per paragraph of `source`.

    Entities are taken from the tokens' `ner`, or else from the character offsets in `entities`.

    on_misaligned  what to do with entities that do not align with the tokens: stop, leave their
                   tokens without annotation, or widen them to whole tokens
    misaligned     receives those entities

    Raises `DataError` with the number of the malformed document.
    """
    opened = open_source(source)
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    docs = [
        _read_paragraph(nlp, paragraph, opened, location, found)
        for location, paragraph in _paragraphs(opened)
    ]
    found.finish()
    yield from docs


def _paragraphs(source: Source) -> Iterator[tuple[Location, dict[str, Any]]]:
    data = parse_json(source.text, source.name)
    if not isinstance(data, list):
        raise source.error("expected a list of documents", line=1)
    for number, document in enumerate(data, start=1):
        location = Location(source.name, None, number)
        if not isinstance(document, dict) or not isinstance(document.get("paragraphs"), list):
            raise location.error('expected an object with "paragraphs"')
        for paragraph in document["paragraphs"]:
            yield location, paragraph


def _read_paragraph(
    nlp: Language,
    paragraph: dict[str, Any],
    source: Source,
    location: Location,
    found: Misalignments,
) -> Doc:
    try:
        sentences = [sentence["tokens"] for sentence in paragraph["sentences"]]
        tokens = [token for sentence in sentences for token in sentence]
        words = [token["orth"] for token in tokens]
        fields = _fields(tokens, location)
    except (KeyError, TypeError) as error:
        raise location.error(
            f"malformed paragraph: {type(error).__name__}: {error}",
            hint='expected {"sentences": [{"tokens": [{"orth": …}, …]}, …]}',
        ) from error
    if not tokens:
        raise location.error("a paragraph has no tokens")
    if "heads" not in fields:
        starts = [[True] + [False] * (len(sentence) - 1) for sentence in sentences if sentence]
        fields["sent_starts"] = [start for sentence in starts for start in sentence]
    doc = Doc(nlp.vocab, words=words, spaces=_spaces(tokens, words, paragraph, location), **fields)
    if "ents" not in fields and paragraph.get("entities"):
        marks = [read_mark(item, location) for item in paragraph["entities"]]
        for mark in marks:
            check_mark(mark, doc.text, location)
        set_entities(doc, marks, location, found)
    report_whitespace(doc, location, found)
    doc.cats = {cat["label"]: float(cat["value"]) for cat in paragraph.get("cats", [])}
    return doc


def _fields(tokens: list[dict[str, Any]], location: Location) -> dict[str, Any]:
    fields: dict[str, Any] = {
        argument: [token.get(key) or "" for token in tokens]
        for key, argument in STRING_KEYS.items()
        if any(key in token for token in tokens)
    }
    if any("head" in token for token in tokens):
        fields["heads"] = [
            _head(token, index, len(tokens), location) for index, token in enumerate(tokens)
        ]
        fields["deps"] = [_dep(token.get("dep") or "") for token in tokens]
    if any("ner" in token for token in tokens):
        try:
            fields["ents"] = [to_iob(token.get("ner") or "-") for token in tokens]
        except DataError as error:
            raise location.error(error.message) from None
    return fields


def _head(token: dict[str, Any], index: int, n_tokens: int, location: Location) -> int:
    head = index + int(token.get("head", 0))
    if not 0 <= head < n_tokens:
        raise location.error(f"the head of {token['orth']!r} (token {index}) is outside the text")
    return head


def _dep(label: str) -> str:
    return "ROOT" if label.lower() == "root" else label


def _spaces(
    tokens: list[dict[str, Any]], words: list[str], paragraph: dict[str, Any], location: Location
) -> list[bool] | None:
    if all("space" in token for token in tokens):
        return [bool(token["space"]) for token in tokens]
    raw = paragraph.get("raw")
    if raw is None:
        return None
    spaces = guess_spaces(words, raw)
    if spaces is None:
        raise location.error('the tokens do not make up the "raw" text')
    return spaces
