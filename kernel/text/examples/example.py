"""A doc as a pipeline sees it, and a reference doc with the annotations that are right.

Axes: N tokens of the predicted doc, M of the reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from kernel.text.docs.doc import Doc
from kernel.text.docs.ent_iob import BEGIN, INSIDE, MISSING, OUTSIDE
from kernel.text.docs.span import Span
from kernel.text.errors import TextTypeError
from kernel.text.examples import projective
from kernel.text.examples.alignment import Alignment, AlignmentArray
from kernel.text.examples.example_dict import reference_of
from kernel.text.examples.example_dict import to_dict as annotations_of
from kernel.text.words.attributes import ORTH, attr_id
from kernel.text.words.column import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_BILUO: Final = {(True, True): "U-", (True, False): "B-", (False, False): "I-", (False, True): "L-"}


def align(predicted: Doc, reference: Doc) -> Alignment:
    """Return the alignment of two docs."""
    if len(predicted) == len(reference):
        same_rows = predicted.lexemes is reference.lexemes
        if same_rows and np.array_equal(predicted.lex, reference.lex):
            return Alignment.identity(len(predicted))
        if np.array_equal(predicted.to_array(ORTH), reference.to_array(ORTH)):
            return Alignment.identity(len(predicted))
    return Alignment.from_strings(predicted.words(), reference.words())


def get_aligned(example: Example, field: str, as_string: bool = False) -> list[Any]:
    """Return the reference's value of an attribute for each predicted token.

    A token of several reference tokens gets the value they share, None if they share none.
    """
    column = COLUMNS.of_attr(attr_id(field))
    if column is None or column.is_built_in:
        values = example.reference.to_array(field)  # (M,)
    else:
        values = example.reference.column(column.name)
    found: list[Any] = list(map(_shared, *_split(values, example.alignment.x2y)))
    is_number = column is not None and column.kind == "number"
    if not as_string or is_number:
        return found
    strings = example.reference.vocab.strings
    return [None if value is None else strings[value] for value in found]


def _split(values: npt.NDArray[Any], x2y: AlignmentArray) -> tuple[list[int], list[Any], list[Any]]:
    """Return for each predicted token how many reference tokens it has, and least and most.

    values   (M,)
    returns  (N,)  each
    """
    n = len(x2y)
    least, most = np.zeros(n, values.dtype), np.zeros(n, values.dtype)
    some = np.flatnonzero(x2y.lengths)
    if len(some):
        picked = values[x2y.data]
        least[some] = np.minimum.reduceat(picked, x2y.starts[some])
        most[some] = np.maximum.reduceat(picked, x2y.starts[some])
    return x2y.lengths.tolist(), least.tolist(), most.tolist()


def _shared(n: int, least: Any, most: Any) -> Any:
    return least if n and least == most else None


def get_aligned_parse(
    example: Example, projectivize: bool = True
) -> tuple[list[int | None], list[str | None]]:
    """Return head and label for each predicted token, None where they cannot be told."""
    reference, alignment = example.reference, example.alignment
    n = len(example.predicted)
    heads: list[int | None] = [None] * n
    deps: list[str | None] = [None] * n
    strings = reference.vocab.strings
    gold_heads = reference.column("head")
    gold_deps = [strings[key] for key in reference.column("dep").tolist()]
    if projectivize:
        gold_heads, gold_deps = projective.projectivize(gold_heads, gold_deps)
    x2y, y2x = alignment.x2y, alignment.y2x
    single = np.flatnonzero(x2y.lengths == 1)
    gold = x2y.data[x2y.starts[single]]
    above = gold_heads[gold]
    has_head = y2x.lengths[above] == 1
    for i, j, head, known in zip(
        single.tolist(), gold.tolist(), above.tolist(), has_head.tolist(), strict=True
    ):
        deps[i] = gold_deps[j]
        if known:
            heads[i] = int(y2x.data[y2x.starts[head]])
    return heads, deps


def get_aligned_sent_starts(example: Example) -> list[bool | None]:
    """Return for each predicted token whether a reference sentence starts there."""
    n = len(example.predicted)
    if not example.reference.has_annotation("SENT_START"):
        return [None] * n
    starts, ends = example.reference.sent_arrays()
    y2x = example.alignment.y2x
    found = [False] * n
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        places = y2x[start:end]
        if len(places):
            found[int(places[0])] = True
    return list(found)


def get_aligned_spans_x2y(
    example: Example, x_spans: Iterable[Span], allow_overlap: bool = False
) -> list[Span]:
    """Return predicted spans as spans of the reference, those that have the same text."""
    return _align_spans(example.reference, x_spans, example.alignment.x2y, allow_overlap)


def get_aligned_spans_y2x(
    example: Example, y_spans: Iterable[Span], allow_overlap: bool = False
) -> list[Span]:
    """Return reference spans as spans of the predicted doc, those that have the same text."""
    return _align_spans(example.predicted, y_spans, example.alignment.y2x, allow_overlap)


def _align_spans(
    doc: Doc, spans: Iterable[Span], alignment: AlignmentArray, allow_overlap: bool
) -> list[Span]:
    """Return spans as those of `doc` that have the same text, case and spaces apart.

    alignment (…,)  from the tokens of the spans to those of `doc`
    """
    found = []
    taken: set[int] = set()
    for span in spans:
        places = alignment[span.start : span.end]
        if not len(places):
            continue
        start, end = int(places[0]), int(places[-1]) + 1
        if not allow_overlap and not taken.isdisjoint(range(start, end)):
            continue
        made = Span.make(doc, start, end, span.label, span.kb_id, span.id)
        if _squeezed(made.text) == _squeezed(span.text):
            found.append(made)
            taken.update(range(start, end))
    return found


def _squeezed(text: str) -> str:
    return text.lower().replace(" ", "").strip()


def aligned_ent_arrays(example: Example) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.uint64]]:
    """Return what `get_aligned_ner` does as columns.

    returns  (N,)  each: ENT_IOB (0 unknown, 1 inside, 2 outside, 3 begin) and ENT_TYPE
    """
    return _ents_and_arrays(example)[1:]


def _ents_and_arrays(
    example: Example,
) -> tuple[list[Span], npt.NDArray[np.int8], npt.NDArray[np.uint64]]:
    n = len(example.predicted)
    iob, types = np.zeros(n, np.int8), np.zeros(n, np.uint64)
    gold_iob = example.reference.annotations.get("ent_iob")
    if gold_iob is None or not gold_iob.any():
        return [], iob, types
    ents = example.get_aligned_spans_y2x(example.reference.ents)
    for ent in ents:
        iob[ent.start : ent.end] = INSIDE
        iob[ent.start] = BEGIN
        types[ent.start : ent.end] = ent.label
    outside = _all_outside(gold_iob, example.alignment.x2y)
    missing = iob == MISSING
    iob[missing & outside] = OUTSIDE
    missing &= ~outside
    if missing.any():
        iob[missing & example.predicted.whitespace()] = OUTSIDE
    return ents, iob, types


def _all_outside(gold_iob: npt.NDArray[np.int8], x2y: AlignmentArray) -> npt.NDArray[np.bool_]:
    """Return for each predicted token whether its reference tokens are all outside.

    gold_iob (M,)
    returns  (N,)
    """
    total = np.zeros(len(x2y.data) + 1, np.int64)
    np.cumsum(gold_iob[x2y.data] == OUTSIDE, out=total[1:])
    n_outside = total[x2y.ends] - total[x2y.starts]  # (N,)
    return (x2y.lengths > 0) & (n_outside == x2y.lengths)


def get_aligned_ents_and_ner(example: Example) -> tuple[list[Span], list[str | None]]:
    """Return the reference's entities in the predicted doc, and a BILUO tag a token."""
    ents, iob, _ = _ents_and_arrays(example)
    tags: list[str | None] = ["O" if code == OUTSIDE else None for code in iob.tolist()]
    for ent in ents:
        for i in range(ent.start, ent.end):
            tags[i] = _BILUO[i == ent.start, i + 1 == ent.end] + ent.label_
    return ents, tags


