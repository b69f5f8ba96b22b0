"""The tokenizer's file format: patterns and special cases as one MessagePack map."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from kernel.errors import ArgumentError, LoadError
from kernel.files import check_type, pack, unpack
from kernel_plugin_lang.affix_search import pattern_of
from kernel_plugin_lang.affixes import AffixRules

# Each function of the rules must be this method of a compiled pattern.
_METHODS: Final = {
    "prefix_search": "search",
    "suffix_search": "search",
    "infix_finditer": "finditer",
    "token_match": "match",
    "url_match": "match",
}
_WHAT: Final = "the tokenizer"
# All may be missing.
_FIELDS: Final = {
    **dict.fromkeys(_METHODS, str | None),
    "exceptions": dict[str, list[dict[Any, str]]] | None,
    "faster_heuristics": bool,
    "vocab": bytes,
}


def pack_rules(
    rules: AffixRules, special_cases: Mapping[str, Any], extra: Mapping[str, Any]
) -> bytes:
    """Return the rules, the special cases and the fields of `extra` as bytes.

    Raises ArgumentError for a rule that is not a method of a compiled pattern.
    """
    fields = {name: _source(name, getattr(rules, name)) for name in _METHODS}
    exceptions = {text: special_cases[text] for text in sorted(special_cases)}
    return pack({**fields, "exceptions": exceptions, **extra})


def unpack_rules(data: bytes) -> tuple[AffixRules, dict[str, Any], dict[str, Any]]:
    """Return the rules, the special cases and the other fields of `data`.

    Raises LoadError if `data` is damaged or a pattern in it does not compile.
    """
    fields = check_type(unpack(data, what=_WHAT), dict[str, Any], what=_WHAT)
    unknown = fields.keys() - _FIELDS.keys()
    if unknown:
        raise LoadError(f"{_WHAT} has an unknown field: {min(unknown)!r}")
    check_type(fields, {name: _FIELDS[name] for name in fields}, what=_WHAT)
    rules = {name: _function(name, fields.pop(name, None)) for name in _METHODS}
    return AffixRules(**rules), fields.pop("exceptions", None) or {}, fields


def _source(name: str, function: Callable[..., Any] | None) -> str | None:
    pattern, _ = pattern_of(function)
    if function is not None and pattern is None:
        raise ArgumentError(
            f"the tokenizer's `{name}` cannot be saved: it is {function!r}",
            hint=f"set it to the `{_METHODS[name]}` of a compiled regular expression",
        )
    return None if pattern is None else pattern.pattern


def _function(name: str, source: str | None) -> Callable[[str], Any] | None:
    if not source:
        return None
    try:
        function: Callable[[str], Any] = getattr(re.compile(source), _METHODS[name])
    except (re.error, TypeError) as error:
        raise LoadError(f"the tokenizer's `{name}` is not a regular expression: {error}") from error
    return function
