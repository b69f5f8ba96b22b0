"""Texts with annotation as older spaCy tutorials have it: `[[text, {"entities": […]}], …]`.

The annotation is what spaCy's `Example.from_dict` reads: `entities` as `[start, end, label]`,
`cats`, `spans` as `{key: [[start, end, label], …]}`, and lists with a value for each token:
`words`, `spaces`, `tags`, `pos`, `morphs`, `lemmas`, `heads`, `deps`, `sent_starts`. The file is
JSON, JSONL, or `{"classes": […], "annotations": […]}`, which NER annotators write.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kernel.text import Doc
from kernel_plugin_corpus.converters.annotated import AnnotatedText, make_docs
from kernel_plugin_corpus.converters.jsonl import as_list, read_entry
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import Location
from kernel_plugin_corpus.converters.records import Record, read_records, unknown_format
from kernel_plugin_corpus.converters.source import open_source, shorten

if TYPE_CHECKING:
    from kernel.pipeline import Language

TOKEN_KEYS: Final = ("tags", "pos", "morphs", "lemmas", "heads", "deps", "sent_starts")
# More than a text can have.
MAX_TOKENS: Final = 2**31
TEXT_KEYS: Final = ("entities", "spans", "cats", "words", "spaces")


def convert(
    source: Path | str,
    *,
    nlp: Language,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield one doc per text of `source`.

    on_misaligned  what to do with entities that do not align with the tokens: stop, leave their
                   tokens without annotation, or change them to whole tokens
    misaligned     receives those entities

    Raises `DataError` with the place of a malformed text.
    """
    opened = open_source(source)
    records = read_records(opened)
    texts = [_read_text(record) for record in records]
    unused = {key for record in records for key in record.data[1]} - {*TOKEN_KEYS, *TEXT_KEYS}
    if unused:
        names = ", ".join(f"`{key}`" for key in sorted(unused))
        warnings.warn(f"{opened.name}: these keys are not used: {names}", stacklevel=3)
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    yield from make_docs(texts, nlp=nlp, name=opened.name, found=found)


def _read_text(record: Record) -> AnnotatedText:
    location = record.location
    match record.data:
        case [str(content), dict(annotation)]:
            pass
        case _:
            raise unknown_format(location, "expected a text and its annotation")
    entry: dict[str, Any] = {key: annotation[key] for key in TEXT_KEYS if key in annotation}
    text = read_entry(Record(location, {"text": content, **entry}))
    for key in TOKEN_KEYS:
        if key in annotation:
            text.tokens[key] = as_list(annotation[key], key, location)
            for value in annotation[key]:
                _check_value(value, key, location)
    return text


def _check_value(value: Any, key: str, location: Location) -> None:
    if key == "sent_starts":
        is_valid, expected = value in (True, False, None, -1), "true, false or null"
    elif key == "heads":
        is_valid, expected = value is None or _is_index(value), "the number of a token or null"
    else:
        is_valid, expected = value is None or isinstance(value, str), "a string or null"
    if not is_valid:
        raise location.error(f'"{key}" has {shorten(value)}; expected {expected}')


def _is_index(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_TOKENS
