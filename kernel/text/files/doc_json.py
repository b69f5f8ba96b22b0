"""A doc as values that JSON knows."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import LoadError, TextError
from kernel.files import check_type
from kernel.text.docs.annotate import column_of_values, head_column, morph_column, pos_column
from kernel.text.docs.span import Span
from kernel.text.docs.token import Token
from kernel.text.words.column import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from kernel.text.docs.doc import Doc

_STRINGS: Final = ("tag", "lemma", "dep")
_N_KEY: Final = 4
_CHARACTERS: Final = {"start": int, "end": int}
_SPAN: Final = {**_CHARACTERS, "label?": str | int | None, "kb_id?": str | int | None}
_TOKEN: Final = {
    **_CHARACTERS,
    "head?": int,
    **{f"{name}?": str | None for name in (*_STRINGS, "pos", "morph")},
}
_ITEMS: Final[dict[str, dict[str, Any]]] = {"tokens": _TOKEN, "sents": _CHARACTERS, "ents": _SPAN}
_EXTENSIONS: Final[dict[str, dict[str, Any]]] = {
    "underscore_token": {"start": int, "value": Any},
    "underscore_span": {**_CHARACTERS, "value": Any},
}
_VALUES: Final = dict[str, list[dict[str, Any]]]
_DOC: Final = {
    "text": str,
    "tokens": list[dict[str, Any]],
    "ents?": list[dict[str, Any]],
    "sents?": list[dict[str, Any]],
    "cats?": dict[str, float | bool],
    "spans?": dict[str, list[dict[str, Any]]],
    "_?": dict[str, Any],
    "underscore_token?": _VALUES,
    "underscore_span?": _VALUES,
}


def to_json(doc: Doc, underscore: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the doc as values that JSON knows, with these extension attributes."""
    data: dict[str, Any] = {"text": doc.text}
    if doc.has_annotation("ENT_IOB"):
        data["ents"] = [
            {"start": ent.start_char, "end": ent.end_char, "label": ent.label_} for ent in doc.ents
        ]
    if doc.has_annotation("SENT_START"):
        data["sents"] = [{"start": sent.start_char, "end": sent.end_char} for sent in doc.sents]
    if doc.cats:
        data["cats"] = doc.cats
    data["tokens"] = _tokens_to_json(doc)
    if doc.spans:
        data["spans"] = {key: [_span_to_json(span) for span in doc.spans[key]] for key in doc.spans}
    if underscore:
        data.update(_extensions_to_json(doc, underscore))
    return data


def _tokens_to_json(doc: Doc) -> list[dict[str, Any]]:
    starts, ends = doc.char_starts().tolist(), doc.char_ends().tolist()
    columns: dict[str, list[Any]] = {"id": list(range(len(doc))), "start": starts, "end": ends}
    strings = doc.vocab.strings
    for name in ("tag", "pos", "morph", "lemma", "dep"):
        if doc.has_annotation(name):
            columns[name] = [strings[key] for key in doc.column(name).tolist()]
    for added in COLUMNS.added():
        if added.name in doc.annotations:
            values = doc.column(added.name).tolist()
            columns[added.name] = [strings[key] for key in values] if added.is_string else values
    if "morph" in columns:
        columns["morph"] = ["" if morph == "_" else morph for morph in columns["morph"]]
    if "dep" in columns:
        columns["head"] = doc.column("head").tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _span_to_json(span: Span) -> dict[str, Any]:
    return {
        "start": span.start_char,
        "end": span.end_char,
        "label": span.label_,
        # The id of an entity can be a number without a string.
        "kb_id": span.kb_id_ if span.kb_id in span.doc.vocab.strings else span.kb_id,
    }


