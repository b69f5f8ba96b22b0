"""The data of a language: its words, rules and settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from attrs import frozen


@frozen(kw_only=True)
class RecommendedModels:
    """Pretrained models that `kernel init config` recommends for a language.

    vectors      the package or folder with word vectors, or None
    transformer  the name of an encoder at the hub of Hugging Face, "" if none is recommended, or
                 None for the one that is recommended for all languages
    size_factor  the number of parts of a batch that fit into memory with the encoder
    """

    vectors: str | None = None
    transformer: str | None = None
    size_factor: int = 3


class BaseDefaults:
    """The data of a language; subclasses override attributes.

    The tokenizer of `kernel-plugin-lang` has rules common to many languages, which it uses for
    attributes that no subclass overrides.
    """

    config: ClassVar[Mapping[str, Any]] = {}
    tokenizer_exceptions: ClassVar[Mapping[str, Sequence[Mapping[Any, Any]]]] = {}
    prefixes: ClassVar[Sequence[str] | None] = None
    suffixes: ClassVar[Sequence[str] | None] = None
    infixes: ClassVar[Sequence[str] | None] = None
    token_match: ClassVar[Callable[[str], Any] | None] = None
    url_match: ClassVar[Callable[[str], Any] | None] = None
    syntax_iterators: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    lex_attr_getters: ClassVar[Mapping[int, Callable[[str], Any]]] = {}
    stop_words: ClassVar[set[str]] = set()
    recommended: ClassVar[RecommendedModels] = RecommendedModels()
    writing_system: ClassVar[Mapping[str, Any]] = {
        "direction": "ltr",
        "has_case": True,
        "has_letters": True,
    }
