"""Label Studio: its exports JSON and JSON-MIN, of labelled texts and choices.

A task of JSON is `{"data": {…}, "annotations": [{"result": […]}]}`. Its results of the types
`labels` and `choices` become spans and categories. JSON-MIN has the data and the results of each
annotation in one object.

Of several annotations of a task, the one marked as ground truth is used, or else the first.
Cancelled annotations and predictions are not used. See `offset_units` for the offsets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from kernel.text import Doc
from kernel_plugin_corpus.converters.annotated import AnnotatedText, make_docs, report
from kernel_plugin_corpus.converters.jsonl import as_list, read_labels
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import Location, Mark, read_mark
from kernel_plugin_corpus.converters.records import Record, read_records, unknown_format
from kernel_plugin_corpus.converters.source import open_source, shorten

if TYPE_CHECKING:
    from kernel.pipeline import Language

# Keys of JSON-MIN that are not results; those before `id` are the data of the task.
_MIN_KEYS: Final = frozenset(
    {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "history"}
)
# A longer string in JSON-MIN is a comment, not a choice.
MAX_CHOICE: Final = 100


@define
class _Counts:
    """What is not converted."""

    without: int = 0
    several: int = 0
    results: Counter[str] = field(factory=Counter)


def convert(
    source: Path | str,
    *,
    nlp: Language,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield one doc per annotated task of `source`.

    on_misaligned  what to do with entities that do not align with the tokens: stop, leave their
                   tokens without annotation, or change them to whole tokens
    misaligned     receives those entities

    Raises `DataError` with the place of a malformed task.
    """
    opened = open_source(source)
    counts = _Counts()
    texts: list[AnnotatedText] = []
    for record in read_records(opened):
        task = record.data
        if not isinstance(task, dict):
            raise unknown_format(record.location, "expected a task, an object")
        read = _read_task if isinstance(task.get("data"), dict) else _read_flat_task
        texts += read(task, record, counts)
    _complete(texts)
    report(opened.name, counts.without, "task", "without annotation skipped")
    report(opened.name, counts.several, "task", "with several annotations: one of them used")
    for kind, count in sorted(counts.results.items()):
        report(opened.name, count, "result", f"of the type `{kind}` not used")
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    yield from make_docs(texts, nlp=nlp, name=opened.name, found=found, is_unit_known=False)


def _complete(texts: Sequence[AnnotatedText]) -> None:
    """Set what an annotated text without a region or choice says, if others of the file have one.

    A text without regions has no entities.
    """
    if any(text.spans for text in texts):
        for text in texts:
            text.spans = text.spans or []


def _read_task(task: dict[str, Any], record: Record, counts: _Counts) -> Iterator[AnnotatedText]:
    """Yield the text of a task of JSON, if it is annotated."""
    location = record.location
    key = "annotations" if "annotations" in task else "completions"
    annotations = [
        each
        for each in as_list(task.get(key), key, location)
        if isinstance(each, dict) and not each.get("was_cancelled")
    ]
    if not annotations:
        counts.without += 1
        return
    counts.several += len(annotations) > 1
    true = [each for each in annotations if each.get("ground_truth")]
    results = as_list([*true, *annotations][0].get("result"), "result", location)
    names = [str(result.get("to_name")) for result in results if isinstance(result, dict)]
    text = AnnotatedText(location=location, text=_find_text(task["data"], names, location))
    for result in results:
        if not isinstance(result, dict):
            raise location.error(f"expected a result, an object, got {shorten(result)}")
        value, kind = result.get("value"), str(result.get("type"))
        if kind == "choices" and isinstance(value, dict):
            _add_choices(text, value.get("choices"), location)
        elif not _add_region(text, value, kind, location):
            counts.results[kind] += 1
    yield text


def _read_flat_task(
    task: dict[str, Any], record: Record, counts: _Counts
) -> Iterator[AnnotatedText]:
    """Yield the text of an annotation of JSON-MIN."""
    location = record.location
    keys = list(task)
    first = keys.index("id") + 1 if "id" in keys else 0
    results = {key: task[key] for key in keys[first:] if key not in _MIN_KEYS}
    data = {key: task[key] for key in keys[:first] if key != "id"}
    if not any(isinstance(value, str) for value in data.values()):
        data = {key: task[key] for key in ("text",) if key in task}
        results.pop("text", None)
    text = AnnotatedText(location=location, text=_find_text(data, [], location))
    for name, value in results.items():
        match value:
            case str() if len(value) <= MAX_CHOICE and "\n" not in value:
                _add_choices(text, [value], location)
            case [str(), *_]:
                _add_choices(text, value, location)
            case {"choices": choices}:
                _add_choices(text, choices, location)
            case [dict(), *_]:
                counts.results[name] += sum(
                    not _add_region(text, region, "labels", location) for region in value
                )
            case _:
                counts.results[name] += 1
    yield text


def _find_text(data: Mapping[str, Any], names: Sequence[str], location: Location) -> str:
    """Return the text of a task: that with a name of `names`, or `text`, or the only one.

    Raises `DataError` if there is none, or if several strings could be it.
    """
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    for name in (*names, "text"):
        if name in texts:
            return texts[name]
    if len(texts) != 1:
        raise unknown_format(
            location, f"expected a task with one text, got {', '.join(data) or 'no data'}"
        )
    return next(iter(texts.values()))


def _add_choices(text: AnnotatedText, choices: Any, location: Location) -> None:
    text.labels = [*(text.labels or []), *read_labels(choices, "choices", location)]


def _add_region(text: AnnotatedText, value: Any, kind: str, location: Location) -> bool:
    """Add a labelled region of the text; return whether `value` is one."""
    if not isinstance(value, dict) or kind == "hypertextlabels":
        return False
    labels = value.get(kind, value.get("labels"))
    if not isinstance(labels, list) or not {"start", "end"} <= value.keys():
        return False
    surface = value.get("text")
    marks = [read_mark([value["start"], value["end"], label], location) for label in labels]
    text.spans = [
        *(text.spans or []),
        *(
            Mark(mark.start, mark.end, mark.label, surface if isinstance(surface, str) else None)
            for mark in marks
        ),
    ]
    return True
