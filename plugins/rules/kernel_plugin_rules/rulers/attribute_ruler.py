"""The attribute ruler, which sets attributes of tokens that patterns match."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from kernel.errors import ArgumentError
from kernel.files import check_type, pack, unpack
from kernel.pipeline import Language
from kernel.text import Doc, DocBatch, Example, Vocab, attributes
from kernel_plugin_rules.batch_pipe import BatchPipe
from kernel_plugin_rules.matcher.errors import MatchPatternError
from kernel_plugin_rules.matcher.matcher import Matcher
from kernel_plugin_rules.matcher.token_patterns import Pattern
from kernel_plugin_rules.rulers.attribute_rules import AttributeRules, Rule
from kernel_plugin_rules.rulers.attribute_values import AttributeProblem, set_values
from kernel_plugin_rules.rulers.scorers import make_attribute_ruler_scorer

SCORER: Final = make_attribute_ruler_scorer()
_FILE: Final = "patterns"
# What a tag map says of a tag without features.
_NO_FEATURES: Final = "_"

TagMap = Mapping[str, Mapping[Any, Any]]
MorphRules = Mapping[str, Mapping[str, Mapping[Any, Any]]]


class AttributeRuler(BatchPipe):
    """Sets attributes of tokens: those of tags by a tag map, exceptions by patterns.

        ruler = nlp.add_pipe("attribute_ruler")
        ruler.add([[{"LOWER": "gon"}, {"LOWER": "na"}]], {"LEMMA": "go"}, index=0)

    All patterns are matched before anything is set. Where several set the same attribute of a
    token, the one that was added last decides. With `validate`, patterns are checked for keys and
    types.
    """

    def __init__(
        self,
        vocab: Vocab,
        name: str = "attribute_ruler",
        *,
        validate: bool = False,
        scorer: Any = SCORER,
    ) -> None:
        self.vocab = vocab
        self.name = name
        self.validate = validate
        self.scorer = scorer
        self.clear()

    def clear(self) -> None:
        """Remove all patterns."""
        self.matcher = Matcher(self.vocab, validate=self.validate)
        self._rules: list[Rule] = []
        self._compiled: AttributeRules | None = None

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]] | None = None,
        *,
        nlp: Language | None = None,
        patterns: Iterable[Mapping[str, Any]] | None = None,
        tag_map: TagMap | None = None,
        morph_rules: MorphRules | None = None,
    ) -> None:
        """Replace all patterns by those given; see `add_patterns` and `load_from_*`.

        They stay if one of those given is invalid.
        """
        with self._undone_if_invalid():
            self.clear()
            self.add_patterns(patterns or ())
            self.load_from_tag_map(tag_map or {})
            self.load_from_morph_rules(morph_rules or {})

    # Patterns

    @property
    def patterns(self) -> list[dict[str, Any]]:
        """All patterns, as `add_patterns` takes them."""
        return [
            {"patterns": rule.patterns, "attrs": rule.attrs, "index": rule.index}
            for rule in self._rules
        ]

    def add(self, patterns: Iterable[Pattern], attrs: Mapping[Any, Any], index: int = 0) -> None:
        """Set `attrs` for one token of each match of the patterns.

        `patterns` are patterns of the `Matcher`, `attrs` is a dict such as
        `{"POS": "VERB", "MORPH": "Tense=Past", "_": {"is_slang": True}}`. `index` is the token of
        the match, counted from the end if negative.

        Raises ArgumentError, which names the pattern by its number, for invalid patterns, unknown
        attributes and values that they cannot have.
        """
        number, given = len(self._rules), list(patterns)
        try:
            values = set_values(self.vocab, attrs)
        except AttributeProblem as problem:
            raise ArgumentError(f"pattern {number} of `{self.name}`, {problem}") from None
        if isinstance(index, bool) or not isinstance(index, int):
            raise ArgumentError(
                f"pattern {number} of `{self.name}`, `index`: expected a whole number, "
                f"got {index!r}"
            )
        rule = Rule(number=number, patterns=given, attrs=dict(attrs), index=index, values=values)
        try:
            self.matcher.add(rule.key, given)
        except MatchPatternError as error:
            raise MatchPatternError(f"{number} of {self.name}", error.problems) from None
        self._rules.append(rule)
        self._compiled = None

    def add_patterns(self, patterns: Iterable[Mapping[str, Any]]) -> None:
        """Add patterns, each a dict with `patterns`, `attrs` and maybe `index`; see `add`.

        Raises ArgumentError for another key, or a key that is missing; nothing is added then.
        """
        with self._undone_if_invalid():
            for entry in patterns:
                self._check_entry(entry)
                self.add(**entry)

    @contextmanager
    def _undone_if_invalid(self) -> Iterator[None]:
        """Restore the patterns if an exception leaves the block."""
        matcher, rules, n_rules = self.matcher, self._rules, len(self._rules)
        try:
            yield
        except BaseException:
            for rule in rules[n_rules:]:
                matcher.remove(rule.key)
            del rules[n_rules:]
            self.matcher, self._rules, self._compiled = matcher, rules, None
            raise

    def _check_entry(self, entry: Any) -> None:
        where = f"pattern {len(self._rules)} of `{self.name}`"
        if not isinstance(entry, Mapping):
            raise ArgumentError(f"{where}: expected a dict, got {entry!r:.80}")
        for key in entry.keys() - {"patterns", "attrs", "index"}:
            raise ArgumentError(f"{where}: unknown key {key!r}", hint=_KEYS_HINT)
        for key in ("patterns", "attrs"):
            if key not in entry:
                raise ArgumentError(f"{where} has no `{key}`", hint=_KEYS_HINT)

    def load_from_tag_map(self, tag_map: TagMap) -> None:
        """Add the entries of a tag map: `{"NNS": {"POS": "NOUN", "Number": "Plur"}}`.

        All other keys are morphological features; a tag without any sets MORPH to
        "_", no features.
        """
        with self._undone_if_invalid():
            for tag, entry in tag_map.items():
                attrs, features = self._split(entry, f"tag {tag!r} of the tag map")
                self.add([[{"TAG": tag}]], {**attrs, "MORPH": attrs.get("MORPH", features)})

    def load_from_morph_rules(self, morph_rules: MorphRules) -> None:
        """Add exceptions by tag and word: `{"VBP": {"am": {"POS": "AUX", "Person": "1"}}}`."""
        with self._undone_if_invalid():
            for tag, words in morph_rules.items():
                for word, entry in words.items():
                    self._add_exception(tag, word, entry)

    def _add_exception(self, tag: str, word: str, entry: Any) -> None:
        attrs, features = self._split(entry, f"word {word!r} of tag {tag!r} of the morph rules")
        if features != _NO_FEATURES:
            attrs = {**attrs, "MORPH": attrs.get("MORPH", features)}
        self.add([[{"ORTH": word, "TAG": tag}]], attrs)

    def _split(self, entry: Any, place: str) -> tuple[dict[Any, Any], str]:
        """Return the attributes of an entry, and its features as one string."""
        if not isinstance(entry, Mapping):
            raise ArgumentError(f"{place}: expected a dict, got {entry!r:.80}")
        attrs, features = {}, {}
        for key, value in entry.items():
            if key == "_" or key in _ATTRS:
                attrs[key] = value
            elif isinstance(key, str) and isinstance(value, str) and key.upper() not in _LOWERED:
                features[key] = value
            else:
                raise ArgumentError(
                    f"{place}: expected attributes in capitals, and features with strings, "
                    f"got {key!r}: {value!r:.80}"
                )
        morph = attrs.get("MORPH")
        if isinstance(morph, Mapping):
            attrs["MORPH"] = self.vocab.morphology.normalize_features(morph)
        return attrs, self.vocab.morphology.normalize_features(features)

    # Annotation

    def match(self, doc: Doc) -> list[tuple[int, int, int, int]]:
        """Return the matches in `doc`: number of the pattern, its id in the matcher, start, end."""
        if not self._has_patterns():
            return []
        matches = self.matcher(doc, allow_missing=True)
        number_of = self.vocab.strings.as_string
        return sorted((int(number_of(key)), key, start, end) for key, start, end in matches)

    def set_annotations(self, doc: Doc, matches: Sequence[tuple[int, int, int, int]]) -> None:
        """Set the attributes for matches that `match` returned.

        Raises ArgumentError if a match does not have the token that the pattern changes.
        """
        self._ready().write_matches(doc, [match[1:] for match in matches])

    def annotate(self, docs: DocBatch) -> None:
        """Set the attributes of all docs.

        Raises ArgumentError if a match does not have the token that its pattern changes.
        """
        if self._has_patterns():
            self._ready().annotate(docs)

    def _has_patterns(self) -> bool:
        if not self._rules:
            # Python shows equal warnings once.
            warnings.warn(f"`{self.name}` has no patterns, and changes nothing", stacklevel=4)
        return bool(self._rules)

    def _ready(self) -> AttributeRules:
        if self._compiled is None:
            self._compiled = AttributeRules(self.vocab, list(self._rules))
        return self._compiled

    # Storage

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        return {_FILE: lambda: pack(self.patterns)}

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        return {_FILE: self._load}

    def _load(self, data: bytes) -> None:
        what = f"the patterns of `{self.name}`"
        entries = check_type(unpack(data, what=what), list[dict[str, Any]], what=what)
        with self._undone_if_invalid():
            self.clear()
            self.add_patterns(entries)


_KEYS_HINT: Final = "a pattern has `patterns`, `attrs`, and maybe `index`"
_ATTRS: Final = frozenset(attributes.ATTR_NAMES.values())
# Names of attributes that are features of no treebank, so that another case is a mistake.
_LOWERED: Final = frozenset({"POS", "TAG", "LEMMA", "MORPH", "NORM", "DEP", "ENT_TYPE", "ENT_IOB"})
