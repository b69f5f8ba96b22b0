"""Which strings of a doc are known for good, and which as long as there are docs with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kernel.text.words.attributes import COLUMN_OF_ATTR, LABEL_COLUMNS, TRANSIENT_COLUMNS

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc
    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable


def add_string(doc: Doc, column: str, text: str) -> int:
    """Return the id of a value of an annotation column.

    Lemmas and ids, of which there are as many as words, live as long as docs that were made
    at the same time; labels are known for good.
    """
    is_transient = column in TRANSIENT_COLUMNS
    return doc.lexemes.intern(text) if is_transient else doc.vocab.strings.add(text)


def add_strings(doc: Doc, column: str, texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return the ids of values of an annotation column; see `add_string`.

    returns  (N,)
    """
    is_transient = column in TRANSIENT_COLUMNS
    return (doc.lexemes.intern_all if is_transient else doc.vocab.strings.add_all)(texts)


def keep_labels(docs: Iterable[Doc]) -> None:
    """Let the labels of docs that were read from somewhere be known for good.

    Their strings came together with those of the words, which are not.
    """
    for doc in docs:
        if doc.lexemes.generation is None:
            continue
        ids: set[int] = set()
        for name in LABEL_COLUMNS & doc.columns.keys():
            ids.update(doc.columns[name].tolist())
        for group in (doc._spans or {}).values():
            ids.update(group.labels())
        doc.vocab.strings.keep(ids)


def keep_label_ids(
    vocab: Vocab, table: LexemeTable, by_number: Mapping[int, npt.NDArray[np.uint64]]
) -> None:
    """Do as `keep_labels` for many docs at once, given the attributes of their tokens.

    by_number  (T,)  each
    """
    if table.generation is None:
        return
    for number, values in by_number.items():
        if COLUMN_OF_ATTR.get(number) in LABEL_COLUMNS:
            vocab.strings.keep(np.unique(values).tolist())
