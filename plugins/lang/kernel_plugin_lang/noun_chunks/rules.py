"""The table `[noun_chunks]` of a language file: which words make a noun phrase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from attrs import frozen

from kernel.errors import did_you_mean
from kernel.text import Doc, Span, hash_string, symbols
from kernel_plugin_lang.languages.reading import (
    Place,
    key,
    list_of,
    one_of,
    read_flag,
    read_words,
    table,
)
from kernel_plugin_lang.languages.tables import Makers, Table

# The universal parts of speech.
_POS: Final = (
    *("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM"),
    *("PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X", "SPACE"),
)
_NOUNS: Final = frozenset(symbols.IDS[name] for name in ("NOUN", "PROPN", "PRON"))
_NONE: Final[frozenset[int]] = frozenset()


def _labels(value: object, place: Place) -> frozenset[int]:
    """Read dependency labels, as ids of strings."""
    names = read_words(value, place)
    return frozenset(symbols.IDS.get(name) or hash_string(name) for name in names)


def _parts_of_speech(value: object, place: Place) -> frozenset[int]:
    """Read universal parts of speech, as ids of strings."""
    names = read_words(value, place)
    for name in names:
        if name not in _POS:
            hint = did_you_mean(name, _POS)
            raise place.error(f"{name!r} is not a part of speech", near=name, hint=hint)
    return frozenset(symbols.IDS[name] for name in names)


@frozen
class LabelsByPos:
    """Dependency labels, for each part of speech or for all.

    labels  of the parts of speech that `by_pos` does not have; None: any
    by_pos  labels of some parts of speech
    """

    labels: frozenset[int] | None
    by_pos: Mapping[int, frozenset[int]] = {}

    def of(self, pos: int) -> frozenset[int] | None:
        """Return the labels of a part of speech; None: any."""
        return self.by_pos.get(pos, self.labels)


def _labels_by_pos(value: object, place: Place, *, others: frozenset[int] | None) -> LabelsByPos:
    """Read labels, or a table with the labels of some parts of speech."""
    if not isinstance(value, dict):
        return LabelsByPos(_labels(value, place))
    by_pos = {}
    for name, labels in value.items():
        (pos,) = _parts_of_speech([name], place)
        by_pos[pos] = _labels(labels, place.at(name))
    return LabelsByPos(others, by_pos)


@frozen(kw_only=True)
class Words:
    """Words with one of some parts of speech, or with one of some labels."""

    pos: frozenset[int] = key(_parts_of_speech, default=_NONE)
    labels: frozenset[int] = key(_labels, default=_NONE)

    def include(self, label: int, pos: int) -> bool:
        """Return whether a word with this label and part of speech is one of them."""
        return pos in self.pos or label in self.labels

    def __bool__(self) -> bool:
        return bool(self.pos or self.labels)


@frozen(kw_only=True)
class Dependents:
    """Dependents of a noun that belong to its phrase.

    labels  their dependency labels; left out: any
    pos     their parts of speech; left out: any
    of      the parts of speech of nouns that have such dependents; left out: any
    """

    labels: frozenset[int] = key(_labels, default=_NONE)
    pos: frozenset[int] = key(_parts_of_speech, default=_NONE)
    of: frozenset[int] = key(_parts_of_speech, default=_NONE)

    def include(self, label: int, pos: int, noun: int) -> bool:
        """Return whether a word is such a dependent; `noun` is the part of speech of its head."""
        return (
            (not self.labels or label in self.labels)
            and (not self.pos or pos in self.pos)
            and (not self.of or noun in self.of)
        )


@frozen(kw_only=True)
class Before(Dependents):
    """Dependents before the noun.

    with_  whether the `subtree` below them belongs to the phrase too
    """

    with_: str = key(one_of("subtree"), default="")


@frozen(kw_only=True)
class After(Dependents):
    """Dependents after the noun.

    with_       what else belongs to the phrase: the `subtree` below them, `all` that depends on
                the noun, or the `dependents` that they would have if they were nouns
    not_across  words between the noun and the end of a dependent; neither this dependent nor
                those after it belong to the phrase then (with `with = "dependents"`)
    """

    with_: str = key(one_of("subtree", "all", "dependents"), default="")
    not_across: Words = key(table(Words), default=Words())

    @property
    def is_nested(self) -> bool:
        """Whether the dependents of dependents belong to the phrase, too."""
        return self.with_ == "dependents"


@frozen(kw_only=True)
class Drop:
    """Words at the borders of a phrase that are not part of it.

    first              parts of speech of the first word
    first_of_conjunct  the same, for the conjuncts of `conjuncts`
    last               parts of speech of the last word
    coordinator_of     labels of nouns; the first word and what depends on it
    """

    first: frozenset[int] = key(_parts_of_speech, default=_NONE)
    first_of_conjunct: frozenset[int] = key(_parts_of_speech, default=_NONE)
    last: frozenset[int] = key(_parts_of_speech, default=_NONE)
    coordinator_of: frozenset[int] = key(_labels, default=_NONE)


@frozen(kw_only=True)
class NounChunkRules(Table):
    """Which words make a noun phrase.

    Each phrase has a noun, and its other words depend on the noun. By default, it begins with the
    first word of the noun's subtree and ends with the noun.

    nouns      parts of speech of nouns
    roles      labels of nouns that have a phrase; left out: any
    under      parts of speech of heads; below such a head, a noun in any role has a phrase
    without    labels; a noun that has a dependent with such a label has no phrase
    conjuncts  labels; a noun with such a label has a phrase if the first conjunct, of any part of
               speech, has one of the roles, but it has no dependents after it
    conjuncts_of_phrases
               labels; a word of any part of speech with such a label has a phrase if its head has
    before     the phrase begins with the first of these dependents, or with the noun
    after      the phrase ends with the last of these dependents
    several    whether more than one dependent after the noun can belong to the phrase
    distant    whether other dependents can come between
    subtree    whether the phrase ends with the last word of the noun's subtree
    stops      the phrase ends before the last of these words and what depends on it, except
               that it can end with such a word
    drop       words at the borders that are not part of the phrase
    overlap    which one remains if two phrases overlap: the `first`, the `last`, or both: the
               second without what depends on the first noun (`rest`)
    clauses    parts of speech of heads of nouns; such a head and its dependents after it are not
               part of a later phrase (with `overlap = "rest"`)
    """

    nouns: frozenset[int] = key(_parts_of_speech, default=_NOUNS)
    roles: LabelsByPos = key(partial(_labels_by_pos, others=None), default=LabelsByPos(None))
    under: frozenset[int] = key(_parts_of_speech, default=_NONE)
    without: LabelsByPos | None = key(partial(_labels_by_pos, others=_NONE), default=None)
    conjuncts: frozenset[int] = key(_labels, default=_NONE)
    conjuncts_of_phrases: frozenset[int] = key(_labels, default=_NONE)
    before: Before | None = key(table(Before), default=None)
    after: list[After] = key(list_of(table(After)), default=())
    several: bool = key(read_flag, default=True)
    distant: bool = key(read_flag, default=True)
    subtree: bool = key(read_flag, default=False)
    stops: Words = key(table(Words), default=Words())
    drop: Drop = key(table(Drop), default=Drop())
    overlap: str = key(one_of("first", "last", "rest"), default="first")
    clauses: frozenset[int] = key(_parts_of_speech, default=_NONE)

    def check(self, place: Place) -> None:
        """Raise DataError for keys that have no effect with the others."""
        is_any_role = self.roles == LabelsByPos(None)
        is_nested = any(each.is_nested for each in self.after)
        for name, has_no_effect, where in (
            ("under", self.under and is_any_role, "without `roles`"),
            ("conjuncts", self.conjuncts and is_any_role, "without `roles`"),
            ("after", self.after and self.subtree, "with `subtree = true`"),
            ("several", not self.several and not self.after, "without `after`"),
            ("distant", not self.distant and not self.after, "without `after`"),
            ("stops", self.stops and not self.subtree, "without `subtree = true`"),
            ("clauses", self.clauses and self.overlap != "rest", 'without `overlap = "rest"`'),
        ):
            if has_no_effect:
                raise place.at(name).error(f"has no effect {where}")
        if self.drop.first_of_conjunct and not self.conjuncts:
            drop = place.at("drop").at("first_of_conjunct")
            raise drop.error("has no effect without `conjuncts`")
        if is_nested and not (len(self.after) == 1 and self.several and self.distant):
            raise place.at("after").error('`with = "dependents"` must be the only rule')
        for number, each in enumerate(self.after):
            if each.not_across and not each.is_nested:
                across = place.at("after").at(number).at("not_across")
                raise across.error('has no effect without `with = "dependents"`')

    def defaults(self) -> Makers:
        """Return `syntax_iterators`."""
        return {"syntax_iterators": lambda: {"noun_chunks": self.find}}

    def find(self, part: Doc | Span) -> Iterator[tuple[int, int, int]]:
        """Yield start, end and label of each noun phrase in a doc or span, in order.

        Raises TextError if there is no dependency parse.
        """
        # Imported here, because most pipelines never ask for noun phrases.
        from kernel_plugin_lang.noun_chunks.phrases import noun_chunks

        return noun_chunks(part, rules=self)
