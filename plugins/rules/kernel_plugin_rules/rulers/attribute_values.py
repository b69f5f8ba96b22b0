"""What a pattern of the attribute ruler sets: the names of attributes and their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from kernel.errors import did_you_mean
from kernel.text import COLUMNS, Token, Vocab, attr_id, attr_name, attributes, symbols

NORM: Final = "norm"
# The values of columns with numbers.
_NUMBERS: Final = {"ent_iob": range(4), "sent_start": range(-1, 2)}
_SETTABLE: Final = ("TAG", "POS", "MORPH", "LEMMA", "NORM", "DEP", "ENT_TYPE", "ENT_IOB", "_")


class AttributeProblem(Exception):  # noqa: N818 — becomes a part of an ArgumentError
    """What is wrong with an attribute."""

    def __init__(self, name: Any, message: str) -> None:
        super().__init__(f"`{name}`: {message}")


@frozen
class SetValues:
    """The values that a pattern sets.

    columns     numbers and ids of strings, by the names of columns; "norm" is the norm
    extensions  values of extension attributes, by name
    """

    columns: dict[str, int]
    extensions: dict[str, Any]


def set_values(vocab: Vocab, attrs: Any) -> SetValues:
    """Return the values of a dict such as `{"POS": "NOUN", "_": {"is_name": True}}`.

    Strings are added to `vocab`. Raises AttributeProblem for an unknown attribute, or a value that
    it cannot have.
    """
    if not isinstance(attrs, Mapping):
        raise AttributeProblem("attrs", f"expected a dict of attributes, got {attrs!r:.80}")
    found = SetValues({}, {})
    for name, value in attrs.items():
        if name == "_":
            found.extensions.update(_extensions(value))
        else:
            column = _column(name)
            found.columns[column] = _value(vocab, name, column, value)
    return found


def _extensions(values: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(values, Mapping):
        raise AttributeProblem("_", f"expected a dict of extension attributes, got {values!r:.80}")
    for name, value in values.items():
        if not Token.has_extension(name):
            hint = did_you_mean(name, Token.extensions)
            raise AttributeProblem(name, f"tokens have no such extension attribute; {hint}")
        _, method, getter, setter = Token.get_extension(name)
        if method is not None or (getter is not None and setter is None):
            raise AttributeProblem(name, "this extension attribute cannot be set")
        yield name, value


def _column(name: Any) -> str:
    """Return the name of the column of an attribute."""
    try:
        attr = attr_id(name)
    except (KeyError, TypeError, ValueError):
        hint = did_you_mean(str(name).upper(), _SETTABLE)
        raise AttributeProblem(name, f"no such attribute; {hint}") from None
    if attr == attributes.NORM:
        return NORM
    column = COLUMNS.of_attr(attr)
    if column is None or column.kind == "token":
        known = ", ".join(_SETTABLE)
        raise AttributeProblem(name, f"{attr_name(attr)} cannot be set; there are: {known}")
    return column.name


def _value(vocab: Vocab, name: Any, column: str, value: Any) -> int:
    """Return a value as it stands in the column."""
    if column == "morph":
        return _features(vocab, name, value)
    if column == "pos" and isinstance(value, str):
        if value not in symbols.POS_IDS:
            hint = did_you_mean(value.upper(), filter(None, symbols.POS_IDS))
            raise AttributeProblem(name, f"no part of speech {value!r}; {hint}")
        return symbols.POS_IDS[value]
    if column == NORM or COLUMNS[column].is_string:
        return _string_id(vocab, name, column, value)
    allowed = _NUMBERS.get(column)
    if not isinstance(value, int) or (allowed is not None and value not in allowed):
        kind = "a whole number" if allowed is None else f"{allowed[0]} to {allowed[-1]}"
        raise AttributeProblem(name, f"expected {kind}, got {value!r:.80}")
    return int(value)


def _string_id(vocab: Vocab, name: Any, column: str, value: Any) -> int:
    if isinstance(value, str):
        return vocab.strings.add(value)
    known = symbols.POS_IDS.values() if column == "pos" else vocab.strings
    if not isinstance(value, int) or isinstance(value, bool) or value not in known:
        expected = "a string, or the id of one that is known"
        raise AttributeProblem(name, f"expected {expected}, got {value!r:.80}")
    return value


def _features(vocab: Vocab, name: Any, value: Any) -> int:
    for feature in value.split("|") if isinstance(value, str) else ():
        if feature not in {"", "_"} and feature.count("=") != 1:
            raise AttributeProblem(name, f"expected features such as Case=Nom, got {feature!r}")
    try:
        return vocab.morphology.add(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise AttributeProblem(name, f"expected features, got {value!r:.80}") from error
