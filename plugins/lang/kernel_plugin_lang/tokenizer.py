"""The rule-based tokenizer. It is lossless: `doc.text` is the text that was tokenized.

Axes: N tokens of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.files import read_file
from kernel.pipeline import BaseDefaults
from kernel.text import ORTH, Doc, Vocab
from kernel_plugin_lang.affix_search import Match, Search
from kernel_plugin_lang.affixes import AffixRules, FindAll
from kernel_plugin_lang.defaults import RuleDefaults
from kernel_plugin_lang.encoding import ChunkEncoder
from kernel_plugin_lang.punctuation import (
    compile_infix_regex,
    compile_prefix_regex,
    compile_suffix_regex,
)
from kernel_plugin_lang.segments import EncodedText, encode_known, encode_text, segments
from kernel_plugin_lang.serialization import pack_rules, unpack_rules
from kernel_plugin_lang.special_cases import Phrases, SpecialCases

if TYPE_CHECKING:
    from kernel.pipeline import Language
    from kernel.text import Example

FunctionT = TypeVar("FunctionT")
ItemT = TypeVar("ItemT")

_MAX_LENGTH: Final = 1 << 30
# A full cache has a few tens of megabytes, less than the lexemes of the same chunks.
_CACHE_SIZE: Final = 200_000
# As an array, because converting a number takes as long as shifting the codes of a short text.
_ONE: Final = np.array(1, np.int32)


class _Token(NamedTuple):
    rule: str
    text: str
    space: bool


class _Rule(Generic[FunctionT]):
    """A function of the affix rules as an attribute; setting it clears the tokenizer's caches."""

    def __set_name__(self, owner: type[Tokenizer], name: str) -> None:
        self._name = name

    def __get__(self, tokenizer: Tokenizer, owner: type[Tokenizer]) -> FunctionT | None:
        function: FunctionT | None = getattr(tokenizer.affixes, self._name)
        return function

    def __set__(self, tokenizer: Tokenizer, function: FunctionT | None) -> None:
        changed: Any = {self._name: function}
        tokenizer.affixes = attrs.evolve(tokenizer.affixes, **changed)


