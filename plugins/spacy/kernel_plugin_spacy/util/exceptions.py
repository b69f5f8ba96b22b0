"""Building tables of tokenizer exceptions, which map strings to their tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.errors import TextError
from kernel.text import ORTH, attr_id

_CURLY: Final = "\N{RIGHT SINGLE QUOTATION MARK}"
Exceptions = Mapping[str, Sequence[Mapping[Any, Any]]]


def update_exc(base_exceptions: Exceptions, *addition_dicts: Exceptions) -> dict[str, Any]:
    """Return `base_exceptions` updated with the additions.

    Each string with an apostrophe is added a second time with a curly one.

    Raises TextError if the tokens of a string do not join to it.
    """
    made: dict[str, Any] = dict(base_exceptions)
    for additions in addition_dicts:
        for text, tokens in additions.items():
            _check_exception(text, tokens)
        made.update(additions)
    return expand_exc(made, "'", _CURLY)


def expand_exc(excs: Exceptions, search: str, replace: str) -> dict[str, Any]:
    """Return `excs`, and for each string that contains `search` a copy with `replace` instead."""
    others = {
        text.replace(search, replace): _replaced(tokens, search, replace)
        for text, tokens in excs.items()
        if search in text
    }
    return {**excs, **others}


def _check_exception(text: str, tokens: Sequence[Mapping[Any, Any]]) -> None:
    orths = [value for token in tokens for key, value in token.items() if attr_id(key) == ORTH]
    if not all(isinstance(orth, str) for orth in orths) or "".join(orths) != text:
        raise TextError(
            f"the tokens of the exception {text!r} do not join to it: {orths!r}",
            hint="the ORTH values of the tokens, joined, must be the string",
        )


def _replaced(
    tokens: Sequence[Mapping[Any, Any]], search: str, replace: str
) -> list[dict[Any, Any]]:
    return [
        {
            key: value.replace(search, replace) if attr_id(key) == ORTH else value
            for key, value in token.items()
        }
        for token in tokens
    ]
