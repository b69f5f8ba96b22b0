"""The tokenizer of Chinese: characters, or the words of jieba or pkuseg."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias, cast, get_args

from kernel.errors import ArgumentError, did_you_mean
from kernel.text import Doc, Vocab
from kernel_plugin_lang.segmenters import pkuseg
from kernel_plugin_lang.segmenters.characters import doc_of_characters
from kernel_plugin_lang.segmenters.packages import segmenter_package
from kernel_plugin_lang.segmenters.tokenizer import SegmentingTokenizer

if TYPE_CHECKING:
    from kernel.pipeline import Language
    from kernel.text import Example

Segmenter: TypeAlias = Literal["char", "jieba", "pkuseg"]


class ChineseTokenizer(SegmentingTokenizer):
    """Splits Chinese into characters ("char"), or into words by "jieba" or "pkuseg".

    pkuseg needs a model: `initialize` loads one, and it is saved with the tokenizer. Words that
    were added to jieba itself, as with `jieba.load_userdict`, count too, but are not saved.
    """

    settings: ClassVar[Mapping[str, Any]] = {"segmenter": str}

    def __init__(self, vocab: Vocab, segmenter: Segmenter = "char") -> None:
        super().__init__(vocab)
        self.segmenter = segmenter
        # The segmenter of pkuseg, once it has a model.
        self.pkuseg_seg: Any = None

    @property
    def segmenter(self) -> Segmenter:
        """The segmenter: "char", "jieba" or "pkuseg"; another one raises ArgumentError."""
        return self._segmenter

    @segmenter.setter
    def segmenter(self, name: str) -> None:
        known = get_args(Segmenter)
        if name not in known:
            raise ArgumentError(f"no segmenter {name!r} of Chinese", hint=did_you_mean(name, known))
        self._segmenter = cast("Segmenter", name)

    def __call__(self, text: str) -> Doc:
        """Return the text as a Doc; raises ArgumentError if pkuseg has no model."""
        if self._segmenter == "char":
            return doc_of_characters(self.vocab, text)
        return super().__call__(text)

    def segment(self, text: str) -> Iterable[str]:
        """Return the words of a text."""
        if self._segmenter == "jieba":
            words: Iterable[str] = segmenter_package("jieba", "jieba").cut(text)
            return words
        if self.pkuseg_seg is None:
            raise ArgumentError(
                "the segmenter `pkuseg` has no model",
                hint="set `pkuseg_model` in [initialize.tokenizer], or call "
                '`nlp.tokenizer.initialize(pkuseg_model="spacy_ontonotes")`',
            )
        return pkuseg.cut(self.pkuseg_seg, text)

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]] | None = None,
        *,
        nlp: Language | None = None,
        pkuseg_model: str | None = None,
        pkuseg_user_dict: str | None = "default",
    ) -> None:
        """Load a model of pkuseg, if that is the segmenter.

        pkuseg_model      the name of a model, which pkuseg downloads, or the path of one
        pkuseg_user_dict  a file with one word per line, or "default" for pkuseg's own words

        Raises ArgumentError without a model, LoadError if it cannot be read.
        """
        if self._has_model:
            self.pkuseg_seg = pkuseg.load_model(pkuseg_model, pkuseg_user_dict)

    def pkuseg_update_user_dict(self, words: Iterable[str], reset: bool = False) -> None:
        """Add words that pkuseg must not split; with `reset`, remove all earlier ones first."""
        if self._has_model and self.pkuseg_seg is not None:
            pkuseg.add_words(self.pkuseg_seg, words, reset=reset)
            return
        state = f"the segmenter is `{self._segmenter}`{', without a model' * self._has_model}"
        warnings.warn(f"the words are not used: {state}", stacklevel=2)

    # Writing and reading

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the settings, and the model of pkuseg, to the folder `path`."""
        super().to_disk(path, exclude=exclude)
        if self.pkuseg_seg is not None and pkuseg.FOLDER not in exclude:
            pkuseg.write_model(self.pkuseg_seg, Path(path))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Load the files that `to_disk` wrote; raises LoadError if one is missing or damaged."""
        super().from_disk(path, exclude=exclude)
        if pkuseg.FOLDER not in exclude:
            self.pkuseg_seg = pkuseg.read_model(Path(path)) if self._has_model else None
        return self

    def _fields(self) -> dict[str, Any]:
        model = {} if self.pkuseg_seg is None else pkuseg.pack_model(self.pkuseg_seg)
        return {**super()._fields(), **pkuseg.NO_MODEL, **model}

    def _load(self, fields: Mapping[str, Any]) -> None:
        super()._load(fields)
        self.pkuseg_seg = pkuseg.unpack_model(fields) if self._has_model else None

    @property
    def _has_model(self) -> bool:
        return self._segmenter == "pkuseg"


def create_chinese_tokenizer(
    segmenter: Segmenter = "char",
) -> Callable[[Language], ChineseTokenizer]:
    """Return a function that creates a pipeline's tokenizer of Chinese."""
    return lambda nlp: ChineseTokenizer(nlp.vocab, segmenter)
