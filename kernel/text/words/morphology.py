"""Morphological features. The id of an analysis is the id of its normalized string."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import TextError

if TYPE_CHECKING:
    from kernel.text.words.strings import StringStore

FEATURE_SEP: Final = "|"
FIELD_SEP: Final = "="
VALUE_SEP: Final = ","
EMPTY_MORPH: Final = "_"

Features = Mapping[str, str]


class Morphology:
    """Stores the morphological analyses of one vocabulary."""

    FEATURE_SEP: Final = FEATURE_SEP
    FIELD_SEP: Final = FIELD_SEP
    VALUE_SEP: Final = VALUE_SEP
    EMPTY_MORPH: Final = EMPTY_MORPH

    def __init__(self, strings: StringStore) -> None:
        self.strings: Final = strings
        # A cache: corpora have millions of tokens, but only hundreds of analyses.
        self._ids: dict[str, int] = {}

    def __len__(self) -> int:
        return len(set(self._ids.values()))

    def add(self, features: str | Features | int) -> int:
        """Add the normal form of an analysis to the strings, and return its id.

        Fields and values may be given by the ids of their strings.

        Raises TextError if `features` is neither features nor the id of an analysis.
        """
        if isinstance(features, str):
            known = self._ids.get(features)
            if known is None:
                known = self.strings.add(self.normalize_features(features))
                self._ids[features] = known
            return known
        if isinstance(features, Mapping):
            name = self.strings.as_string
            named = {name(field): name(values) for field, values in features.items()}
            return self.strings.add(self.normalize_features(named))
        if features in self.strings:
            return self.add(self.strings[features])
        raise TextError(f"expected morphological features or their id, got {features!r}")

    def get(self, morph: int) -> str:
        """Return the normal form with this id, "" for an unknown id."""
        return self.strings[morph] if morph in self.strings else ""  # noqa: SIM401 — no dict

    def normalize_features(self, features: str | Features) -> str:
        """Return the features sorted by field, values by name; `_` if there are none."""
        if isinstance(features, str):
            features = self.feats_to_dict(features)
        return self.dict_to_feats(features) or EMPTY_MORPH

    @staticmethod
    def feats_to_dict(feats: str, *, sort_values: bool = True) -> dict[str, str]:
        """Return the fields and values of a string such as `Case=Nom|Number=Sing`."""
        if not feats or feats == EMPTY_MORPH:
            return {}
        fields: dict[str, list[str]] = {}
        for feature in feats.split(FEATURE_SEP):
            field, separator, values = feature.partition(FIELD_SEP)
            # Some treebanks have remarks in this column; skip anything that is not a feature.
            if separator and FIELD_SEP not in values:
                fields[field] = values.split(VALUE_SEP)
        order = sorted if sort_values else list
        return {field: VALUE_SEP.join(order(values)) for field, values in fields.items()}

    @staticmethod
    def dict_to_feats(features: Features, *, sort_values: bool = True) -> str:
        """Return fields and values as one string, sorted by field; "" if there are none.

        Capitals sort first, unlike in treebanks, because `.spacy` files contain the hash of
        this string.
        """
        order = sorted if sort_values else list
        return FEATURE_SEP.join(
            f"{field}{FIELD_SEP}{VALUE_SEP.join(order(values.split(VALUE_SEP)))}"
            for field, values in sorted(features.items())
        )


class MorphAnalysis:
    """The features of one token."""

    __slots__ = ("_text", "key", "vocab")

    def __init__(self, vocab: Any, features: str | Features | int = "") -> None:
        self.vocab = vocab
        self.key: int = vocab.morphology.add(features)
        text: str = vocab.strings[self.key]
        self._text = "" if text == EMPTY_MORPH else text

    @classmethod
    def from_id(cls, vocab: Any, key: int) -> MorphAnalysis:
        """Return the analysis with this id; 0 is the analysis without features."""
        return cls(vocab, vocab.strings[key] if key else "")

    def __contains__(self, feature: object) -> bool:
        return feature in set(self)

    def __iter__(self) -> Iterator[str]:
        """Yield each value with its field: `A=B` and `A=C` of `A=B,C`."""
        for field, values in self.to_dict().items():
            for value in values.split(VALUE_SEP):
                yield f"{field}{FIELD_SEP}{value}"

    def __len__(self) -> int:
        """Return the number of values."""
        return sum(values.count(VALUE_SEP) + 1 for values in self.to_dict().values())

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return self._text

    def __hash__(self) -> int:
        return self.key

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            raise TextError(
                "cannot compare a morphological analysis with a string",
                hint="compare its str(), or its to_dict()",
            )
        return isinstance(other, MorphAnalysis) and self.key == other.key

    def get(self, field: str, default: list[str] | None = None) -> list[str]:
        """Return the values of a field, or `default` (an empty list) if it is missing."""
        values = self.to_dict().get(field)
        if values is None:
            return [] if default is None else default
        return values.split(VALUE_SEP)

    def to_json(self) -> str:
        """Return the features as one string."""
        return self._text

    def to_dict(self) -> dict[str, str]:
        """Return fields and values."""
        return Morphology.feats_to_dict(self._text)
