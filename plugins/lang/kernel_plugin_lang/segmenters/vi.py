"""The tokenizer of Vietnamese: words of one or more syllables, by the model of Pyvi."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from kernel.text import Doc, Vocab
from kernel_plugin_lang.segmenters.packages import segmenter_package
from kernel_plugin_lang.segmenters.pieces import make_doc
from kernel_plugin_lang.segmenters.tokenizer import SegmentingTokenizer

if TYPE_CHECKING:
    from kernel.pipeline import Language

# The syllables for which the model was trained. Pyvi's own function changes the text: it composes
# accents, so that offsets are lost.
_SYLLABLE: Final = re.compile(
    r"[A-ZĐ]+\.|Tp\.|Mr\.|Mrs\.|Ms\.|Dr\.|ThS\."  # abbreviations
    r"|==>|->|\.\.\.|>>"
    r"|\w+://[^\s]+"
    # With a bound, so that a long run of signs takes no more time.
    r"|[a-zA-Z0-9_.+-]{1,64}@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z0-9-]+"
    r"|\d+(?:[.,_]\d+)+"
    r"|[^\w\s]|\w+"
)


class VietnameseTokenizer(SegmentingTokenizer):
    """Splits Vietnamese into words by Pyvi, or at whitespace if `use_pyvi` is false.

    A word of several syllables contains the whitespace between them.
    """

    settings: ClassVar[Mapping[str, Any]] = {"use_pyvi": bool}

    def __init__(self, vocab: Vocab, use_pyvi: bool = True) -> None:
        super().__init__(vocab)
        self.use_pyvi = use_pyvi

    def __call__(self, text: str) -> Doc:
        """Return the text as a Doc."""
        chunks = [] if self.use_pyvi else text.split(" ")
        if chunks and chunks == text.split():  # single spaces, which is nearly every text
            return make_doc(self.vocab, chunks, [True] * (len(chunks) - 1) + [False])
        return super().__call__(text)

    def segment(self, text: str) -> Iterable[str]:
        """Return the words of a text."""
        return _words(text) if self.use_pyvi else text.split()


def create_vietnamese_tokenizer(
    use_pyvi: bool = True,
) -> Callable[[Language], VietnameseTokenizer]:
    """Return a function that creates a pipeline's tokenizer of Vietnamese."""
    return lambda nlp: VietnameseTokenizer(nlp.vocab, use_pyvi)


def _words(text: str) -> Iterator[str]:
    pyvi = segmenter_package("pyvi.ViTokenizer", "vi").ViTokenizer
    found = list(_SYLLABLE.finditer(text))
    if not found:
        return
    syllables = [match[0] for match in found]
    (labels,) = pyvi.model.predict([pyvi.sent2features(syllables, is_training=False)])
    start = 0
    for i in range(1, len(found)):
        if labels[i] != "I_W" or not _may_join(syllables[i - 1], syllables[i]):
            yield text[found[start].start() : found[i - 1].end()]
            start = i
    yield text[found[start].start() : found[-1].end()]


def _may_join(first: str, second: str) -> bool:
    """Return whether a word may go on from one syllable to the next, as Pyvi decides it."""
    return (
        first not in string.punctuation
        and second not in string.punctuation
        and not first[0].isdigit()
        and not second[0].isdigit()
        and (first[0].istitle() or not second[0].istitle())
    )
