"""From the dicts of a pattern to nodes: conditions on one token, and how often it may occur."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from attrs import frozen

from kernel.errors import did_you_mean
from kernel.text import (
    COLUMNS,
    UnknownKeyError,
    Vocab,
    attr_id,
    attributes,
    ent_iob,
)
from kernel_plugin_rules.matcher.levenshtein import FuzzyCompare
from kernel_plugin_rules.matcher.values import (
    COMPARISONS,
    AnyOf,
    Compared,
    Condition,
    Fuzzy,
    NoneOf,
    OneOf,
    Regex,
    Related,
    id_of,
)

Pattern: TypeAlias = Sequence[Mapping[Any, Any]]
# An attribute by its id, an extension attribute by its name.
Source: TypeAlias = int | str
# "1": exactly one; "!": exactly one that does not meet the conditions.
Quantifier: TypeAlias = Literal["1", "!", "?", "*"]

OPERATORS: Final = ("!", "?", "+", "*", "{n}", "{n,m}", "{n,}", "{,m}")
SET_PREDICATES: Final = ("IN", "NOT_IN", "IS_SUBSET", "IS_SUPERSET", "INTERSECTS")
TEXT_PREDICATES: Final = ("REGEX", "FUZZY", *(f"FUZZY{n}" for n in range(1, 10)))
KEYS: Final = (
    *("ORTH", "TEXT", "LOWER", "NORM", "LENGTH", "SHAPE", "LEMMA", "POS", "TAG", "MORPH", "DEP"),
    *("ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID", "SPACY", "SENT_START", "IS_SENT_START"),
    *("IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT"),
    *("IS_SPACE", "IS_BRACKET", "IS_QUOTE", "IS_LEFT_PUNCT", "IS_RIGHT_PUNCT", "IS_CURRENCY"),
    *("IS_STOP", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL", "OP", "_"),
)
# Annotation without which a pattern that gives a value of it can match nothing.
REQUIRABLE: Final = frozenset(
    (attributes.TAG, attributes.POS, attributes.MORPH, attributes.LEMMA, attributes.DEP)
)
_NOT_OF_TOKENS: Final = frozenset((attributes.CLUSTER, attributes.PROB))
_EXPANDED: Final[dict[str, list[Quantifier]]] = {
    "1": ["1"],
    "!": ["!"],
    "?": ["?"],
    "*": ["*"],
    "+": ["1", "*"],
}
_COUNTED: Final = re.compile(r"\{(\d+)\}|\{(\d*),(\d*)\}", re.ASCII)
_BOOLEAN: Final = frozenset((attributes.SENT_START, attributes.SPACY))
_NUMERIC: Final = frozenset(
    (attributes.LENGTH, attributes.ENT_IOB, attributes.HEAD, attributes.IDX, attributes.ID)
)


@frozen
class Node:
    """One token of a match, or any number of them.

    conditions  the attributes, each with the conditions on its value
    spec        the index of the dict in the pattern that the node was made from
    required    the attributes that must be annotated
    """

    conditions: tuple[tuple[Source, tuple[Condition, ...]], ...]
    quantifier: Quantifier
    spec: int
    required: frozenset[int]


class PatternProblem(Exception):  # noqa: N818 — becomes a line of MatchPatternError
    """What is wrong with a key, None if it is the dict itself; `token` is the dict's index."""

    def __init__(self, key: Any, message: str, token: int = 0) -> None:
        super().__init__(message)
        self.key = key
        self.token = token

    def __str__(self) -> str:
        key = "" if self.key is None else f", `{self.key}`"
        return f"token {self.token}{key}: {self.args[0]}"


