"""Small functions that pipelines and scripts share, under the names that spaCy has for them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from kernel.config import (
    combine_score_weights,
    load_config,
    load_config_from_str,
    resolve_dot_names,
)
from kernel.errors import KernelError, TextError
from kernel.pipeline import get_lang_class, ignore_error, minibatch, raise_error
from kernel.pipeline import load as load_model
from kernel.registry import registry
from kernel.text.attrs import ORTH, attr_id

if TYPE_CHECKING:
    from kernel.text import Span

__all__ = [
    "combine_score_weights",
    "compounding",
    "decaying",
    "dict_to_dot",
    "dot_to_dict",
    "explain",
    "filter_chain_spans",
    "filter_spans",
    "get_lang_class",
    "get_words_and_spaces",
    "ignore_error",
    "load_config",
    "load_config_from_str",
    "load_model",
    "minibatch",
    "raise_error",
    "registry",
    "resolve_dot_names",
    "to_ternary_int",
    "update_exc",
]

_GLOSSARY: Final = "kernel.Glossary.v1"
_CURLY: Final = "\N{RIGHT SINGLE QUOTATION MARK}"
Exceptions = Mapping[str, Sequence[Mapping[Any, Any]]]


def explain(term: str) -> str | None:
    """Return what a label, tag or part of speech means; warns, with None, if nobody knows.

    Raises RegistryError if no plugin has a glossary.
    """
    found: str | None = registry.misc.get(_GLOSSARY)().get(term)
    if found is None:
        warnings.warn(f"no explanation of {term!r} is known", stacklevel=2)
    return found


# Numbers


def compounding(start: float, stop: float, compound: float) -> Iterator[float]:
    """Yield numbers from `start` on, each `compound` times the last, as far as `stop`."""
    limit = max if start > stop else min
    value = float(start)
    while True:
        yield limit(value, stop)
        value *= compound


def decaying(start: float, stop: float, decay: float) -> Iterator[float]:
    """Yield `start` / (1 + `decay` * step), but nothing below `stop`."""
    step = 0
    while True:
        yield max(start / (1 + decay * step), stop)
        step += 1


def to_ternary_int(value: Any) -> int:
    """Return 1 for True and 1, 0 for None and 0, -1 for everything else."""
    if value is True or (value == 1 and value is not False):
        return 1
    return 0 if value is None or (value == 0 and value is not False) else -1


# Spans and words


def filter_spans(spans: Iterable[Span]) -> list[Span]:
    """Return spans of which no two overlap: the longest, of equals the first; in their order."""
    chosen: list[Span] = []
    taken: set[int] = set()
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        # What is longer was looked at before, so it cannot lie inside.
        if span.start not in taken and span.end - 1 not in taken:
            chosen.append(span)
            taken.update(range(span.start, span.end))
    return sorted(chosen, key=lambda span: span.start)


def filter_chain_spans(*spans: Iterable[Span]) -> list[Span]:
    """Return `filter_spans` of the spans of several lists."""
    return filter_spans([span for each in spans for span in each])


def get_words_and_spaces(words: Iterable[str], text: str) -> tuple[list[str], list[bool]]:
    """Return words that cover the text, whitespace as words of its own, and their spaces.

    Raises TextError if the words are not those of the text.
    """
    given = list(words)
    if "".join("".join(given).split()) != "".join(text.split()):
        raise TextError("the words are not those of the text", hint="only whitespace may differ")
    found: list[str] = []
    spaces: list[bool] = []
    position = 0
    for word in (word for word in given if not word.isspace()):
        start = text.index(word, position)
        if start > position:
            found.append(text[position:start])
            spaces.append(False)
        position = start + len(word)
        has_space = text[position : position + 1] == " "
        found.append(word)
        spaces.append(has_space)
        position += has_space
    if position < len(text):
        found.append(text[position:])
        spaces.append(False)
    return found, spaces


def update_exc(base_exceptions: Exceptions, *addition_dicts: Exceptions) -> dict[str, Any]:
    """Return tokenizer exceptions put together, with a curly apostrophe for each straight one.

    Raises TextError for one whose tokens do not make it up.
    """
    made: dict[str, Any] = dict(base_exceptions)
    for additions in addition_dicts:
        for text, tokens in additions.items():
            _check_exception(text, tokens)
        made.update(additions)
    curly = {text.replace("'", _CURLY): tokens for text, tokens in made.items() if "'" in text}
    return {**made, **{text: _curled(tokens) for text, tokens in curly.items()}}


def _check_exception(text: str, tokens: Sequence[Mapping[Any, Any]]) -> None:
    orths = [value for token in tokens for key, value in token.items() if attr_id(key) == ORTH]
    if not all(isinstance(orth, str) for orth in orths) or "".join(orths) != text:
        raise TextError(
            f"the exception {text!r} has other tokens: {orths!r}",
            hint="the ORTH values of its tokens, one after the other, are the text",
        )


def _curled(tokens: Sequence[Mapping[Any, Any]]) -> list[dict[Any, Any]]:
    return [
        {
            key: value.replace("'", _CURLY) if attr_id(key) == ORTH else value
            for key, value in token.items()
        }
        for token in tokens
    ]


# Nested dictionaries


def dot_to_dict(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"a": {"b": 1}} for {"a.b": 1}; raises KernelError if a value is in the way."""
    nested: dict[str, Any] = {}
    for path, value in values.items():
        *parents, last = path.split(".")
        place = nested
        for key in parents:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise KernelError(f"`{path}` lies below `{key}`, which has a value of its own")
        place[last] = dot_to_dict(value) if isinstance(value, dict) else value
    return nested


def dict_to_dot(nested: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"a.b": 1} for {"a": {"b": 1}}; empty dictionaries stay."""
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        if isinstance(value, Mapping) and value:
            flat.update({f"{key}.{rest}": inner for rest, inner in dict_to_dot(value).items()})
        else:
            flat[key] = value
    return flat
