"""Gold labels of docs, and checks that they can be learned.

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

_MAX_QUOTED: Final = 60


def read_gold(
    examples: Sequence[Example], labels: Sequence[str]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Return the value of each label in each gold doc, and whether it is known.

    returns  (B, O) and (B, O); an unknown value is 0
    """
    rows = [list(map(example.reference.cats.get, labels)) for example in examples]
    values = np.array(rows, "float32").reshape((len(rows), len(labels)))
    known = ~np.isnan(values)
    values[~known] = 0
    return values, known


@define
class LabelCounts:
    """The frequency of each label, in the order in which labels appear.

    positives  docs in which the label is 1
    known      docs in which the label has a value
    n_docs     docs in which any label has a value
    """

    positives: Counter[str] = Factory(Counter)
    known: Counter[str] = Factory(Counter)
    n_docs: int = 0

    def constant(self, *, is_exclusive: bool) -> list[str]:
        """Return the labels that are 1 in all docs or in none, so that they cannot be learned."""
        return [
            label
            for label, count in self.known.items()
            if self.positives[label] in {0, self.n_docs if is_exclusive else count}
        ]

    def shares(self, labels: Sequence[str], *, is_exclusive: bool) -> npt.NDArray[np.float32]:
        """Return the share of docs with each label, as if there were two more docs, one with it.

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

    Raises DataError with the number and the beginning of the first doc that has a value other than
    0 and 1, or several exclusive labels.
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
    """Check that labels have the value 0 or 1, and that at most one exclusive label is 1.

    Raises DataError with the number and the beginning of the doc.
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
        f"component `{name}` assigns one label per doc, but doc {number} ({_start(doc)}) "
        f"has {len(labels)}: {labels}",
        hint="use `textcat_multilabel` for docs with several labels",
    )


def _start(doc: Doc) -> str:
    text = doc.text
    return repr(text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}…")
