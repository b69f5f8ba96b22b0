"""A doc as a pipeline sees it, and a reference doc with the annotations that are right.

Axes: N tokens of the predicted doc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.errors import TextError
from kernel.text.docs.doc import Doc
from kernel.text.examples import aligned, example_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kernel.text.examples.alignment import Alignment


class Example:
    """A pair of docs of one text, which may be cut into tokens in two ways."""

    __slots__ = ("_aligned_lex", "_alignment", "predicted", "reference")

    def __init__(
        self, predicted: Doc, reference: Doc, *, alignment: Alignment | None = None
    ) -> None:
        for name, doc in (("predicted", predicted), ("reference", reference)):
            if not isinstance(doc, Doc):
                raise TextError(f"expected a Doc as `{name}`, got {doc!r}")
        self.predicted = predicted
        self.reference = reference
        self._alignment = alignment
        self._aligned_lex = (predicted.lex, reference.lex)

    @classmethod
    def from_dict(cls, predicted: Doc, example_dict_: Mapping[str, Any]) -> Example:
        """Return an example whose reference has these annotations.

        Raises TextError for an unknown key, or values that do not fit.
        """
        return cls(predicted, example_dict.reference_of(predicted, example_dict_))

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
            self._alignment = aligned.align(self.predicted, self.reference)
            self._aligned_lex = lex
        return self._alignment

    get_aligned = aligned.get_aligned
    get_aligned_parse = aligned.get_aligned_parse
    get_aligned_sent_starts = aligned.get_aligned_sent_starts
    get_aligned_spans_x2y = aligned.get_aligned_spans_x2y
    get_aligned_spans_y2x = aligned.get_aligned_spans_y2x
    get_aligned_ents_and_ner = aligned.get_aligned_ents_and_ner
    get_aligned_ner = aligned.get_aligned_ner
    aligned_ent_arrays = aligned.aligned_ent_arrays
    get_matching_ents = aligned.get_matching_ents

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
        return example_dict.to_dict(self.reference)
