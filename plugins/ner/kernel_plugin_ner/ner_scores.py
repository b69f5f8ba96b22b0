"""Scores of entities; tokens with unknown gold annotation are ignored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from kernel.scoring import TypedScores, span_result

if TYPE_CHECKING:
    from kernel.text import Doc, Example

Entity = tuple[str, int, int]


class NerScores:
    """`ents_p/r/f` and `ents_per_type`: entities with the right tokens and label.

    Docs without entity annotation do not count. A predicted entity that touches a gold token
    whose annotation is missing is neither right nor wrong.
    """

    def __init__(self, **_: Any) -> None:
        self.per_type = TypedScores()

    def update(self, examples: Iterable[Example]) -> None:
        """Count the entities of `examples`."""
        for example in examples:
            iob = example.reference.annotations.get("ent_iob")
            if iob is not None and (iob.any() or not len(iob)):
                self._count(example, iob)

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self.per_type.merge(other.per_type)

    def result(self) -> dict[str, Any]:
        """Return the scores; None if no entity was counted."""
        return span_result("ents", self.per_type.total(), self.per_type)

    def _count(self, example: Example, gold_iob: npt.NDArray[Any]) -> None:
        # Not a set, whose order, and so that of the labels in the result, is not fixed.
        missed = dict.fromkeys(_entities(example.reference))
        predicted = _entities(example.predicted)
        x2y = example.alignment.x2y if predicted else None
        for label, start, end in predicted:
            tokens = x2y[start:end]  # type: ignore[index]  # not None, as something was predicted
            if not len(tokens) or not gold_iob[tokens[0] : tokens[-1] + 1].all():
                continue
            key = (label, int(tokens[0]), int(tokens[-1]) + 1)
            if key in missed:
                del missed[key]
                self.per_type[label].tp += 1
            else:
                self.per_type[label].fp += 1
        for label, _, _ in missed:
            self.per_type[label].fn += 1


def _entities(doc: Doc) -> list[Entity]:
    if doc.annotations.get("ent_iob") is None:
        return []
    starts, ends, labels = (np.asarray(array).tolist() for array in doc.ent_arrays())
    strings = doc.vocab.strings
    return [
        (strings[label], start, end) for start, end, label in zip(starts, ends, labels, strict=True)
    ]
