"""The sentencizer, which starts a sentence after the punctuation that ends one.

Axes: N tokens of all docs, R rows of a lexeme table, F docs that have tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np
import numpy.typing as npt

from kernel.errors import ArgumentError
from kernel.files import check_type, pack, read_json, unpack, write_json
from kernel.pipeline import Language, factory
from kernel.scoring import Score
from kernel.text import Doc, DocBatch, LexemeTable, attributes
from kernel_plugin_rules.batch_pipe import BatchPipe
from kernel_plugin_rules.sentences.sentence_ends import SENTENCE_ENDS
from kernel_plugin_tagger.scorers import make_senter_scorer

Starts = npt.NDArray[np.int8]

SCORER: Final = make_senter_scorer()
_FIELDS: Final = {"punct_chars?": list[str], "overwrite?": bool}
# What a token does to a sentence: nothing, it may follow its end, or it ends one.
_WORD: Final = 0
_PUNCT: Final = 1
_END: Final = 2
# Added for the first token of a doc.
_FIRST: Final = 4
# A word after an end and punctuation, none of which is the first token of another doc.
_START: Final = re.compile(rb"[\2\6][\1\2]*\0")


@factory(
    "sentencizer",
    default_config={
        "punct_chars": None,
        "overwrite": False,
        "scorer": {"@scorers": "kernel.senter_scorer.v1"},
    },
    assigns=["token.is_sent_start", "doc.sents"],
    scores={
        "sents_f": Score(1.0, title="SENT F", help="F-score of sentences"),
        "sents_p": Score(0.0, title="SENT P", help="share of found sentences that are correct"),
        "sents_r": Score(
            0.0, title="SENT R", help="share of the annotated sentences that are found"
        ),
    },
)
def make_sentencizer(
    nlp: Language,
    name: str,
    punct_chars: list[str] | None,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> Sentencizer:
    """Create a component that finds sentences by punctuation.

    punct_chars  words that end sentences; null: the characters for that of all scripts
    overwrite    whether to replace sentence starts that are already set
    scorer       compares the predictions with the gold docs
    """
    return Sentencizer(name, punct_chars=punct_chars, overwrite=overwrite, scorer=scorer)


class Sentencizer(BatchPipe):
    """Finds sentences: one starts after a token of `punct_chars` and the punctuation behind it.

    Raises ArgumentError if `punct_chars` are not strings.
    """

    default_punct_chars: ClassVar[list[str]] = SENTENCE_ENDS

    def __init__(
        self,
        name: str = "sentencizer",
        *,
        punct_chars: Iterable[str] | None = None,
        overwrite: bool = False,
        scorer: Any = SCORER,
    ) -> None:
        self.name = name
        self.punct_chars = set(punct_chars or self.default_punct_chars)
        self.overwrite = overwrite
        self.scorer = scorer

    @property
    def punct_chars(self) -> set[str]:
        """The words that end sentences; to change them, assign another set."""
        return self._punct_chars

    @punct_chars.setter
    def punct_chars(self, words: set[str]) -> None:
        for word in words:
            if not isinstance(word, str):
                raise ArgumentError(f"expected strings as `punct_chars`, got {word!r}")
        self._punct_chars = words
        # Identifies what was computed for words.
        self._version = object()

    # Annotation

    def predict(self, docs: Iterable[Doc]) -> list[list[bool]]:
        """Return for each token of each doc whether a sentence starts there."""
        batch = DocBatch(docs)
        starts, offsets = self._starts(batch) == 1, batch.offsets.tolist()
        return [starts[low:high].tolist() for low, high in pairwise(offsets)]

    def set_annotations(self, docs: Iterable[Doc], batch_tag_ids: Sequence[Sequence[Any]]) -> None:
        """Set the sentence starts that `predict` returned."""
        is_start = [is_start for of_doc in batch_tag_ids for is_start in of_doc]
        self._write(DocBatch(docs), np.where(np.array(is_start, np.bool_), 1, -1).astype(np.int8))

    def annotate(self, docs: DocBatch) -> None:
        """Set the sentence starts of all docs."""
        self._write(docs, self._starts(docs))

    def _write(self, docs: DocBatch, starts: Starts) -> None:
        if not self.overwrite and docs.has_column("sent_start"):
            known = docs.column("sent_start")  # (N,)
            starts = np.where(known == 0, starts, known)
        docs.write(sent_start=starts)

    def _starts(self, docs: DocBatch) -> Starts:
        """Return 1 where a sentence starts, -1 elsewhere.

        returns  (N,)
        """
        groups = groupby(docs, key=attrgetter("lexemes"))
        parts = [self._kinds(table).take(DocBatch(group).lex()) for table, group in groups]
        kinds = np.concatenate([np.zeros(0, np.uint8), *parts])  # (N,)
        offsets = docs.offsets
        firsts = offsets[:-1][offsets[:-1] < offsets[1:]]  # (F,)
        kinds[firsts] += _FIRST
        starts = np.full(len(kinds), -1, np.int8)
        starts[firsts] = 1
        starts[[found.end() - 1 for found in _START.finditer(kinds.tobytes())]] = 1
        return starts

    def _kinds(self, table: LexemeTable) -> npt.NDArray[np.uint8]:
        """Return what each word does to a sentence.

        returns  (R,)  or longer
        """
        return table.derived(self._version, self._kinds_from)

    def _kinds_from(self, table: LexemeTable, start: int) -> npt.NDArray[np.uint8]:
        texts = table.texts[start:]
        is_punct = table.values_from(attributes.IS_PUNCT, start)[: len(texts)] != 0
        is_end = np.fromiter(map(self._punct_chars.__contains__, texts), np.bool_, len(texts))
        return np.where(is_end, _END, np.where(is_punct, _PUNCT, _WORD)).astype(np.uint8)

    # Storage

    @property
    def _settings(self) -> dict[str, Any]:
        return {"punct_chars": sorted(self.punct_chars), "overwrite": self.overwrite}

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write the settings to a file with the name `path` and the ending `.json`."""
        kept = {name: value for name, value in self._settings.items() if name not in exclude}
        write_json(_file(path), kept)

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Self:
        """Load the file that `to_disk` wrote; return the component.

        Raises LoadError if the file is missing or damaged.
        """
        file = _file(path)
        return self._load(read_json(file), exclude, f"`{file}`")

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the settings as bytes."""
        return pack({name: value for name, value in self._settings.items() if name not in exclude})

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the result of `to_bytes`, also that of spaCy; return the component."""
        what = f"the bytes of `{self.name}`"
        return self._load(unpack(bytes_data, what=what), exclude, what)

    def _load(self, found: Any, exclude: Iterable[str], what: str) -> Self:
        check_type(found, _FIELDS, what=what)
        if "punct_chars" in found and "punct_chars" not in exclude:
            self.punct_chars = set(found["punct_chars"])
        if "overwrite" in found and "overwrite" not in exclude:
            self.overwrite = found["overwrite"]
        return self


def _file(path: Path | str) -> Path:
    path = Path(path)
    return path if path.suffix == ".json" else path.with_name(f"{path.name}.json")
