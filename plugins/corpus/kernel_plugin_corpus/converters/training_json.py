"""Training JSON: a list of documents, each with paragraphs of sentences of tokens.

A document is `{"paragraphs": […]}`, a paragraph `{"raw", "cats", "entities", "sentences": […]}`,
a sentence `{"tokens": […]}`, a token `{"orth", "space", "tag", "pos", "morph", "lemma", "head",
"dep", "ner"}`. Heads are relative, `ner` is BILUO, `cats` a list of `{"label", "value"}`; other
keys are ignored. Each paragraph becomes a doc.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from kernel.errors import DataError, KernelError, LoadError
from kernel.files import check_type
from kernel.registry import registry
from kernel.text import Doc
from kernel_plugin_corpus.converters.conllu_rows import find_cycle
from kernel_plugin_corpus.converters.jsonl import guess_spaces, read_cats, read_marks
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import (
    Location,
    check_mark,
    report_whitespace,
    set_entities,
)
from kernel_plugin_corpus.converters.records import (
    other_format,
    read_records,
    unknown_format,
)
from kernel_plugin_corpus.converters.source import open_source
from kernel_plugin_corpus.converters.tags import to_iob

if TYPE_CHECKING:
    from kernel.pipeline import Language

Token = Mapping[str, Any]

# Token keys, and the arguments of Doc that take a list of their values.
STRING_KEYS: Final = {"tag": "tags", "pos": "pos", "morph": "morphs", "lemma": "lemmas"}
_PARAGRAPH: Final = {"sentences": list[dict[str, Any]]}
_SENTENCE: Final = {"tokens": list[dict[str, Any]]}
_CATEGORY: Final = {"label": str, "value": float}
# The types of the keys that a token may have, besides `orth`.
_OPTIONAL: Final = dict.fromkeys((*STRING_KEYS, "dep", "ner"), str | None) | {"head": int | None}


def convert(
    source: Path | str,
    *,
    nlp: Language,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield one doc per paragraph of `source`.

    Entities are taken from the tokens' `ner`, or else from the character offsets in `entities`. A
    file of another JSON format is passed to the converter of that format.

    on_misaligned  what to do with entities that do not align with the tokens: stop, leave their
                   tokens without annotation, or change them to whole tokens
    misaligned     receives those entities

    Raises `DataError` with the number of the malformed document.
    """
    records = read_records(open_source(source))
    other = other_format(records, "json")
    if other is not None:
        convert_other = registry.converters.get(other)
        yield from convert_other(
            source, nlp=nlp, on_misaligned=on_misaligned, misaligned=misaligned
        )
        return
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    docs = []
    for record in records:
        # Files often have one line only, so documents are numbered.
        location = evolve(record.location, line=None)
        docs += [
            _read_paragraph(nlp, paragraph, location, found)
            for paragraph in _paragraphs(record.data, location)
        ]
    found.finish()
    yield from docs


def _paragraphs(document: Any, location: Location) -> list[Any]:
    match document:
        case {"paragraphs": list(paragraphs)}:
            return paragraphs
        case _:
            raise unknown_format(location, 'expected an object with "paragraphs"')


def _read_paragraph(
    nlp: Language, paragraph: dict[str, Any], location: Location, found: Misalignments
) -> Doc:
    sentences = _read_sentences(paragraph, location)
    tokens = [token for sentence in sentences for token in sentence]
    if not tokens:
        raise location.error("a paragraph has no tokens")
    fields = _fields(tokens, location)
    if "heads" not in fields:
        starts = [[True] + [False] * (len(sentence) - 1) for sentence in sentences if sentence]
        fields["sent_starts"] = [start for sentence in starts for start in sentence]
    words = [token["orth"] for token in tokens]
    try:
        doc = Doc(
            nlp.vocab, words=words, spaces=_spaces(tokens, words, paragraph, location), **fields
        )
    except DataError:
        raise
    except KernelError as error:
        raise location.error(error.message, hint=error.hint) from error
    if "ents" not in fields and paragraph.get("entities"):
        marks = read_marks(paragraph["entities"], "entities", location)
        for mark in marks:
            check_mark(mark, doc.text, location)
        set_entities(doc, marks, location, found)
    report_whitespace(doc, location, found)
    cats = paragraph.get("cats") or []
    _check(cats, list[dict[str, Any]], location)
    for cat in cats:
        _check(cat, _CATEGORY, location)
    doc.cats = read_cats({cat["label"]: cat["value"] for cat in cats}, location)
    return doc


def _read_sentences(paragraph: Any, location: Location) -> list[list[Token]]:
    """Return the tokens of each sentence, whose keys have values of the right types."""
    _check(paragraph, _PARAGRAPH, location)
    for sentence in paragraph["sentences"]:
        _check(sentence, _SENTENCE, location)
        for token in sentence["tokens"]:
            _check(token, {"orth": str}, location)
            given = {key: type_ for key, type_ in _OPTIONAL.items() if key in token}
            _check(token, given, location)
    return [sentence["tokens"] for sentence in paragraph["sentences"]]


def _check(value: Any, expected: Any, location: Location) -> None:
    try:
        check_type(value, expected, what="malformed paragraph")
    except LoadError as error:
        raise location.error(
            error.message, hint='expected {"sentences": [{"tokens": [{"orth": …}, …]}, …]}'
        ) from None


def _fields(tokens: Sequence[Token], location: Location) -> dict[str, Any]:
    fields: dict[str, Any] = {
        argument: [token.get(key) or "" for token in tokens]
        for key, argument in STRING_KEYS.items()
        if any(key in token for token in tokens)
    }
    if any("head" in token for token in tokens):
        fields["heads"] = _heads(tokens, location)
        fields["deps"] = [_dep(token.get("dep") or "") for token in tokens]
    if any("ner" in token for token in tokens):
        try:
            fields["ents"] = [to_iob(token.get("ner") or "-") for token in tokens]
        except DataError as error:
            raise location.error(error.message) from None
    return fields


def _heads(tokens: Sequence[Token], location: Location) -> list[int]:
    heads = []
    for index, token in enumerate(tokens):
        head = index + (token.get("head") or 0)
        if not 0 <= head < len(tokens):
            raise location.error(
                f"the head of {token['orth']!r} (token {index}) is outside the text"
            )
        heads.append(head)
    cycle = find_cycle(heads)
    if cycle:
        raise location.error(f"the heads of the tokens {', '.join(map(str, cycle))} form a cycle")
    return heads


def _dep(label: str) -> str:
    return "ROOT" if label.lower() == "root" else label


def _spaces(
    tokens: Sequence[Token], words: list[str], paragraph: dict[str, Any], location: Location
) -> list[bool] | None:
    if all("space" in token for token in tokens):
        return [bool(token["space"]) for token in tokens]
    raw = paragraph.get("raw")
    if raw is None:
        return None
    spaces = guess_spaces(words, raw) if isinstance(raw, str) else None
    if spaces is None:
        raise location.error('the tokens do not make up the "raw" text')
    return spaces
