"""The tokenizer of Thai: the words of PyThaiNLP."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kernel.text import Doc
from kernel_plugin_lang.segmenters.packages import segmenter_package
from kernel_plugin_lang.segmenters.pieces import make_doc
from kernel_plugin_lang.segmenters.tokenizer import SegmentingTokenizer

if TYPE_CHECKING:
    from kernel.pipeline import Language


class ThaiTokenizer(SegmentingTokenizer):
    """Splits Thai into words by PyThaiNLP. Whitespace is a token, even a single space."""

    def __call__(self, text: str) -> Doc:
        """Return the text as a Doc."""
        tokens = self.pieces(text)
        return make_doc(self.vocab, tokens, [False] * len(tokens))

    def segment(self, text: str) -> Iterable[str]:
        """Return the words of a text."""
        words: list[str] = segmenter_package("pythainlp.tokenize", "th").word_tokenize(text)
        return words


def create_thai_tokenizer() -> Callable[[Language], ThaiTokenizer]:
    """Return a function that creates a pipeline's tokenizer of Thai."""
    return lambda nlp: ThaiTokenizer(nlp.vocab)