def _extensions_to_json(doc: Doc, names: Sequence[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    used = set()
    for name in names:
        if doc.has_extension(name):
            data.setdefault("_", {})[name] = _json_able(name, doc._.get(name))
            used.add(name)
    for key, value in doc.user_data.items():
        if not (isinstance(key, tuple) and len(key) == _N_KEY and key[0] == "._."):
            continue
        _, name, start, end = key
        if name not in names or start is None:
            continue
        used.add(name)
        kind = "underscore_token" if end is None else "underscore_span"
        place = {"start": start} if end is None else {"start": start, "end": end}
        entry = {**place, "value": _json_able(name, value)}
        data.setdefault(kind, {}).setdefault(name, []).append(entry)
    for name in names:
        if name not in used:
            raise TextError(f"no value of the extension attribute `{name}` is set")
    return data


def _json_able(name: str, value: Any) -> Any:
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        raise TextError(f"the extension attribute `{name}` cannot be JSON: {value!r}") from error
    return value


def from_json(doc: Doc, doc_json: Mapping[str, Any], *, validate: bool = False) -> Doc:
    """Fill this doc, which must be empty, from what `to_json` returned; returns it.

    Raises TextError for values of other types, and for offsets that are not those of tokens.
    """
    if len(doc):
        raise TextError("only an empty doc can be filled", hint="use Doc(vocab).from_json(...)")
    _check(doc_json)
    tokens = doc_json["tokens"]
    _fill_words(doc, doc_json["text"], tokens)
    _fill_columns(doc, tokens)
    if "sents" in doc_json and not doc.has_annotation("DEP"):
        column = doc.ensure_column("sent_start")
        column[:] = -1
        for sent in doc_json["sents"]:
            column[_span(doc, sent).start] = 1
    if "ents" in doc_json:
        doc.ents = [_span(doc, ent) for ent in doc_json["ents"]]
    doc.cats = dict(doc_json.get("cats", {}))
    for key, spans in doc_json.get("spans", {}).items():
        doc.spans[key] = [_span(doc, span) for span in spans]
    _fill_extensions(doc, doc_json)
    return doc


def _check(doc_json: Any) -> None:
    try:
        check_type(doc_json, _DOC, what="the doc")
        for name, expected in _ITEMS.items():
            _check_items(doc_json.get(name, []), expected, name)
        for key, spans in doc_json.get("spans", {}).items():
            _check_items(spans, _SPAN, f"spans.{key}")
        for kind, entry in _EXTENSIONS.items():
            for name, entries in doc_json.get(kind, {}).items():
                _check_items(entries, entry, f"{kind}.{name}")
    except LoadError as error:
        raise TextError(error.message) from None


def _check_items(items: list[Any], expected: Mapping[str, Any], name: str) -> None:
    for i, item in enumerate(items):
        check_type(item, expected, what=f"`{name}[{i}]` of the doc")


def _fill_words(doc: Doc, text: str, tokens: Sequence[Mapping[str, Any]]) -> None:
    words: list[str] = []
    spaces: list[bool] = []
    end = 0
    for i, token in enumerate(tokens):
        if token["start"] < end or text[end : token["start"]] not in {"", " "}:
            raise TextError(f"token {i} does not start where the one before it ends")
        if spaces:
            spaces[-1] = token["start"] > end
        end = token["end"]
        words.append(text[token["start"] : end])
        spaces.append(text[end : end + 1] == " " and end + 1 == len(text))
    filled = type(doc)(doc.vocab, words, spaces)
    doc.lex, doc.spaces = filled.lex, filled.spaces


def _fill_columns(doc: Doc, tokens: Sequence[Mapping[str, Any]]) -> None:
    fillers: dict[str, Callable[[list[Any]], npt.NDArray[Any]]] = {
        **{name: partial(doc.add_strings, name) for name in _STRINGS},
        "pos": pos_column,
        "morph": partial(morph_column, doc.vocab),
        "head": head_column,
        **{column.name: partial(column_of_values, doc, column) for column in COLUMNS.added()},
    }
    for name, fill in fillers.items():
        given = [token[name] for token in tokens if name in token]
        if given and len(given) != len(doc):
            raise TextError(f"only {len(given)} of {len(doc)} tokens have a `{name}`")
        if given:
            doc.annotations[name] = fill(given)
    if "head" in doc.annotations:
        doc.set_sentences_of_tree()


def _span(doc: Doc, data: Mapping[str, Any]) -> Span:
    span = doc.char_span(data["start"], data["end"], data.get("label", 0), data.get("kb_id", 0))
    if span is None:
        raise TextError(f"the characters {data['start']} to {data['end']} are not whole tokens")
    return span


def _fill_extensions(doc: Doc, data: Mapping[str, Any]) -> None:
    for name, value in data.get("_", {}).items():
        if not doc.has_extension(name):
            type(doc).set_extension(name, default=None)
        doc._.set(name, value)
    for cls, kind in ((Token, "underscore_token"), (Span, "underscore_span")):
        for name, entries in data.get(kind, {}).items():
            if not cls.has_extension(name):
                cls.set_extension(name, default=None)
            for entry in entries:
                doc.user_data["._.", name, entry["start"], entry.get("end")] = entry["value"]
