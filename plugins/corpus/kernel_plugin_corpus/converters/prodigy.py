"""Prodigy: the annotated tasks that `prodigy db-out` writes, as JSONL.

A task is `{"text", "answer"}` and, according to the interface:

- `spans`: `[{"start", "end", "label"}, …]`, in characters; entities, or a span group if they
  overlap
- `label`: the category that was accepted or rejected
- `options`, `accept`: the categories to choose from, and those that were chosen
- `tokens`: `[{"text", "ws"}, …]`; used if they make up the text
- `relations` (or `arcs`): `[{"child", "head", "label"}, …]`, in tokens; used if the labels are
  those of dependencies

Ignored tasks are skipped. A rejected category is 0. A rejected entity is put into the span group
`incorrect_spans`, from which `ner` learns if its `incorrect_spans_key` says so. Spans may have an
`answer` of their own; then nothing is known of the tokens outside of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define

from kernel.text import Doc
from kernel_plugin_corpus.converters.annotated import AnnotatedText, make_docs, report
from kernel_plugin_corpus.converters.conllu_rows import find_cycle
from kernel_plugin_corpus.converters.jsonl import as_list, guess_spaces, read_cats, read_marks
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import Location, Mark
from kernel_plugin_corpus.converters.records import Record, read_records, unknown_format
from kernel_plugin_corpus.converters.source import Source, open_source, shorten

if TYPE_CHECKING:
    from kernel.pipeline import Language

INCORRECT_SPANS: Final = "incorrect_spans"
_DEPENDENCIES: Final = """
    acl advcl advmod amod appos aux case cc ccomp clf compound conj cop csubj dep det discourse
    dislocated expl fixed flat goeswith iobj list mark nmod nsubj nummod obj obl orphan parataxis
    punct reparandum root vocative xcomp

    acomp agent attr auxpass complm csubjpass dative dobj hmod infmod intj meta neg nn nounmod
    npadvmod npmod nsubjpass num number oprd partmod pcomp pobj poss possessive preconj predet
    prep prt quantmod rcmod relcl
"""
# Labels of Universal Dependencies, and those of CLEAR that spaCy's English pipelines have.
DEPENDENCIES: Final = frozenset(_DEPENDENCIES.split())


@define
class _Counts:
    """What is not converted as it is in the file."""

    ignored: int = 0
    rejected: int = 0
    highlights: int = 0
    relations: int = 0


def convert(
    source: Path | str,
    *,
    nlp: Language,
    ner_missing: bool = False,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield one doc per task of `source` that was accepted or rejected.

    ner_missing    leave tokens outside of entities without annotation; a file with decisions about
                   single entities, accepted or rejected, is read so in any case
    on_misaligned  what to do with entities that do not align with the tokens: stop, leave their
                   tokens without annotation, or change them to whole tokens
    misaligned     receives those entities

    Raises `DataError` with the line of a malformed task.
    """
    opened = open_source(source)
    records = read_records(opened)
    counts = _Counts()
    is_binary = _has_decisions(records)
    texts = [
        text
        for record in records
        for text in _read_task(record, counts, is_complete=not (ner_missing or is_binary))
    ]
    _report(opened, counts, is_binary=is_binary)
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    yield from make_docs(texts, nlp=nlp, name=opened.name, found=found)


def _has_decisions(records: Sequence[Record]) -> bool:
    """Return whether tasks ask about one entity each, so that nothing is known of the others."""
    tasks = [record.data for record in records if isinstance(record.data, dict)]
    views = {view for task in tasks if isinstance(view := task.get("_view_id"), str)}
    if views:
        return views == {"ner"}
    counts = [len(task["spans"]) for task in tasks if isinstance(task.get("spans"), list)]
    has_rejected = any(task.get("answer") == "reject" and task.get("spans") for task in tasks)
    return has_rejected and set(counts) <= {0, 1} and not any("label" in task for task in tasks)


def _read_task(record: Record, counts: _Counts, *, is_complete: bool) -> Iterator[AnnotatedText]:
    """Yield the task as a text, unless it was ignored, or rejected without anything to learn."""
    task, location = record.data, record.location
    if not isinstance(task, dict) or not isinstance(task.get("text"), str):
        raise unknown_format(location, 'expected a task with a "text"')
    answer = task.get("answer", "accept")
    if answer not in ("accept", "reject", "ignore"):
        raise location.error(
            f'"answer" is {shorten(answer)}; expected "accept", "reject" or "ignore"'
        )
    if answer == "ignore":
        counts.ignored += 1
        return
    text = AnnotatedText(location=location, text=task["text"], is_complete=is_complete)
    text.cats = _read_categories(task, location, is_accepted=answer == "accept")
    marks = _read_spans(task, location, counts)
    if answer == "accept":
        text.spans = marks
        _read_answers(text, task, location)
        _read_tokens(text, task)
        _read_relations(text, task, counts)
    elif marks is not None and len(marks) == 1:
        text.groups = {INCORRECT_SPANS: marks}
        _read_tokens(text, task)
    elif not text.cats:
        counts.rejected += 1
        return
    yield text


