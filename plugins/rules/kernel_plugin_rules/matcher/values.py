"""Conditions on one value of a token: an attribute, or an extension attribute.

A condition asks for the value in one of four forms:

id      a number; a string's id
text    a string
set     a set of ids: the features of MORPH, the items of a list; of other values, the value alone
number  the value as it is, to be compared with a number

A value that does not have the form meets no condition on it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, Protocol, TypeAlias

from attrs import field, frozen

from kernel.text import Morphology, StringStore, hash_string
from kernel_plugin_rules.matcher.levenshtein import FuzzyCompare

Form: TypeAlias = Literal["id", "text", "set", "number"]

COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
# Returns a value in one form; the strings of ids are looked up in the store.
Read: TypeAlias = Callable[[Any, Form, StringStore], Any]


class Condition(Protocol):
    """A condition; equal conditions are tested once."""

    @property
    def form(self) -> Form:
        """The form in which the value is needed."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value, in that form, meets the condition."""


@frozen
class OneOf:
    """The id is one of some."""

    ids: frozenset[int]
    form: Form = "id"

    def accepts(self, value: Any) -> bool:
        """Return whether the id is one of them."""
        return value in self.ids


@frozen
class NoneOf:
    """The id is none of some."""

    ids: frozenset[int]
    form: Form = "id"

    def accepts(self, value: Any) -> bool:
        """Return whether the id is none of them."""
        return value not in self.ids


@frozen
class Related:
    """The set of the value has a relation to another set."""

    relation: Literal["IS_SUBSET", "IS_SUPERSET", "INTERSECTS"]
    ids: frozenset[int]
    form: Form = "set"

    def accepts(self, value: Any) -> bool:
        """Return whether the relation holds."""
        if self.relation == "IS_SUBSET":
            return bool(value <= self.ids)
        if self.relation == "IS_SUPERSET":
            return bool(value >= self.ids)
        return not self.ids.isdisjoint(value)


@frozen
class Compared:
    """The number compares to another one."""

    sign: str
    number: Any
    form: Form = "number"

    def accepts(self, value: Any) -> bool:
        """Return whether the comparison holds; False if the two cannot be compared."""
        try:
            return bool(COMPARISONS[self.sign](value, self.number))
        except TypeError:
            return False


@frozen
class Regex:
    """A regular expression is found in the text."""

    pattern: str
    form: Form = "text"
    _search: Any = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_search", re.compile(self.pattern).search)

    def accepts(self, value: Any) -> bool:
        """Return whether the expression is found."""
        return self._search(value) is not None


@frozen
class Fuzzy:
    """The text is similar to another one; see `FuzzyCompare`."""

    text: str
    distance: int
    compare: FuzzyCompare
    form: Form = "text"

    def accepts(self, value: Any) -> bool:
        """Return whether the texts are similar."""
        return value == self.text or self.compare(value, self.text, self.distance)


@frozen
class AnyOf:
    """One of some conditions on the text is met, or none of them if `negated`."""

    conditions: tuple[Condition, ...]
    negated: bool
    form: Form = "text"

    def accepts(self, value: Any) -> bool:
        """Return whether one of the conditions is met."""
        return any(each.accepts(value) for each in self.conditions) is not self.negated


def read_attribute(value: int, form: Form, strings: StringStore) -> Any:
    """Return the value of an attribute, whose string is in `strings`, in one form."""
    if form == "text":
        return strings[value]
    return {value} if form == "set" else value


def read_morph(value: int, form: Form, strings: StringStore) -> Any:
    """Return a value of MORPH in one form; its set has features such as `Case=Nom`."""
    if form != "set":
        return read_attribute(value, form, strings)
    fields = Morphology.feats_to_dict(strings[value])
    return {
        hash_string(f"{field}={part}")
        for field, parts in fields.items()
        for part in parts.split(Morphology.VALUE_SEP)
    }


def read_extension(value: Any, form: Form, _: StringStore) -> Any:
    """Return the value of an extension attribute in one form, None if it does not have it."""
    if form == "number":
        return value
    if form == "text":
        return value if isinstance(value, str) else None
    if form == "id" or isinstance(value, str | int):
        known = id_of(value)
        return {known} if form == "set" and known is not None else known
    items = list(value) if isinstance(value, Iterable) else [None]
    return set(map(id_of, items)) if all(isinstance(item, str | int) for item in items) else None


def id_of(value: Any) -> int | None:
    """Return the id of a string, and a whole number as it is; None for anything else."""
    if isinstance(value, str):
        return hash_string(value)
    return int(value) if isinstance(value, int) else None