class Tokenizer:
    """Splits a text by special cases and by patterns for prefixes, suffixes and infixes.

    `rules` maps strings to their tokens. The functions take a string: the `search` of a
    compiled pattern for prefixes and suffixes, `finditer` for infixes, `match` for whole
    tokens. If `faster_heuristics` is false, special cases are searched across all tokens even
    if no rule would split them. `max_cache_size` is the number of chunks of text whose tokens
    are cached.
    """

    prefix_search = _Rule[Search]()
    suffix_search = _Rule[Search]()
    infix_finditer = _Rule[FindAll]()
    token_match = _Rule[Search]()
    url_match = _Rule[Search]()

    def __init__(
        self,
        vocab: Vocab,
        rules: Mapping[str, Sequence[Mapping[Any, Any]]] | None = None,
        prefix_search: Search | None = None,
        suffix_search: Search | None = None,
        infix_finditer: FindAll | None = None,
        token_match: Search | None = None,
        url_match: Search | None = None,
        faster_heuristics: bool = True,
        max_cache_size: int = 10_000,
    ) -> None:
        self.vocab: Final = vocab
        self.max_cache_size: Final = max_cache_size
        self._affixes = AffixRules(
            prefix_search, suffix_search, infix_finditer, token_match, url_match
        )
        self._special_cases = SpecialCases(rules or {})
        self._faster_heuristics = faster_heuristics
        self._phrases: Phrases | None = None
        self._encoder: ChunkEncoder | None = None

    def __repr__(self) -> str:
        return f"Tokenizer({len(self._special_cases)} special cases)"

    def __reduce__(self) -> Any:
        rules = (self.rules, self.prefix_search, self.suffix_search, self.infix_finditer)
        matches = (self.token_match, self.url_match)
        settings = (self.faster_heuristics, self.max_cache_size)
        return type(self), (self.vocab, *rules, *matches, *settings)

    # Tokenizing

    def __call__(self, text: str) -> Doc:
        """Return the text as a Doc; raises TextError for 2**30 characters or more."""
        encoder = self._ready_encoder()
        return self._make_doc(text, encode_text(text, encoder), encoder)

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        """Yield a Doc for each text; new words are looked up for `batch_size` texts at once."""
        stream = iter(texts)
        while batch := list(islice(stream, batch_size)):
            encoder = self._ready_encoder()
            codes = [encode_known(text, encoder) for text in batch]
            new = [text for text, known in zip(batch, codes, strict=True) if known is None]
            encoder.learn(chain.from_iterable(map(str.split, new)))
            for text, known in zip(batch, codes, strict=True):
                yield self._make_doc(text, known or encode_text(text, encoder), encoder)

    def explain(self, text: str) -> list[tuple[str, str]]:
        """Return the rule that made each token, and the token's text, except for whitespace.

        The rules are followed step by step, without the cache.
        """
        tokens = [token for segment in segments(text) for token in self._explain_segment(*segment)]
        phrases = self._ready_phrases()
        spans = phrases.replacements(
            [token.text for token in tokens], [token.space for token in tokens]
        )
        specials = [
            (start, end, _with_last_space(self._explain_special(text), tokens[end - 1].space))
            for start, end, text in spans
        ]
        return [
            ("SPECIAL-1" if phrases.is_unchanged(text) else rule, text)
            for rule, text, _ in _replace(tokens, specials)
            if not text.isspace()
        ]

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Return `token_acc` and `token_p/r/f`, which compare the tokens with the gold tokens."""
        from kernel.scoring import TokenizationScores

        counts = TokenizationScores()
        counts.update(examples)
        return counts.result()

    def _make_doc(self, text: str, codes_of_text: EncodedText, encoder: ChunkEncoder) -> Doc:
        if len(text) >= _MAX_LENGTH:
            raise TextError(f"the text has {len(text):,} characters, more than 2**30 - 1")
        encoded, ends_in_space, has_cut, has_start = codes_of_text
        codes = np.frombuffer(encoded, np.int32)
        if has_cut or (has_start and self._ready_phrases().may_end_in(text)):
            codes = self._restore_special_cases(codes, encoder)
        lex, spaces = codes >> _ONE, (codes & _ONE).astype(np.bool_)
        if not ends_in_space and len(spaces):
            spaces[-1] = False
        return Doc.from_rows(self.vocab, lex, spaces, encoder.lexemes)

    def _restore_special_cases(
        self, codes: npt.NDArray[np.int32], encoder: ChunkEncoder
    ) -> npt.NDArray[np.int32]:
        """Replace the tokens of special cases that the rules split.

        codes    (N,)  codes of tokens, see `encoding`
        returns  codes after the replacement, of another length than N
        """
        texts = list(map(encoder.lexemes.texts.__getitem__, (codes >> 1).tolist()))
        spaces = (codes & 1).tolist()
        specials = [
            (start, end, encoder.special_codes(text, spaces[end - 1]))
            for start, end, text in self._ready_phrases().replacements(texts, spaces)
        ]
        return np.array(_replace(codes.tolist(), specials), np.int32)

    def _explain_segment(self, text: str, space: bool) -> list[_Token]:
        tokens: list[_Token] = []
        for rule, piece in self._affixes.split(text, self._special_cases):
            is_special = rule == "SPECIAL"
            tokens += self._explain_special(piece) if is_special else [_Token(rule, piece, False)]
        return _with_last_space(tokens, space)

    def _explain_special(self, text: str) -> list[_Token]:
        parts = self._special_cases[text]
        return [
            _Token(f"SPECIAL-{number}", part[ORTH], False) for number, part in enumerate(parts, 1)
        ]

    # Rules

    @property
    def affixes(self) -> AffixRules:
        """The functions that find affixes and whole tokens."""
        return self._affixes

    @affixes.setter
    def affixes(self, affixes: AffixRules) -> None:
        self._affixes = affixes
        self._forget()

    @property
    def rules(self) -> dict[str, list[dict[int, str]]]:
        """The special cases: each string with its tokens, by attribute id."""
        return dict(self._special_cases)

    @rules.setter
    def rules(self, rules: Mapping[str, Sequence[Mapping[Any, Any]]]) -> None:
        self._special_cases = SpecialCases(rules)
        self._forget()

    @property
    def faster_heuristics(self) -> bool:
        """Whether the search is limited to special cases that the rules may split."""
        return self._faster_heuristics

    @faster_heuristics.setter
    def faster_heuristics(self, value: bool) -> None:
        self._faster_heuristics = value
        self._forget()

    def add_special_case(self, string: str, substrings: Sequence[Mapping[Any, Any]]) -> None:
        """Set the tokens of `string`, each with ORTH and optionally NORM.

        Raises TextError if the tokens do not join to `string`, and for other attributes.
        """
        self._special_cases.add(string, substrings)
        self._forget()

    def find_prefix(self, string: str) -> int:
        """Return the length of the prefix of `string`, 0 if it has none."""
        return self._affixes.find_prefix(string)

    def find_suffix(self, string: str) -> int:
        """Return the length of the suffix of `string`, 0 if it has none."""
        return self._affixes.find_suffix(string)

    def find_infix(self, string: str) -> list[Match]:
        """Return the matches of the infix rules in `string`."""
        return self._affixes.find_infix(string)

    def _forget(self) -> None:
        self._phrases = None
        self._encoder = None

    def _ready_phrases(self) -> Phrases:
        if self._phrases is None:
            self._phrases = Phrases(self._special_cases, self._cut_by_rules, self._may_be_cut)
        return self._phrases

    def _ready_encoder(self) -> ChunkEncoder:
        encoder, lexemes = self._encoder, self.vocab.table_for_docs()
        # The cached codes are rows of one lexeme table.
        if encoder is None or encoder.lexemes is not lexemes:
            encoder = self._encoder = ChunkEncoder(
                lexemes,
                self._affixes,
                self._special_cases,
                self._ready_phrases(),
                self.max_cache_size,
            )
        return encoder

    def _cut_by_rules(self, text: str) -> list[str]:
        return [
            piece
            for segment in segments(text)
            for _, piece in self._affixes.split(segment.text, SpecialCases({}))
        ]

    def _may_be_cut(self, text: str) -> bool:
        rules = self._affixes
        return (
            not self._faster_heuristics
            or " " in text
            or bool(rules.find_prefix(text) or rules.find_infix(text) or rules.find_suffix(text))
        )

    # Writing and reading

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the rules and, unless excluded, the `vocab`."""
        extra: dict[str, Any] = {"faster_heuristics": self._faster_heuristics}
        if "vocab" not in exclude:
            extra["vocab"] = self.vocab.to_bytes()
        return pack_rules(self._affixes, self._special_cases, extra)

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Tokenizer:
        """Replace the rules with those in `data`; raises LoadError if it is damaged."""
        affixes, special_cases, extra = unpack_rules(data)
        if "vocab" in extra and "vocab" not in exclude:
            self.vocab.from_bytes(extra["vocab"])
        self._special_cases = SpecialCases(special_cases)
        self._faster_heuristics = extra.get("faster_heuristics", True)
        self.affixes = affixes
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the bytes of `to_bytes` to the file `path`."""
        Path(path).write_bytes(self.to_bytes(exclude=exclude))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Tokenizer:
        """Replace the rules with those in the file `path`; raises LoadError if it is damaged."""
        return self.from_bytes(read_file(path), exclude=exclude)


def create_tokenizer() -> Callable[[Language], Tokenizer]:
    """Return a function that creates a pipeline's tokenizer from the rules of its language."""

    def make(nlp: Language) -> Tokenizer:
        return make_tokenizer(nlp.vocab, nlp.Defaults)

    return make