def _read_spans(task: dict[str, Any], location: Location, counts: _Counts) -> list[Mark] | None:
    spans = task.get("spans")
    if spans is None:
        return None
    spans = [each for each in as_list(spans, "spans", location) if _answer(each) == "accept"]
    if "label" in task:
        # Of a task about a category, spans without a label only highlight words.
        labelled = [span for span in spans if isinstance(span, dict) and span.get("label")]
        counts.highlights += len(spans) - len(labelled)
        if not labelled:
            return None
        spans = labelled
    return read_marks(spans, "spans", location)


def _answer(span: Any) -> Any:
    return span.get("answer", "accept") if isinstance(span, dict) else "accept"


def _read_answers(text: AnnotatedText, task: dict[str, Any], location: Location) -> None:
    """Set what spans say that have an answer of their own."""
    spans = task.get("spans") or []
    text.is_complete &= not any(isinstance(span, dict) and "answer" in span for span in spans)
    rejected = [span for span in spans if _answer(span) == "reject"]
    if rejected:
        text.groups = {INCORRECT_SPANS: read_marks(rejected, "spans", location)}


def _read_categories(
    task: dict[str, Any], location: Location, *, is_accepted: bool
) -> dict[str, float]:
    """Return the value of each category; a rejected choice says nothing of what was not chosen."""
    cats = read_cats(task.get("cats", {}), location)
    accepted = [_category(each, location) for each in _list_of(task, "accept", location)]
    if is_accepted:
        options = _list_of(task, "options", location)
        ids = [each.get("id") if isinstance(each, dict) else each for each in options]
        cats |= {_category(each, location): 0.0 for each in ids}
    if "label" in task:
        accepted.append(_category(task["label"], location))
    return cats | dict.fromkeys(accepted, float(is_accepted))


def _list_of(task: dict[str, Any], key: str, location: Location) -> list[Any]:
    return as_list(task.get(key) or [], key, location)


def _category(value: Any, location: Location) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise location.error(f"expected the name of a category, got {shorten(value)}")
    return str(value)


def _read_tokens(text: AnnotatedText, task: dict[str, Any]) -> None:
    """Use the tokens if they make up the text; those of a transformer's tokenizer do not."""
    tokens = task.get("tokens")
    if not isinstance(tokens, list) or not all(isinstance(token, dict) for token in tokens):
        return
    words = [token.get("text") for token in tokens]
    if not all(isinstance(word, str) and word for word in words):
        return
    spaces = guess_spaces(words, text.text)
    if spaces is not None:
        text.words, text.spaces = words, spaces


def _read_relations(text: AnnotatedText, task: dict[str, Any], counts: _Counts) -> None:
    relations = task.get("relations") or task.get("arcs")
    if not isinstance(relations, list) or not relations:
        return
    tree = _read_tree(relations, len(text.words or ()))
    if tree is None:
        counts.relations += len(relations)
    else:
        text.tokens = tree


def _read_tree(relations: Sequence[Any], n_tokens: int) -> dict[str, list[Any]] | None:
    """Return heads and labels of dependencies, None if these relations are not a tree of tokens."""
    heads: list[int | None] = [None] * n_tokens
    deps: list[str | None] = [None] * n_tokens
    for relation in relations:
        match relation:
            case {"child": int(child), "head": int(head), "label": str(label)}:
                pass
            case _:
                return None
        is_known = label.lower().split(":")[0] in DEPENDENCIES
        if not is_known or not (0 <= child < n_tokens > head >= 0) or heads[child] is not None:
            return None
        heads[child], deps[child] = head, "ROOT" if child == head else label
    if find_cycle([index if head is None else head for index, head in enumerate(heads)]):
        return None
    return {"heads": heads, "deps": deps}


def _report(source: Source, counts: _Counts, *, is_binary: bool) -> None:
    name = source.name
    report(name, counts.ignored, "task", "with the answer `ignore` skipped")
    report(name, counts.rejected, "rejected task", "without a category or a single entity skipped")
    report(name, counts.highlights, "span", "without label, in tasks about a category, not used")
    report(name, counts.relations, "relation", "not used: not a tree of syntactic dependencies")
    if is_binary:
        message = "decisions about single entities; all other tokens stay without annotation"
        warnings.warn(f"{name}: {message}", stacklevel=3)
