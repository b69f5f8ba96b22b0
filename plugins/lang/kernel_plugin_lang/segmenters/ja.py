"""The tokenizer of Japanese: the words of Sudachi, with their tags, lemmas and readings.

Axes: N tokens.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Literal,
    NamedTuple,
    TypeAlias,
    cast,
    get_args,
)

from kernel.errors import ArgumentError, did_you_mean
from kernel.text import Doc, Vocab, symbols
from kernel_plugin_lang.segmenters.ja_tags import parts_of_speech
from kernel_plugin_lang.segmenters.packages import segmenter_package
from kernel_plugin_lang.segmenters.pieces import make_doc, with_spaces, without_surrogates
from kernel_plugin_lang.segmenters.tokenizer import SegmentingTokenizer

if TYPE_CHECKING:
    from kernel.pipeline import Language

SplitMode: TypeAlias = Literal["A", "B", "C"]

_WHITESPACE_TAG: Final = "空白"
# Sudachi refuses texts of more than 49,149 bytes of UTF-8: this many characters always fit.
_MAX_LENGTH: Final = 12_000
# A longer text is cut after the last of these.
_BREAK: Final = re.compile(r"[\s。！？!?](?=[^\s。！？!?]*\Z)")


class DetailedToken(NamedTuple):
    """What Sudachi knows about a token, and its parts in other split modes."""

    surface: str
    tag: str
    inf: str
    lemma: str
    norm: str
    reading: str
    sub_tokens: list[list[DetailedToken]] | None


class JapaneseTokenizer(SegmentingTokenizer):
    """Splits Japanese by Sudachi, and sets tags, parts of speech, lemmas, norms and readings.

    `split_mode` is the length of words: short ("A", or None), middle ("B") or long ("C"). With "B"
    and "C", `doc.user_data["sub_tokens"]` has for each token its parts by the shorter modes, a
    list for each mode; None for a token that is not split.
    """

    settings: ClassVar[Mapping[str, Any]] = {"split_mode": str | None}

    def __init__(self, vocab: Vocab, split_mode: SplitMode | None = None) -> None:
        super().__init__(vocab)
        self.split_mode = split_mode

    @property
    def split_mode(self) -> SplitMode | None:
        """The split mode: "A", "B", "C" or None; another one raises ArgumentError."""
        return self._split_mode

    @split_mode.setter
    def split_mode(self, mode: str | None) -> None:
        known = get_args(SplitMode)
        if mode is not None and mode not in known:
            raise ArgumentError(f"no split mode {mode!r}", hint=did_you_mean(mode, known))
        self._split_mode = cast("SplitMode | None", mode)

    def __call__(self, text: str) -> Doc:
        """Return the text as a Doc with the annotations of Sudachi."""
        words, morphemes = self._analyse(text)
        tokens, spaces = with_spaces(words)
        doc = make_doc(self.vocab, tokens, spaces)
        of_words = iter(morphemes)
        details = [None if token.isspace() else next(of_words) for token in tokens]
        _annotate(doc, tokens, details)
        if self._split_mode in ("B", "C"):
            modes = "A" if self._split_mode == "B" else "AB"
            doc.user_data["sub_tokens"] = [_sub_tokens(each, modes) for each in details]
        return doc

    def segment(self, text: str) -> Iterable[str]:
        """Return the words of a text, with the whitespace between them."""
        return self._analyse(text)[0]

    def _analyse(self, text: str) -> tuple[list[str], list[Any]]:
        """Return the pieces of a text, and the morphemes of those that are not whitespace."""
        tokenizer = _sudachi(self._split_mode or "A")
        pieces: list[str] = []
        morphemes: list[Any] = []
        for part in _parts(text):
            found = list(tokenizer.tokenize(without_surrogates(part)))
            words = [part[each.begin() : each.end()] for each in found]
            # A character such as `㍿` has two morphemes, one of them without characters.
            pieces += filter(None, words)
            morphemes += [each for each, word in zip(found, words, strict=True) if word.strip()]
        return pieces, morphemes


def create_japanese_tokenizer(
    split_mode: SplitMode | None = None,
) -> Callable[[Language], JapaneseTokenizer]:
    """Return a function that creates a pipeline's tokenizer of Japanese."""
    return lambda nlp: JapaneseTokenizer(nlp.vocab, split_mode)


