"""The annotations of an example as a dict, out and in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import PluginError, TextError
from kernel.text.docs.annotate import column_of_values, sent_start_column
from kernel.text.docs.doc import Doc
from kernel.text.errors import TextTypeError, UnknownKeyError
from kernel.text.examples.annotation_types import check_annotations, check_span
from kernel.text.examples.iob import (
    biluo_to_iob,
    check_biluo,
    iob_to_biluo,
    offsets_to_biluo_tags,
    settle_labels,
)
from kernel.text.words.column import COLUMNS, Column

if TYPE_CHECKING:
    from kernel.text.docs.span import Span

_TOKEN_KEYS: Final = {
    "ORTH": "words",
    "SPACY": "spaces",
    "TAG": "tags",
    "POS": "pos",
    "LEMMA": "lemmas",
    "MORPH": "morphs",
    "DEP": "deps",
    "HEAD": "heads",
    "SENT_START": "sent_starts",
}
_ALIASES: Final = {"ner": "entities", "raw": "text", "ENT_TYPE": "entities"}
_IGNORED: Final = {"ids", "brackets"}
_DOC_KEYS: Final = {"entities", "cats", "links", "spans", "text"}
_KNOWN: Final = {*_TOKEN_KEYS.values(), *_DOC_KEYS, *_IGNORED}
_LINK_ON: Final = 1.0


def reference_of(predicted: Doc, data: Mapping[str, Any]) -> Doc:
    """Return a doc with the annotations of `data`; see `Example.from_dict`."""
    if not isinstance(predicted, Doc):
        raise TextTypeError(f"expected a Doc, got {predicted!r:.80}")
    if not isinstance(data, Mapping):
        raise TextTypeError(f"expected a dict of annotations, got {data!r}")
    given = _flat(data)
    check_annotations(given)
    vocab = predicted.vocab
    words, spaces = _tokens(predicted, given)
    heads, deps = given.get("heads"), given.get("deps")
    if heads is not None and deps is None:
        deps = ["dep"] * len(words)
    lists = {name: given.get(name) for name in ("tags", "pos", "lemmas", "morphs")}
    sent_starts = None if heads is not None else given.get("sent_starts")
    doc = Doc(vocab, words, spaces, heads=heads, deps=deps, sent_starts=sent_starts, **lists)
    if heads is not None and given.get("deps") is None:
        del doc.annotations["dep"]
    elif deps is not None and heads is None:
        # Labels alone say nothing of where sentences start.
        del doc.annotations["head"], doc.annotations["sent_start"]
        if sent_starts is not None:
            doc.annotations["sent_start"] = sent_start_column(sent_starts)
    _set_columns(doc, given)
    _set_entities(doc, given.get("entities"))
    doc.cats = dict(given.get("cats") or {})
    _set_spans(doc, given.get("spans") or {})
    _set_links(doc, given.get("links") or {})
    return doc


def _set_columns(doc: Doc, given: Mapping[str, Any]) -> None:
    """Set the columns of plugins."""
    for column in COLUMNS.added():
        if column.name in given:
            values = given[column.name]
            if len(values) != len(doc):
                raise TextError(f"expected {len(doc)} values in `{column.name}`, got {len(values)}")
            doc.annotations[column.name] = column_of_values(doc, column, values)


def _flat(data: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    added = {column.name for column in COLUMNS.added()}
    for key, value in data.items():
        if key in {"token_annotation", "doc_annotation"}:
            if not isinstance(value, Mapping):
                raise TextTypeError(f"expected a dict as `{key}`, got {value!r}")
            flat.update(_flat(value))
            continue
        name = _ALIASES.get(key) or _TOKEN_KEYS.get(key) or _any_case(key)
        if name not in _KNOWN and name not in added:
            raise UnknownKeyError(
                f"unknown key `{key}` in the annotations of an example",
                hint=f"the keys are: {', '.join(sorted(_KNOWN | added))}",
            )
        if value is not None:
            flat[name] = value
    return flat


def _any_case(key: str) -> str:
    """Return a key of token annotation in lower case, such as `TAGS`; others as they are."""
    return key.lower() if key.lower() in _TOKEN_KEYS.values() else key


def _tokens(predicted: Doc, given: Mapping[str, Any]) -> tuple[list[str], list[bool] | None]:
    if "words" not in given:
        return predicted.words(), predicted.spaces.tolist()
    words = list(given["words"])
    if "spaces" in given:
        return words, list(given["spaces"])
    return words, _guess_spaces(given.get("text"), words)


def _guess_spaces(text: str | None, words: Sequence[str]) -> list[bool] | None:
    if text is None:
        return None
    spaces, at = [], 0
    for word in words:
        found = text.find(word, at)
        if found == -1:
            return None
        at = found + len(word)
        spaces.append(text[at : at + 1] == " ")
    return spaces


def _set_entities(doc: Doc, entities: Any) -> None:
    if entities is None:
        return
    listed = list(entities) if isinstance(entities, list | tuple) else [entities]
    if listed and isinstance(listed[0], list | tuple):
        tags = offsets_to_biluo_tags(doc, listed)
    elif all(tag is None or isinstance(tag, str) for tag in listed):
        listed = settle_labels(listed)
        check_biluo(listed)
        tags = iob_to_biluo(listed) if listed else ["O"] * len(doc)
    else:
        raise TextError(
            f"expected `entities` as (start, end, label) or as BILUO tags, got {listed[0]!r}"
        )
    if len(tags) != len(doc):
        raise TextError(f"expected {len(doc)} tags in `entities`, got {len(tags)}")
    iob = [tag if tag not in {None, "-"} else "" for tag in biluo_to_iob(tags)]
    tagged = Doc(doc.vocab, doc.words(), ents=iob)
    for name in ("ent_iob", "ent_type"):
        doc.annotations[name] = tagged.annotations[name]


def _set_spans(doc: Doc, groups: Any) -> None:
    for key, spans in groups.items():
        if not isinstance(key, str) or not isinstance(spans, list | tuple):
            raise TextError(f"expected a list of spans of `{key}`, got {spans!r}")
        doc.spans[key] = [_span(doc, key, span) for span in spans]


def _span(doc: Doc, key: str, given: Any) -> Span:
    check_span(key, given)
    padded = [*given, "", ""]
    span = doc.char_span(padded[0], padded[1], padded[2], padded[3])
    if span is None:
        raise TextError(
            f"the span {given!r} of `{key}` is not whole tokens of {doc.text!r}",
            hint='offsets are in characters; `alignment_mode="expand"` of `char_span` widens them',
        )
    return span


def _set_links(doc: Doc, links: Any) -> None:
    for (start, end), candidates in links.items():
        chosen = [kb_id for kb_id, value in candidates.items() if value == _LINK_ON]
        if len(chosen) > 1:
            raise TextError(f"the entity at {(start, end)} has several links: {chosen}")
        span = doc.char_span(start, end)
        if span is None:
            raise TextError(f"the link at {(start, end)} is not whole tokens of {doc.text!r}")
        kb_id = doc.add_string("ent_kb_id", chosen[0] if chosen else "NIL")
        doc.ensure_column("ent_kb_id")[span.start : span.end] = kb_id


def to_dict(doc: Doc) -> dict[str, Any]:
    """Return a doc's annotations as `Example.from_dict` takes them."""
    strings = doc.vocab.strings

    def named(name: str) -> list[str]:
        return [strings[key] for key in doc.column(name).tolist()]

    return {
        "doc_annotation": {
            "cats": dict(doc.cats),
            "entities": _biluo_tags(doc),
            "spans": {key: [_as_tuple(span) for span in group] for key, group in doc.spans.items()},
            "links": _links(doc),
        },
        "token_annotation": {
            "ORTH": doc.words(),
            "SPACY": doc.spaces.tolist(),
            "TAG": named("tag"),
            "LEMMA": named("lemma"),
            "POS": named("pos"),
            # None: nothing is known of the token; "": it has no features.
            "MORPH": [{"": None, "_": ""}.get(morph, morph) for morph in named("morph")],
            "HEAD": doc.column("head").tolist(),
            "DEP": named("dep"),
            "SENT_START": doc.column("sent_start").astype(int).tolist(),
            **{
                column.name: named(column.name)
                if column.is_string
                else doc.column(column.name).tolist()
                for column in COLUMNS.added()
                if column.name in doc.annotations
            },
        },
    }