def get_aligned_ner(example: Example) -> list[str | None]:
    """Return a BILUO tag for each predicted token, None where it cannot be told."""
    return get_aligned_ents_and_ner(example)[1]


def get_matching_ents(example: Example, check_label: bool = True) -> list[Span]:
    """Return the predicted entities that the reference has too."""
    gold = {
        (ent.start_char, ent.end_char, ent.label_ if check_label else "")
        for ent in example.reference.ents
    }
    return [
        ent
        for ent in example.predicted.ents
        if (ent.start_char, ent.end_char, ent.label_ if check_label else "") in gold
    ]


class Example:
    """A pair of docs of one text, which may be cut into tokens in two ways."""

    __slots__ = ("_aligned_lex", "_alignment", "predicted", "reference")

    def __init__(
        self, predicted: Doc, reference: Doc, *, alignment: Alignment | None = None
    ) -> None:
        for name, doc in (("predicted", predicted), ("reference", reference)):
            if not isinstance(doc, Doc):
                raise TextTypeError(f"expected a Doc as `{name}`, got {doc!r}")
        self.predicted = predicted
        self.reference = reference
        self._alignment = alignment
        self._aligned_lex = (predicted.lex, reference.lex)

    @classmethod
    def from_dict(cls, predicted: Doc, example_dict: Mapping[str, Any]) -> Example:
        """Return an example whose reference has these annotations.

        Raises TextError for an unknown key, or values that do not fit.
        """
        return cls(predicted, reference_of(predicted, example_dict))

    def __reduce__(self) -> Any:
        return _restored, (type(self), self.predicted, self.reference, self._alignment)

    def __len__(self) -> int:
        return len(self.predicted)

    def __repr__(self) -> str:
        return f"Example({self.text!r})"

    @property
    def x(self) -> Doc:
        """The predicted doc."""
        return self.predicted

    @x.setter
    def x(self, doc: Doc) -> None:
        self.predicted = doc

    @property
    def y(self) -> Doc:
        """The reference doc."""
        return self.reference

    @y.setter
    def y(self, doc: Doc) -> None:
        self.reference = doc

    @property
    def text(self) -> str:
        """The text of the predicted doc."""
        return self.predicted.text

    def copy(self) -> Example:
        """Return an example of copies of both docs."""
        return Example(self.predicted.copy(), self.reference.copy(), alignment=self._alignment)

    @property
    def alignment(self) -> Alignment:
        """Which tokens go with which; aligned again when one side is tokenized again."""
        lex = (self.predicted.lex, self.reference.lex)
        is_same = self._aligned_lex[0] is lex[0] and self._aligned_lex[1] is lex[1]
        if self._alignment is None or not is_same:
            self._alignment = align(self.predicted, self.reference)
            self._aligned_lex = lex
        return self._alignment

    get_aligned = get_aligned
    get_aligned_parse = get_aligned_parse
    get_aligned_sent_starts = get_aligned_sent_starts
    get_aligned_spans_x2y = get_aligned_spans_x2y
    get_aligned_spans_y2x = get_aligned_spans_y2x
    get_aligned_ents_and_ner = get_aligned_ents_and_ner
    get_aligned_ner = get_aligned_ner
    aligned_ent_arrays = aligned_ent_arrays
    get_matching_ents = get_matching_ents

    def split_sents(self) -> list[Example]:
        """Return one example for each sentence of the reference."""
        return list(self._split())

    def _split(self) -> Iterator[Example]:
        if not self.reference.has_annotation("SENT_START"):
            yield self
            return
        y2x = self.alignment.y2x
        for sent in self.reference.sents:
            places = y2x[sent.start : sent.end]
            if len(places):
                part = self.predicted[int(places[0]) : int(places[-1]) + 1]
                yield Example(part.as_doc(), sent.as_doc())

    def to_dict(self) -> dict[str, Any]:
        """Return the reference's annotations as `from_dict` takes them."""
        return annotations_of(self.reference)


def _restored(
    cls: type[Example], predicted: Doc, reference: Doc, alignment: Alignment | None
) -> Example:
    return cls(predicted, reference, alignment=alignment)
