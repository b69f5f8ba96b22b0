"""Docs made of other docs: copies, parts, and many put together.

Axes: N tokens.
"""

from __future__ import annotations

import copy as copying
import warnings
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.text.docs.arrays import from_array, read_column
from kernel.text.docs.tree import sent_starts_of_heads
from kernel.text.words.attributes import COLUMN_OF_ATTR, TRANSIENT_COLUMNS, attr_id

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc
    from kernel.text.docs.span import Span

Ints = npt.NDArray[np.int32]
Attr = str | int


def copy(doc: Doc) -> Doc:
    """See `Doc.copy`."""
    made = type(doc).from_rows(doc.vocab, doc.lex.copy(), doc.spaces.copy(), doc.lexemes)
    made.columns = {name: values.copy() for name, values in doc.columns.items()}
    made.cats = copying.deepcopy(doc.cats)
    made.user_data = copying.deepcopy(doc.user_data)
    made.sentiment = doc.sentiment
    made.has_unknown_spaces = doc.has_unknown_spaces
    made._tensor = copying.deepcopy(doc._tensor)
    made._hooks = None if doc._hooks is None else tuple(map(dict, doc._hooks))  # type: ignore[assignment]
    if doc._spans:
        made._spans = doc._spans.copy(made)
    return made


# Many docs in one


def from_docs(
    docs: Sequence[Doc],
    ensure_whitespace: bool,
    attrs: Collection[Attr] | None,
    exclude: Collection[str],
) -> Doc | None:
    """See `Doc.from_docs`."""
    if not docs:
        return None
    vocab = docs[0].vocab
    if any(doc.vocab is not vocab for doc in docs):
        raise TextError("docs of several vocabularies cannot be put together")
    docs = _same_table(docs)
    spaces = [_with_space(doc) if ensure_whitespace else doc.spaces for doc in docs[:-1]]
    lex = np.concatenate([doc.lex for doc in docs])
    made = type(docs[0]).from_rows(
        vocab, lex, np.concatenate([*spaces, docs[-1].spaces]), docs[0].lexemes
    )
    _join_columns(made, docs, attrs)
    made.has_unknown_spaces = any(doc.has_unknown_spaces for doc in docs)
    for doc in docs:
        made.cats.update(doc.cats)
    firsts = np.cumsum([0, *(len(doc) for doc in docs[:-1])]).tolist()
    if "spans" not in exclude:
        _join_spans(made, docs, firsts)
    if "user_data" not in exclude:
        _join_user_data(made, docs, firsts)
    if "tensor" not in exclude and all(doc.tensor.size for doc in docs if len(doc)):
        tensors = [doc.tensor for doc in docs if len(doc)]
        made.tensor = np.concatenate(tensors) if tensors else docs[0].tensor
    return made


def _same_table(docs: Sequence[Doc]) -> Sequence[Doc]:
    """Return docs whose rows are those of one table."""
    table = docs[0].lexemes
    if all(doc.lexemes is table for doc in docs):
        return docs
    moved = []
    for doc in docs:
        other = copy(doc)
        norms = doc.lexemes.column("NORM")[doc.lex]
        other.lex, other.lexemes = table.variants(table.rows(doc.words()), norms), table
        # What lives with the other table must live with this one too.
        named = [values for name, values in doc.columns.items() if name in TRANSIENT_COLUMNS]
        ids = np.unique(np.concatenate([norms, *named])).tolist()
        table.intern_all([doc.vocab.strings[key] for key in ids])
        moved.append(other)
    return moved


def _with_space(doc: Doc) -> npt.NDArray[np.bool_]:
    spaces = doc.spaces.copy()
    if len(spaces) and not doc[-1].is_space:
        spaces[-1] = True
    return spaces


def _join_columns(made: Doc, docs: Sequence[Doc], attrs: Collection[Attr] | None) -> None:
    names = dict.fromkeys(name for doc in docs for name in doc.columns)
    kept = None if attrs is None else {COLUMN_OF_ATTR.get(attr_id(attr)) for attr in attrs}
    firsts = np.repeat(np.cumsum([0, *map(len, docs[:-1])]), [len(doc) for doc in docs])
    for name in names:
        if kept is not None and name not in kept:
            continue
        parts = [read_column(doc, name) for doc in docs]
        joined = np.concatenate(parts)
        made.columns[name] = joined + firsts.astype(joined.dtype) if name == "head" else joined


def _join_spans(made: Doc, docs: Sequence[Doc], firsts: list[int]) -> None:
    for doc, first in zip(docs, firsts, strict=True):
        for key, group in (doc._spans or {}).items():
            moved = group.shifted(made, first)
            if key not in made.spans:
                made.spans[key] = moved
            elif made.spans[key].name != group.name:
                raise TextError(
                    f"the span groups `{key}` have different names and cannot be joined"
                )
            else:
                made.spans[key] += moved