class Compiler:
    """Makes nodes from patterns; `fuzzy_compare` compares the texts of FUZZY."""

    def __init__(self, vocab: Vocab, fuzzy_compare: FuzzyCompare) -> None:
        self._vocab = vocab
        self._fuzzy_compare = fuzzy_compare

    def nodes(self, pattern: Pattern) -> list[Node]:
        """Return the nodes of a pattern.

        Raises PatternProblem for the first dict that cannot be compiled.
        """
        made: list[Node] = []
        for index, spec in enumerate(pattern):
            try:
                made.extend(self._of_token(index, spec))
            except PatternProblem as problem:
                problem.token = index
                raise
        return made

    def _of_token(self, index: int, spec: Any) -> Iterator[Node]:
        if not isinstance(spec, Mapping):
            raise PatternProblem(None, f"expected a dict, got {spec!r}")
        conditions, required = self._conditions(spec)
        operator = next((spec[key] for key in spec if is_key(key, "OP")), "1")
        for quantifier in expand(operator):
            yield Node(conditions, quantifier, index, required)

    def _conditions(
        self, spec: Mapping[Any, Any]
    ) -> tuple[tuple[tuple[Source, tuple[Condition, ...]], ...], frozenset[int]]:
        found: dict[Source, list[Condition]] = {}
        required = set()
        for key, value in spec.items():
            if is_key(key, "OP"):
                continue
            if is_key(key, "_"):
                if not isinstance(value, Mapping):
                    raise PatternProblem(key, f"expected a dict of extensions, got {value!r}")
                for name, wanted in value.items():
                    found.setdefault(name, []).extend(self._of_extension(name, wanted))
                continue
            attr = token_attr(key)
            found.setdefault(attr, []).extend(self._of_attribute(key, attr, value))
            if attr in REQUIRABLE and not isinstance(value, Mapping):
                required.add(attr)
        conditions = tuple((source, tuple(each)) for source, each in found.items())
        return conditions, frozenset(required)

    def _of_attribute(self, key: Any, attr: int, value: Any) -> list[Condition]:
        if isinstance(value, Mapping):
            return self._predicates(key, attr, value)
        if attr == attributes.ENT_IOB and isinstance(value, str) and value in ent_iob.LETTERS:
            value = ent_iob.LETTERS.index(value)
        wanted = id_of(value)
        if wanted is None or wanted < 0:
            kinds = "a string, a number of at least 0, a bool or a dict of predicates"
            raise PatternProblem(key, f"expected {kinds}, got {value!r}")
        return [OneOf(frozenset((wanted,)))]

    def _of_extension(self, name: str, value: Any) -> list[Condition]:
        if isinstance(value, Mapping):
            return self._predicates(name, None, value)
        if isinstance(value, float):
            return [Compared("==", value)]
        wanted = id_of(value)
        if wanted is None:
            kinds = "a string, a number, a bool or a dict of predicates"
            raise PatternProblem(name, f"expected {kinds}, got {value!r}")
        return [OneOf(frozenset((wanted,)))]

    def _predicates(
        self, key: Any, attr: int | None, predicates: Mapping[Any, Any]
    ) -> list[Condition]:
        """Return the conditions of a dict; `attr` is None for an extension attribute."""
        found: list[Condition] = []
        for given, argument in predicates.items():
            name = str(given).upper()
            if name in TEXT_PREDICATES:
                if attr is not None and not has_strings(attr):
                    raise PatternProblem(key, f"{name} needs an attribute with strings")
                found.extend(self._of_texts(key, name, argument))
            elif name in COMPARISONS:
                if attr is not None and has_strings(attr):
                    raise PatternProblem(key, f"`{name}` compares numbers, not strings")
                found.append(Compared(name, argument))
            elif name in SET_PREDICATES:
                found.append(self._of_set(key, attr, name, argument))
            else:
                known = [*SET_PREDICATES, *TEXT_PREDICATES, *COMPARISONS]
                raise PatternProblem(key, f"no predicate `{given}`; {did_you_mean(name, known)}")
        return found

    def _of_set(self, key: Any, attr: int | None, name: str, argument: Any) -> Condition:
        values = _items(key, name, argument)
        if attr == attributes.MORPH:
            normal = self._vocab.morphology.normalize_features
            values = [normal(value) if isinstance(value, str) else value for value in values]
        ids = frozenset(number for number in map(id_of, values) if number is not None)
        if name == "IN":
            return OneOf(ids)
        return NoneOf(ids) if name == "NOT_IN" else Related(name, ids)  # type: ignore[arg-type]

    def _of_texts(self, key: Any, name: str, argument: Any) -> list[Condition]:
        if not isinstance(argument, Mapping):
            return [self._of_text(key, name, argument)]
        found: list[Condition] = []
        for set_name, texts in argument.items():
            upper = str(set_name).upper()
            if upper not in {"IN", "NOT_IN"}:
                raise PatternProblem(key, f"{name} takes a string, IN or NOT_IN, got `{set_name}`")
            each = tuple(self._of_text(key, name, text) for text in _items(key, upper, texts))
            found.append(AnyOf(each, negated=upper == "NOT_IN"))
        return found

    def _of_text(self, key: Any, name: str, text: Any) -> Condition:
        if not isinstance(text, str):
            raise PatternProblem(key, f"{name} needs a string, got {text!r}")
        if name != "REGEX":
            return Fuzzy(text, int(name.removeprefix("FUZZY") or -1), self._fuzzy_compare)
        try:
            return Regex(text)
        except re.error as error:
            raise PatternProblem(key, f"the regular expression {text!r}: {error}") from None


def _items(key: Any, name: str, argument: Any) -> list[Any]:
    if isinstance(argument, str | Mapping) or not isinstance(argument, Iterable):
        raise PatternProblem(key, f"{name} needs a list, got {argument!r}")
    return list(argument)


def is_key(key: Any, name: str) -> bool:
    """Return whether a key of a dict is this name, in any case."""
    return isinstance(key, str) and key.upper() == name


def token_attr(key: Any) -> int:
    """Return the id of the attribute that a key names; raises PatternProblem if there is none."""
    try:
        attr = attr_id(key)
    except (UnknownKeyError, TypeError, ValueError):
        hint = did_you_mean(str(key).upper(), KEYS, "see the list of keys in docs/matchers.md")
        raise PatternProblem(key, f"no such key; {hint}") from None
    if attr in _NOT_OF_TOKENS:
        raise PatternProblem(key, "tokens do not have this attribute")
    return attr


def has_strings(attr: int) -> bool:
    """Return whether the values of an attribute are ids of strings."""
    column = COLUMNS.of_attr(attr)
    if column is not None:
        return column.is_string
    return not (attr in attributes.FLAGS or attr in _NUMERIC or attr in _BOOLEAN)


def is_boolean(attr: int) -> bool:
    """Return whether an attribute is true or false."""
    return attr in attributes.FLAGS or attr in _BOOLEAN


def expand(operator: Any) -> list[Quantifier]:
    """Return the nodes that an operator stands for: `+` is one token, then any number.

    Raises PatternProblem for an unknown operator.
    """
    if not isinstance(operator, str):
        raise PatternProblem("OP", f"expected a string, got {operator!r}")
    if operator in _EXPANDED:
        return _EXPANDED[operator]
    counted = _COUNTED.fullmatch(operator)
    if counted is not None:
        exact, least, most = counted.groups()
        low = int(exact or least or 0)
        once: list[Quantifier] = ["1"] * low
        if exact:
            return once
        if least and not most:
            return [*once, "*"]
        if most and low <= int(most):
            optional: list[Quantifier] = ["?"] * (int(most) - low)
            return [*once, *optional]
    known = ", ".join(OPERATORS)
    raise PatternProblem("OP", f"no operator {operator!r}; there are: {known}, with n <= m")
