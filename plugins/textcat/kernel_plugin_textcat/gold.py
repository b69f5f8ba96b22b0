"""What gold docs say about their labels, and whether it can be learned from.

Axes: B examples, O labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import Factory, define

from kernel.errors import DataError
from kernel.text import Doc, Example

_SHOWN: Final = 60


def read_gold(
    examples: Sequence[Example], labels: Sequence[str]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Return the value of each label in each gold doc, and whether the doc has one.

    returns  (B, O) and (B, O); the value is 0 where there is none
    """
    rows = [list(map(example.reference.cats.get, labels)) for example in examples]
    values = np.array(rows, "float32").reshape((len(rows), len(labels)))
    known = ~np.isnan(values)
    values[~known] = 0
    return values, known


@define
class LabelCounts:
    """How often each label is right, in the order in which labels appear.

    positives  docs in which the label is 1
    known      docs that say something of the label
    n_docs     docs that say something of any label
    """

    positives: Counter[str] = Factory(Counter)
    known: Counter[str] = Factory(Counter)
    n_docs: int = 0

    def constant(self, *, is_exclusive: bool) -> list[str]:
        """Return the labels that are always right, or never: nothing can be learned of them."""
        return [
            label
            for label, count in self.known.items()
            if self.positives[label] in {0, self.n_docs if is_exclusive else count}
        ]

    def shares(self, labels: Sequence[str], *, is_exclusive: bool) -> npt.NDArray[np.float32]:
        """Return how often each label is right, as if two more docs had said yes and no.

        returns  (O,)  above 0 and below 1
        """
        known = [self.n_docs if is_exclusive else self.known[label] for label in labels]
        positives = [self.positives[label] for label in labels]
        shares: npt.NDArray[np.float32] = np.divide(
            np.array(positives) + 1, np.array(known) + 2, dtype="float32"
        )
        return shares


def count_labels(name: str, examples: Iterable[Example], *, is_exclusive: bool) -> LabelCounts:
    """Count the labels of all examples, for the component called `name`.

    Raises DataError with the number and the beginning of the first doc with a value other than 0
    and 1, or with two of exclusive labels.
    """
    counts = LabelCounts()
    for number, example in enumerate(examples):
        cats = example.reference.cats
        check_cats(name, example.reference, number, is_exclusive=is_exclusive)
        counts.known.update(cats.keys())
        counts.positives.update(label for label, value in cats.items() if value)
        counts.n_docs += bool(cats)
    return counts


def check_cats(name: str, doc: Doc, number: int, *, is_exclusive: bool) -> None:
    """Check that labels have the value 0 or 1 and that exclusive ones are exclusive.

    Raises DataError, which tells the number of the doc and how it begins.
    """
    values = doc.cats.values()
    if not {0, 1}.issuperset(values):
        raise _not_binary(name, number, doc)
    if is_exclusive and sum(values) > 1:
        raise _not_exclusive(name, number, doc)


def _not_binary(name: str, number: int, doc: Doc) -> DataError:
    wrong = {label: value for label, value in doc.cats.items() if value not in {0, 1}}
    return DataError(
        f"component `{name}` learns from values of 0 and 1, but doc {number} ({_start(doc)}) "
        f"has {wrong}"
    )


def _not_exclusive(name: str, number: int, doc: Doc) -> DataError:
    labels = [label for label, value in doc.cats.items() if value]
    return DataError(
        f"component `{name}` gives a doc one label, but doc {number} ({_start(doc)}) "
        f"has {len(labels)}: {labels}",
        hint="`textcat_multilabel` is for labels that may come together",
    )


def _start(doc: Doc) -> str:
    text = doc.text
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
