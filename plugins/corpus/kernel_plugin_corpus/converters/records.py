"""The records of a JSON or JSONL file, and the format that they are in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from kernel.errors import DataError
from kernel.lines import BYTE_ORDER_MARK, is_blank
from kernel_plugin_corpus.converters.offsets import Location
from kernel_plugin_corpus.converters.source import Source
from kernel_plugin_corpus.files import parse_json

# Records that are looked at to find the format: the first ones may have no annotation.
N_SAMPLED: Final = 100
_PRODIGY_KEYS: Final = frozenset({"answer", "_input_hash", "_task_hash"})
_LABEL_STUDIO_KEYS: Final = frozenset({"annotation_id", "annotator", "lead_time"})


@frozen
class Record:
    """One text of a file with its annotation, as it is in the JSON."""

    location: Location
    data: Any


def read_records(source: Source) -> list[Record]:
    """Return the items of a JSON list, the values of the lines of JSONL, or the only value.

    Raises `DataError` with the line if the text is neither JSON nor JSONL.
    """
    lines = [(number, line) for number, line in source.lines() if not is_blank(line)]
    if len(lines) == 1:
        [(number, line)] = lines
        value = parse_json(line, source.name, line=number)
        return list(_number(source, _items(value), number))
    if not _is_json(lines[0][1]):
        try:
            return list(_number(source, _items(parse_json(source.text, source.name)), None))
        except DataError:
            # If this is JSONL, its first line is wrong, which is reported below.
            if not all(line.startswith("{") for _, line in lines[:2]):
                raise
    return [
        Record(Location(source.name, number, number), parse_json(line, source.name, line=number))
        for number, line in lines
    ]


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _items(value: Any) -> Iterable[Any]:
    match value:
        case {"classes": list(), "annotations": list(annotations)}:  # of an annotator for tuples
            return [each for each in annotations if each is not None]
        case list() if not _is_tuple(value):
            return value
        case _:
            return [value]


def _number(source: Source, items: Iterable[Any], line: int | None) -> Iterator[Record]:
    for number, item in enumerate(items, start=1):
        yield Record(Location(source.name, line, number), item)


def find_format(values: Iterable[Any]) -> str | None:
    """Return the name of the converter for JSON with these records, None if there is none."""
    sample = list(islice(values, N_SAMPLED))
    names = (name for name, is_of in _FORMATS.items() if any(map(is_of, sample)))
    return next(names, None)


def find_format_of_head(head: str) -> str | None:
    """Return the name of the converter for a file that starts with `head`; see `find_format`."""
    return find_format(_decode_head(head.removeprefix(BYTE_ORDER_MARK)))


def _decode_head(head: str) -> Iterator[Any]:
    """Yield the records of the start of a JSON or JSONL file; the last may be cut off."""
    decoder = json.JSONDecoder()
    try:
        value, end = decoder.raw_decode(head, _skip(head, 0, ""))
        if _skip(head, end, "") == len(head):
            yield from _items(value)
            return
    except (ValueError, RecursionError):
        pass
    at = _skip(head, 0, "[")
    for _ in range(N_SAMPLED):
        try:
            value, end = decoder.raw_decode(head, at)
        except (ValueError, RecursionError):
            return
        yield value
        at = _skip(head, end, ",")


def _skip(text: str, at: int, mark: str) -> int:
    """Return the index after white space and, at most once, `mark`."""
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    if mark and text.startswith(mark, at):
        return _skip(text, at + 1, "")
    return at


def other_format(records: list[Record], own: str) -> str | None:
    """Return the name of the converter for `records` if it is not `own`."""
    name = find_format(record.data for record in records)
    return None if name == own else name


def unknown_format(location: Location, expected: str) -> DataError:
    """Return the error for a record in no known format, which lists the formats."""
    formats = "\n".join(f"  {name:<13} {text}" for name, text in JSON_FORMATS.items())
    return location.error(expected, hint=f"formats of JSON and JSONL files:\n{formats}")


JSON_FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "jsonl": '{"text": "…", "entities": [[start, end, "LABEL"]], "cats": {…}}',
        "json": '[{"paragraphs": [{"sentences": [{"tokens": […]}]}]}], spaCy\'s training data',
        "tuples": '[["…", {"entities": [[start, end, "LABEL"]]}]], of older spaCy tutorials',
        "prodigy": '{"text": "…", "spans": […], "answer": "accept"}, Prodigy\'s db-out',
        "doccano": '{"text": "…", "label": [[start, end, "LABEL"]]}, also with `labels`',
        "label-studio": '[{"data": {…}, "annotations": [{"result": […]}]}], also JSON-MIN',
        "dataturks": '{"content": "…", "annotation": [{"label": […], "points": […]}]}',
    }
)


def _is_tuple(value: Any) -> bool:
    match value:
        case [str(), dict()]:
            return True
        case _:
            return False


def _is_label_studio(value: Any) -> bool:
    match value:
        case {"data": dict(), "annotations": list()} | {"data": dict(), "completions": list()}:
            return True
        case {"id": _}:  # JSON-MIN
            return len(_LABEL_STUDIO_KEYS & value.keys()) > 1 or any(
                map(_is_regions, value.values())
            )
        case _:
            return False


def _is_regions(value: Any) -> bool:
    match value:
        case [{"start": _, "end": _, "labels": list()}, *_]:
            return True
        case _:
            return False


def _is_prodigy(value: Any) -> bool:
    match value:
        case {"text": str()}:
            return bool(_PRODIGY_KEYS & value.keys()) or {"options", "accept"} <= value.keys()
        case _:
            return False


def _is_doccano(value: Any) -> bool:
    match value:
        case {"label": [[_, _, _], *_]} | {"labels": [[_, _, _], *_]} | {"labels": [str(), *_]}:
            pass
        case {"entities": [{"start_offset": _}, *_]} | {"cats": [str(), *_]}:
            pass
        case {"annotations": [{"label": _}, *_]} | {"data": str(), "label": list()}:
            pass
        case {"Comments": _} | {"annotation_approver": _}:
            pass
        case _:
            return False
    return isinstance(value.get("text", value.get("data")), str)


def _is_dataturks(value: Any) -> bool:
    match value:
        case {"content": str(), "annotation": _}:
            return True
        case _:
            return False


def _is_training_json(value: Any) -> bool:
    match value:
        case {"paragraphs": list()}:
            return True
        case _:
            return False


def _is_jsonl_entry(value: Any) -> bool:
    match value:
        case {"text": str()}:
            return True
        case _:
            return False


# The most specific first.
_FORMATS: Final[Mapping[str, Callable[[Any], bool]]] = MappingProxyType(
    {
        "prodigy": _is_prodigy,
        "label-studio": _is_label_studio,
        "doccano": _is_doccano,
        "dataturks": _is_dataturks,
        "tuples": _is_tuple,
        "json": _is_training_json,
        "jsonl": _is_jsonl_entry,
    }
)