def _as_tuple(span: Span) -> tuple[int, int, str, str]:
    return span.start_char, span.end_char, span.label_, span.kb_id_


def _biluo_tags(doc: Doc) -> list[str]:
    strings = doc.vocab.strings
    codes, types = (doc.column(name).tolist() for name in ("ent_iob", "ent_type"))
    tags = ["-" if code == 0 else "O" for code in codes]
    for i, (code, label) in enumerate(zip(codes, types, strict=True)):
        if code in {1, 3} and label:
            tags[i] = f"{'B' if code == 3 else 'I'}-{strings[label]}"
    return [tag or "-" for tag in iob_to_biluo(tags)]


def _links(doc: Doc) -> dict[tuple[int, int], dict[str, float]]:
    return {(ent.start_char, ent.end_char): {ent.kb_id_: _LINK_ON} for ent in doc.ents if ent.kb_id}


def _check_column(column: Column, is_added: bool) -> None:
    """Refuse a column of a plugin that is named like a key of `Example.from_dict`."""
    if is_added and column.name in {*_KNOWN, *_ALIASES}:
        raise PluginError(
            f"the doc column `{column.name}` would hide a key of `Example.from_dict`",
            hint="give it a name of its own, such as one that starts with the plugin's",
        )


COLUMNS.listen(_check_column)
