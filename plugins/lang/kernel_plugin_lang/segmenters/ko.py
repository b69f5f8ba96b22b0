"""The tokenizer of Korean: the morphemes of MeCab, with their tags and lemmas.

Axes: N tokens.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from kernel.text import Doc, symbols
from kernel_plugin_lang.segmenters.packages import segmenter_package
from kernel_plugin_lang.segmenters.pieces import make_doc, without_surrogates
from kernel_plugin_lang.segmenters.tokenizer import SegmentingTokenizer

if TYPE_CHECKING:
    from kernel.pipeline import Language

# The tags of mecab-ko-dic with each part of speech.
_TAGS: Final = {
    "ADJ": "VA VCN",
    "ADP": "JKS JKC JKG JKO JKB JKV JKQ JX VCP",
    "ADV": "MAG",
    "AUX": "VX",
    "CONJ": "JC MAJ",
    "DET": "MM",
    "INTJ": "IC",
    "NOUN": "NNG NNB NNBC",
    "NUM": "NR SN",
    "PRON": "NP",
    "PROPN": "NNP",
    "PUNCT": "SF SE SC SSO SSC",
    "SPACE": "_SP",
    "SYM": "SY",
    "VERB": "VV",
}
_POS: Final = {tag: pos for pos, tags in _TAGS.items() for tag in tags.split()}
# MeCab has no tag for whitespace.
_WHITESPACE_TAG: Final = "_SP"


class KoreanTokenizer(SegmentingTokenizer):
    """Splits Korean into morphemes by MeCab, and sets tags, parts of speech and lemmas.

    A morpheme that is a contraction has several tags: `tag_` is the first one, and
    `doc.user_data["full_tags"]` has all, joined by `+`. The lemma is that of the first part; a
    morpheme that is not put together has none.
    """

    def __call__(self, text: str) -> Doc:
        """Return the text as a Doc with the annotations of MeCab."""
        readable = without_surrogates(text)
        spans = _spans(readable, _mecab().parse(readable))
        tokens, spaces, features = _with_gaps(text, spans)
        doc = make_doc(self.vocab, tokens, spaces)
        full_tags = [each.pos if each else _WHITESPACE_TAG for each in features]
        tags = [tag.partition("+")[0] for tag in full_tags]
        expressions = [each.expression or "" if each else "" for each in features]
        lemmas = [expression.partition("/")[0] for expression in expressions]
        doc.set_column("tag", doc.add_strings("tag", tags))
        doc.set_column("pos", [symbols.POS_IDS[_POS.get(tag, "X")] for tag in tags])
        doc.set_column("lemma", doc.add_strings("lemma", lemmas))
        doc.user_data["full_tags"] = full_tags
        return doc

    def segment(self, text: str) -> Iterable[str]:
        """Return the morphemes of a text, without the whitespace between them."""
        morphemes: list[str] = _mecab().morphs(text)
        return morphemes


def create_korean_tokenizer() -> Callable[[Language], KoreanTokenizer]:
    """Return a function that creates a pipeline's tokenizer of Korean."""
    return lambda nlp: KoreanTokenizer(nlp.vocab)


def _spans(text: str, morphemes: Iterable[Any]) -> Iterator[tuple[int, int, Any]]:
    """Yield start, end and features of each morpheme.

    The spans of python-mecab-ko are wrong after whitespace at the start of a text.
    """
    position = 0
    for morpheme in morphemes:
        start = text.find(morpheme.surface, position)
        if start >= 0:
            position = start + len(morpheme.surface)
            yield start, position, morpheme.feature


def _with_gaps(
    text: str, spans: Iterable[tuple[int, int, Any]]
) -> tuple[list[str], list[bool], list[Any]]:
    """Return tokens, whether a space follows each, and their features.

    MeCab leaves out most whitespace. A space after a morpheme belongs to it; other whitespace is
    a token without features.
    """
    tokens: list[str] = []
    spaces: list[bool] = []
    features: list[Any] = []
    position = 0
    for start, end, feature in chain(spans, [(len(text), len(text), None)]):
        gap = text[position:start]
        if tokens and gap.startswith(" "):
            spaces[-1] = True
            gap = gap[1:]
        for token, of_token in ((gap, None), (text[start:end], feature)):
            if token:
                tokens.append(token)
                spaces.append(False)
                features.append(of_token)
        position = end
    return tokens, spaces, features


@functools.cache
def _mecab() -> Any:
    return segmenter_package("mecab", "ko").MeCab()
