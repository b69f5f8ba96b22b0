"""Russian and Ukrainian lemmas, by the library pymorphy3."""

from __future__ import annotations

import functools
from typing import Any, ClassVar, Final

from kernel.errors import PluginError
from kernel.text import Token, Vocab
from kernel_plugin_rules.lemmas import opencorpora
from kernel_plugin_rules.lemmas.factories import lemmatizer_factory
from kernel_plugin_rules.lemmas.lemmatizer import SCORER, Lemmatizer, depends_on

_QUOTES: Final = {"«": '"', "»": '"'}


class RussianLemmatizer(Lemmatizer):
    """Chooses the analyses of pymorphy3 that fit the part of speech and the features of a word.

    Raises `PluginError` if pymorphy3 or its dictionary is not installed.
    """

    language: ClassVar[str] = "ru"

    def __init__(
        self,
        vocab: Vocab,
        model: Any = None,
        name: str = "lemmatizer",
        *,
        mode: str = "pymorphy3",
        overwrite: bool = False,
        scorer: Any = SCORER,
    ) -> None:
        super().__init__(vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)
        if mode.startswith("pymorphy"):
            _analyzer(self.language)

    @depends_on("pos", "morph")
    def pymorphy3_lemmatize(self, token: Token) -> list[str]:
        """Return the lemmas of the analyses that fit `token`."""
        word, pos = token.text, token.pos_
        if pos == "PUNCT":
            return [_QUOTES.get(word, word)]
        if pos not in opencorpora.COMPARED:
            return self.pymorphy3_lookup_lemmatize(token)
        features = token.morph.to_dict()
        lemmas = [
            each.normal_form
            for each in _analyzer(self.language).parse(word)
            if each.is_known and opencorpora.fits(each.tag, pos, features)
        ]
        return list(dict.fromkeys(lemmas)) or [word.lower()]

    @depends_on()
    def pymorphy3_lookup_lemmatize(self, token: Token) -> list[str]:
        """Return the lemma that all analyses of the word have in common, else the word itself."""
        lemmas = {each.normal_form for each in _analyzer(self.language).parse(token.text)}
        return list(lemmas) if len(lemmas) == 1 else [token.text]

    # The names of spaCy for an older version of the library, which has the same dictionaries.
    pymorphy2_lemmatize = pymorphy3_lemmatize
    pymorphy2_lookup_lemmatize = pymorphy3_lookup_lemmatize


class UkrainianLemmatizer(RussianLemmatizer):
    """Works like the Russian one, with the Ukrainian dictionary."""

    language = "uk"


@functools.cache
def _analyzer(language: str) -> Any:
    """Return the analyzer of a language, which takes a fifth of a second and 10 MB to load."""
    try:
        from pymorphy3 import MorphAnalyzer

        return MorphAnalyzer(lang=language)
    except (ImportError, ValueError) as error:
        raise PluginError(
            f"lemmas of `{language}` need the library pymorphy3 and its dictionary",
            hint=f'pip install "kernel-plugin-rules[{language}]"',
        ) from error


make_russian_lemmatizer = lemmatizer_factory(RussianLemmatizer, mode="pymorphy3")
make_ukrainian_lemmatizer = lemmatizer_factory(UkrainianLemmatizer, mode="pymorphy3")
