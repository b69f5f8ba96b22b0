"""Docs made of other docs: copies, parts, and many put together.

Axes: N tokens.
"""

from __future__ import annotations

import copy as copying
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.arrays import array_module, on_device_of
from kernel.errors import TextError
from kernel.text.docs.columns import Attr, Columns, Ints, named_ids
from kernel.text.docs.ent_iob import ID_COLUMNS, INSIDE
from kernel.text.errors import TextTypeError
from kernel.text.words.attributes import NORM, attr_id, attr_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from kernel.text.docs.doc import Doc
    from kernel.text.docs.span import Span
    from kernel.text.words.lexemes import LexemeTable


def copy_hooks(doc: Doc, made: Doc) -> None:
    """Give `made` the user hooks of `doc`."""
    if doc.hooks is not None:
        made.hooks = {kind: dict(own) for kind, own in doc.hooks.items()}


# Many docs in one


def from_docs(
    docs: Iterable[Doc],
    ensure_whitespace: bool = True,
    attrs: Collection[Attr] | None = None,
    *,
    exclude: Collection[str] = (),
) -> Doc | None:
    """Return one doc of many, None of none; each starts a sentence.

    `ensure_whitespace` puts a space between them. Categories are of each doc as a whole and are
    left out. `attrs` are the attributes to keep, all
    if None. `exclude`: "spans", "tensor", "user_data". Raises TextError if the docs do not
    share one vocabulary.
    """
    docs = list(docs)
    if not docs:
        return None
    if not all(isinstance(doc, Columns) for doc in docs):
        raise TextTypeError(f"expected a list of docs, got {docs!r:.80}")
    vocab = docs[0].vocab
    if any(doc.vocab is not vocab for doc in docs):
        raise TextError("docs of several vocabularies cannot be put together")
    names = None if attrs is None else {attr_name(attr_id(attr)).lower() for attr in attrs}
    columns = _joined(docs, ensure_whitespace, names)
    if names is None or "sent_start" in names:
        _start_sentences(columns, docs)
    made = type(docs[0]).from_rows(vocab, columns.lex, columns.spaces, columns.lexemes)
    made.annotations = columns.annotations
    made.has_unknown_spaces = any(doc.has_unknown_spaces for doc in docs)
    firsts = np.cumsum([0, *(len(doc) for doc in docs[:-1])]).tolist()
    if "spans" not in exclude:
        _join_spans(made, docs, firsts)
    if "user_data" not in exclude and any(doc.user_data for doc in docs):
        _join_user_data(made, docs, firsts)
    if "tensor" not in exclude and all(doc.tensor.size for doc in docs if len(doc)):
        tensors = [doc.tensor for doc in docs if len(doc)]
        made.tensor = _concatenated(tensors) if tensors else docs[0].tensor
    return made


def _concatenated(tensors: Sequence[Any]) -> Any:
    first = tensors[0]
    return array_module(first).concatenate([on_device_of(first, tensor) for tensor in tensors])


def _joined(docs: Sequence[Doc], ensure_whitespace: bool, names: Collection[str] | None) -> Columns:
    table = docs[0].lexemes
    whole = Columns.joined([in_table(doc, table) for doc in docs], names)
    if ensure_whitespace:
        lengths = np.fromiter(map(len, docs[:-1]), np.int64, len(docs) - 1)
        last = np.cumsum(lengths)[lengths > 0] - 1  # the last token of each doc
        whole.spaces[last] |= ~table.whitespace().take(whole.lex[last])
    return whole


def _start_sentences(columns: Columns, docs: Sequence[Doc]) -> None:
    """Let a sentence start at each doc."""
    lengths = np.array([len(doc) for doc in docs if len(doc)], np.int64)
    if len(lengths) > 1:
        columns.ensure_column("sent_start")[np.cumsum(lengths) - lengths] = 1


def in_table(doc: Doc, table: LexemeTable) -> Columns:
    """Return the columns of a doc with the rows of `table`; not copied."""
    if doc.lexemes is table:
        return doc
    norms = doc.lexemes.column(NORM)[doc.lex]
    # What lives with the other table must live with this one too.
    ids = named_ids(doc.annotations).union(norms.tolist())
    table.intern_all(doc.vocab.strings.known(ids))
    lex = table.variants(table.rows(doc.words()), norms)
    return Columns(doc.vocab, table, lex, doc.spaces, doc.annotations)


def _join_spans(made: Doc, docs: Sequence[Doc], firsts: list[int]) -> None:
    for doc, first in zip(docs, firsts, strict=True):
        for key, group in doc.spans.items() if doc.has_spans else ():
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
    *,
    copy_user_data: bool = False,
    array_head: Collection[Any] | None = None,
    array: Any = None,
) -> Doc:
    """Return a doc of its own with the tokens and their annotations.

    Heads that lie outside are replaced. `array_head` and `array` are what `Doc.to_array`
    returned of the attributes to keep; all if None.
    """
    doc = span.doc
    start, end = span.bounds
    part = doc.part(start, end)
    made = type(doc).from_rows(doc.vocab, part.lex, part.spaces, doc.lexemes)
    made.has_unknown_spaces = doc.has_unknown_spaces
    if array_head is None:
        made.annotations = part.annotations
    else:
        made.from_array(list(array_head), np.asarray(array)[start:end])
    if "head" in made.annotations:
        made.annotations["head"] = _heads_inside(doc, made, start, end)
        made.set_sentences_of_tree()
    if "sent_start" in made.annotations:
        made.annotations["sent_start"][:1] = 1
    _cut_entities(doc, made, start, end)
    made.cats = _cats_of(span)
    made.tensor = doc.tensor[start:end] if doc.tensor.size else None
    copy_hooks(doc, made)
    if copy_user_data:
        made.user_data = _user_data_of(span)
    return made


def _heads_inside(doc: Doc, made: Doc, start: int, end: int) -> Ints:
    """Return heads for the part alone.

    A token whose head lies outside goes to its highest ancestor inside, else to the first
    token that lost the same tree. Its label becomes `dep`, as the other one described another arc.

    returns  (end - start,)  absolute in the part
    """
    tree = doc.tree
    heads = tree.heads[start:end] - start
    roots: dict[int, int] = {}
    for i in np.flatnonzero((heads < 0) | (heads >= end - start)).tolist():
        above = [j for j in tree.ancestors(i + start) if start <= j < end]
        head = above[-1] - start if above else roots.setdefault(int(tree.roots[i + start]), i)
        heads[i] = head
        if head != i or "dep" in made.annotations:
            made.ensure_column("dep")[i] = doc.vocab.strings.add("dep")
    return heads


def _cut_entities(doc: Doc, made: Doc, start: int, end: int) -> None:
    """Make the entities missing that the border of the part cuts."""
    iob = doc.annotations.get("ent_iob")
    if iob is None or start == end or "ent_iob" not in made.annotations:
        return
    first = start
    while first < end and iob[first] == INSIDE:
        first += 1
    last = end
    if end < len(doc) and iob[end] == INSIDE:
        last -= 1
        while last > start and iob[last] == INSIDE:
            last -= 1
    for name in made.annotations.keys() & {"ent_iob", *ID_COLUMNS}:
        made.annotations[name][: first - start] = 0
        made.annotations[name][max(0, last - start) :] = 0


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