def _join_user_data(made: Doc, docs: Sequence[Doc], firsts: list[int]) -> None:
    starts = made.char_starts()
    for doc, first in zip(docs, firsts, strict=True):
        offset = int(starts[first]) if first < len(starts) else 0
        for key, value in doc.user_data.items():
            if not (isinstance(key, tuple) and len(key) == 4 and key[0] == "._."):
                warnings.warn(f"user data `{key}` is left out: it has no place", stacklevel=4)
                continue
            _, name, start, end = key
            if start is None and end is None:
                warnings.warn(f"the doc's own `{name}` is left out: it has no place", stacklevel=4)
                continue
            moved = tuple(None if at is None else at + offset for at in (start, end))
            made.user_data["._.", name, *moved] = value


# A part of a doc


def as_doc(
    span: Span,
    copy_user_data: bool,
    array_head: Collection[Any] | None,
    array: Any,
) -> Doc:
    """See `Span.as_doc`."""
    doc, start, end = span.doc, span.start, span.end
    made = type(doc).from_rows(
        doc.vocab, doc.lex[start:end].copy(), doc.spaces[start:end].copy(), doc.lexemes
    )
    made.has_unknown_spaces = doc.has_unknown_spaces
    if array_head is None:
        made.columns = {name: values[start:end].copy() for name, values in doc.columns.items()}
    else:
        from_array(made, list(array_head), np.asarray(array)[start:end])
    if "head" in made.columns:
        made.columns["head"] = _heads_inside(doc, made, start, end)
        if "dep" in made.columns and made.columns["dep"].any():
            made.columns["sent_start"] = sent_starts_of_heads(made.columns["head"])
    if "sent_start" in made.columns:
        made.columns["sent_start"][:1] = 1
    _cut_entities(doc, made, start, end)
    made.cats = _cats_of(span)
    made._tensor = None if doc._tensor is None or not doc.tensor.size else doc.tensor[start:end]
    made._hooks = doc._hooks
    if copy_user_data:
        made.user_data = _user_data_of(span)
    return made


def _heads_inside(doc: Doc, made: Doc, start: int, end: int) -> Ints:
    """Return heads for the part alone.

    A token whose head lies outside goes to its nearest ancestor inside, else to the first
    token that lost the same tree, with the label `dep`.

    returns  (end - start,)  absolute in the part
    """
    heads = doc.tree.heads[start:end] - start
    roots: dict[int, int] = {}
    for i in np.flatnonzero((heads < 0) | (heads >= end - start)).tolist():
        above = [j for j in doc.tree.ancestors(i + start) if start <= j < end]
        if above:
            heads[i] = above[0] - start
            continue
        head = roots.setdefault(int(doc.tree.roots[i + start]), i)
        heads[i] = head
        if head != i or "dep" in made.columns:
            made.column("dep")[i] = doc.vocab.strings.add("dep")
    return heads


def _cut_entities(doc: Doc, made: Doc, start: int, end: int) -> None:
    """Make the entities missing that the border of the part cuts."""
    iob = doc.columns.get("ent_iob")
    if iob is None or start == end or "ent_iob" not in made.columns:
        return
    cut = made.columns["ent_iob"]
    first = start
    while first < end and iob[first] == 1:
        first += 1
    last = end
    if end < len(doc) and iob[end] == 1:
        last -= 1
        while last > start and iob[last] == 1:
            last -= 1
    for name in ("ent_iob", "ent_type", "ent_kb_id", "ent_id"):
        if name in made.columns:
            made.columns[name][: first - start] = 0
            made.columns[name][max(0, last - start) :] = 0
    made.columns["ent_iob"] = cut


def _cats_of(span: Span) -> dict[str, float]:
    cats: dict[str, float] = {}
    bounds = (span.start_char, span.end_char)
    given: dict[Any, float] = dict(span.doc.cats)
    for key, value in given.items():
        if isinstance(key, tuple) and len(key) == 3 and key[:2] == bounds:
            cats[key[2]] = value
    return cats


def _user_data_of(span: Span) -> dict[Any, Any]:
    kept: dict[Any, Any] = {}
    for key, value in span.doc.user_data.items():
        if isinstance(key, tuple) and len(key) == 4 and key[0] == "._.":
            _, name, start, end = key
            if start is None:
                kept[key] = copying.copy(value)
            elif start >= span.start_char and (start if end is None else end) <= span.end_char:
                moved = (start - span.start_char, None if end is None else end - span.start_char)
                kept["._.", name, *moved] = copying.copy(value)
        else:
            kept[key] = copying.copy(value)
    return kept