# Sudachi refuses to use a tokenizer in two threads at the same time.
_OF_THREAD: Final = threading.local()


def _sudachi(mode: str) -> Any:
    """Return Sudachi's tokenizer with a split mode for this thread."""
    found = getattr(_OF_THREAD, mode, None)
    if found is None:
        package = segmenter_package("sudachipy", "ja")
        dictionary = _dictionary()
        # Before version 0.7, there is only `create`, which is deprecated since then.
        make = getattr(dictionary, "tokenizer", None) or dictionary.create
        found = make(mode=getattr(package.SplitMode, mode))
        setattr(_OF_THREAD, mode, found)
    return found


@functools.cache
def _dictionary() -> Any:
    segmenter_package("sudachidict_core", "ja")
    return segmenter_package("sudachipy", "ja").Dictionary()


@functools.cache
def _tag_and_inflection(pos: tuple[str, ...]) -> tuple[str, str]:
    """Return a tag and an inflection from the six fields of a part of speech."""
    return "-".join(each for each in pos[:4] if each != "*"), ";".join(
        each for each in pos[4:] if each != "*"
    )


def _parts(text: str) -> Iterator[str]:
    """Yield the text in parts that are not too long for Sudachi."""
    start = 0
    while len(text) - start > _MAX_LENGTH:
        part = text[start : start + _MAX_LENGTH]
        match = _BREAK.search(part)
        end = start + (match.end() if match else len(part))
        yield text[start:end]
        start = end
    yield text[start:]


def _annotate(doc: Doc, tokens: Sequence[str], morphemes: Sequence[Any]) -> None:
    """Set the annotations of tokens from their morphemes, None for whitespace."""
    tags, morphs, lemmas, norms = [], [], [], []
    for token, morpheme in zip(tokens, morphemes, strict=True):
        if morpheme is None:
            tags.append(_WHITESPACE_TAG)
            morphs.append("_")
            lemmas.append(token)
            norms.append(token)
            continue
        tag, inflection = _tag_and_inflection(morpheme.part_of_speech())
        tags.append(tag)
        morphs.append(_features(inflection, morpheme.reading_form()))
        lemmas.append(morpheme.dictionary_form())
        norms.append(morpheme.normalized_form())
    ids = symbols.POS_IDS
    doc.set_column("pos", [ids[pos] for pos in parts_of_speech(tokens, tags)])
    doc.set_column("tag", doc.add_strings("tag", tags))
    doc.set_column("lemma", doc.add_strings("lemma", lemmas))
    # Readings are as many as words, so they do not live longer than those.
    doc.set_column("morph", doc.lexemes.intern_all(morphs))
    doc.lex = doc.lexemes.variants(doc.lex, doc.lexemes.intern_all(norms))


def _features(inflection: str, reading: str) -> str:
    """Return morphological features in their normal form."""
    values = [("Inflection", inflection), ("Reading", re.sub("[=|]", "_", reading))]
    return "|".join(f"{field}={value}" for field, value in values if value) or "_"


def _sub_tokens(morpheme: Any, modes: str) -> list[list[DetailedToken]] | None:
    """Return the parts of a token by each mode; None if it has only one by the first mode."""
    if morpheme is None:
        return None
    package = segmenter_package("sudachipy", "ja")
    found = [morpheme.split(getattr(package.SplitMode, mode)) for mode in modes]
    # No parts, or a part without characters, means that the token is not split.
    parts = [[part for part in each if part.surface()] or [morpheme] for each in found]
    return [list(map(_detailed, each)) for each in parts] if len(parts[0]) > 1 else None


def _detailed(morpheme: Any) -> DetailedToken:
    return DetailedToken(
        morpheme.surface(),
        *_tag_and_inflection(morpheme.part_of_speech()),
        morpheme.dictionary_form(),
        morpheme.normalized_form(),
        morpheme.reading_form(),
        None,
    )
