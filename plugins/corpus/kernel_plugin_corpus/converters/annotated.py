"""Annotated texts, the common form of annotation exports, and the docs made of them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from kernel.errors import KernelError
from kernel.text import Doc
from kernel_plugin_corpus.converters.conllu_rows import find_cycle
from kernel_plugin_corpus.converters.misaligned import Misalignments
from kernel_plugin_corpus.converters.offset_units import place_by_text, place_by_tokens
from kernel_plugin_corpus.converters.offsets import (
    Location,
    Mark,
    char_spans,
    check_mark,
    first_overlap,
    set_entities,
)
from kernel_plugin_corpus.outputs import counted

if TYPE_CHECKING:
    from kernel.pipeline import Language

# The span group of spans that overlap: the default of the span categorizer.
SPANS_KEY: Final = "sc"


@define(kw_only=True)
class AnnotatedText:
    """A text, its annotation, and its location.

    words, spaces  its tokens, and whether a space follows each; None: the pipeline tokenizes it
    tokens         other arguments of `Doc`, such as `heads`: a list with a value for each token
    entities       entities, which may not overlap; None if the text is not annotated
    spans          they become entities, unless they overlap: see `make_docs`
    groups         span groups
    is_complete    whether tokens outside of entities are known to be outside
    labels         the labels of the text; it gets 0 for all other labels of the file
    cats           the value of each label
    """

    location: Location
    text: str
    words: list[str] | None = None
    spaces: list[bool] | None = None
    tokens: dict[str, list[Any]] = field(factory=dict)
    entities: list[Mark] | None = None
    spans: list[Mark] | None = None
    groups: dict[str, list[Mark]] = field(factory=dict)
    is_complete: bool = True
    labels: list[str] | None = None
    cats: dict[str, float] = field(factory=dict)


def make_docs(
    texts: Sequence[AnnotatedText],
    *,
    nlp: Language,
    name: Path | str,
    found: Misalignments,
    is_unit_known: bool = True,
) -> list[Doc]:
    """Return the doc of each text.

    `spans` become entities. If those of any text overlap, the spans of all texts are put into the
    group `sc`, and only the texts without overlap get entities as well.

    name           the name of the file, for warnings
    found          receives what does not align with the tokens, and gives the policy
    is_unit_known  whether offsets are known to be in characters; see `offset_units`

    Raises `DataError` with the location for invalid annotation, and if the policy is "error".
    """
    docs = [_tokenize(nlp, text) for text in texts]
    if not is_unit_known:
        _place_spans(texts, docs, name)
    overlapping = sum(first_overlap(text.spans or []) is not None for text in texts)
    if overlapping:
        warnings.warn(
            f"{name}: the spans of {counted(overlapping, 'text')} overlap: all spans are in the "
            f"span group `{SPANS_KEY}`, and only those of the other texts are entities as well",
            stacklevel=3,
        )
    labels = sorted({label for text in texts for label in text.labels or ()})
    for text, doc in zip(texts, docs, strict=True):
        _annotate(doc, text, found, has_group=overlapping > 0)
        own = {label: float(label in text.labels) for label in labels} if text.labels else {}
        doc.cats = own | text.cats
    found.finish()
    return docs


def report(name: Path | str, count: int, noun: str, message: str) -> None:
    """Warn that `count` things are not converted as usual; nothing if there are none."""
    if count:
        warnings.warn(f"{name}: {counted(count, noun)} {message}", stacklevel=4)


def _tokenize(nlp: Language, text: AnnotatedText) -> Doc:
    try:
        if text.words is None:
            doc = nlp.make_doc(text.text)
        else:
            doc = Doc(nlp.vocab, words=text.words, spaces=text.spaces)
        if not text.tokens:
            return doc
        _check_tree(text)
        words = [token.text for token in doc]
        tokens: dict[str, Any] = {"words": words, "spaces": doc.spaces.tolist(), **text.tokens}
        return Doc(nlp.vocab, **tokens)
    except KernelError as error:
        raise text.location.error(error.message, hint=error.hint) from error


def _check_tree(text: AnnotatedText) -> None:
    heads = text.tokens.get("heads", [])
    if all(head is None or 0 <= head < len(heads) for head in heads):
        cycle = find_cycle([index if head is None else head for index, head in enumerate(heads)])
        if cycle:
            names = ", ".join(map(str, cycle))
            raise text.location.error(f"the heads of the tokens {names} form a cycle")


def _place_spans(texts: Sequence[AnnotatedText], docs: Sequence[Doc], name: Path | str) -> None:
    marks = [text.spans or [] for text in texts]
    if any(mark.text is not None for each in marks for mark in each):
        placed = [place_by_text(*pair) for pair in zip(marks, (t.text for t in texts), strict=True)]
    else:
        placed = place_by_tokens(name, marks, docs)
    for text, spans in zip(texts, placed, strict=True):
        if text.spans is not None:
            text.spans = spans
            text.is_complete &= all(mark.is_placed for mark in spans)


def _annotate(doc: Doc, text: AnnotatedText, found: Misalignments, *, has_group: bool) -> None:
    spans, location = text.spans, text.location
    for marks in (text.entities, spans, *text.groups.values()):
        for mark in marks or ():
            check_mark(mark, doc.text, location)
    is_complete = text.is_complete
    if text.entities is not None:
        set_entities(doc, text.entities, location, found, is_complete=is_complete)
    elif spans is not None and first_overlap(spans) is None:
        set_entities(doc, spans, location, found, is_complete=is_complete)
        # Already reported.
        found = Misalignments(found.policy)
    if spans is not None and (has_group or text.entities is not None):
        doc.spans[SPANS_KEY] = char_spans(doc, spans, location, found)
    for key, marks in text.groups.items():
        doc.spans[key] = char_spans(doc, marks, location, found)