def make_tokenizer(vocab: Vocab, defaults: type[BaseDefaults]) -> Tokenizer:
    """Return a tokenizer with the rules in `defaults`, the `Defaults` of a language.

    Rules that no class of the language sets are those of `RuleDefaults`.
    """
    prefixes, suffixes, infixes = (
        _rules(defaults, name) for name in ("prefixes", "suffixes", "infixes")
    )
    return Tokenizer(
        vocab,
        rules=_rules(defaults, "tokenizer_exceptions"),
        prefix_search=compile_prefix_regex(prefixes).search if prefixes else None,
        suffix_search=compile_suffix_regex(suffixes).search if suffixes else None,
        infix_finditer=compile_infix_regex(infixes).finditer if infixes else None,
        token_match=defaults.token_match,
        url_match=_rules(defaults, "url_match"),
        max_cache_size=_CACHE_SIZE,
    )


def _rules(defaults: type[BaseDefaults], name: str) -> Any:
    owner = next(cls for cls in defaults.__mro__ if name in cls.__dict__)
    return getattr(RuleDefaults if owner is BaseDefaults else defaults, name)


def _with_last_space(tokens: list[_Token], space: bool) -> list[_Token]:
    return [*tokens[:-1], tokens[-1]._replace(space=space)]


def _replace(
    items: Sequence[ItemT], replacements: Iterable[tuple[int, int, Sequence[ItemT]]]
) -> list[ItemT]:
    """Return the items with other items between each start and end, which are in order."""
    made: list[ItemT] = []
    position = 0
    for start, end, new in replacements:
        made += items[position:start]
        made += new
        position = end
    made += items[position:]
    return made
