"""From the dicts of a pattern of the `DependencyMatcher` to a tree of nodes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from kernel.errors import did_you_mean
from kernel_plugin_rules.matcher.relations import RELATIONS
from kernel_plugin_rules.matcher.token_patterns import Compiler, Node, PatternProblem
from kernel_plugin_rules.matcher.validation import validate_token_pattern

_OF_FIRST: Final = ("RIGHT_ID", "RIGHT_ATTRS")
_OF_OTHERS: Final = ("LEFT_ID", "REL_OP", "RIGHT_ID", "RIGHT_ATTRS")


@frozen
class Branch:
    """A token of a pattern: its conditions, and its relation to an earlier token.

    left      the index of that token; 0 for the first token, which has no relation
    operator  the relation, "" for the first token
    """

    node: Node
    left: int
    operator: str


def branches(pattern: Any, compiler: Compiler, *, validate: bool) -> list[Branch]:
    """Return the tokens of a pattern, in order.

    Raises PatternProblem for a pattern that cannot be compiled. Keys without meaning are warned of.
    """
    if not isinstance(pattern, list):
        raise PatternProblem(None, f"the pattern is not a list of dicts, but {pattern!r:.80}")
    if not pattern:
        raise PatternProblem(None, "the pattern has no tokens")
    places: dict[str, int] = {}
    made = []
    for index, token in enumerate(pattern):
        try:
            made.append(_branch(index, token, places, compiler, validate=validate))
        except PatternProblem as problem:
            problem.token = index
            raise
    return made


def _branch(
    index: int, token: Any, places: dict[str, int], compiler: Compiler, *, validate: bool
) -> Branch:
    _check_keys(index, token)
    name = token["RIGHT_ID"]
    if not isinstance(name, str):
        raise PatternProblem("RIGHT_ID", f"expected a string, got {name!r}")
    if name in places:
        raise PatternProblem("RIGHT_ID", f"another token has the name {name!r}")
    left, operator = 0, ""
    if index > 0:
        left, operator = _relation(token, places)
    places[name] = index
    for problem in _problems(token["RIGHT_ATTRS"], validate=validate):
        raise PatternProblem("RIGHT_ATTRS", problem)
    try:
        (node,) = compiler.nodes([token["RIGHT_ATTRS"]])
    except PatternProblem as problem:
        raise PatternProblem(f"RIGHT_ATTRS.{problem.key}", problem.args[0]) from None
    return Branch(node, left, operator)


def _check_keys(index: int, token: Any) -> None:
    if not isinstance(token, Mapping):
        raise PatternProblem(None, f"expected a dict, got {token!r:.80}")
    expected = _OF_OTHERS if index > 0 else _OF_FIRST
    missing = [key for key in expected if key not in token]
    if missing:
        raise PatternProblem(missing[0], "this key is missing")
    extra = [key for key in token if key not in expected]
    if index == 0 and any(key in _OF_OTHERS for key in extra):
        raise PatternProblem(extra[0], "the first token has no relation to another one")
    if extra:
        names = ", ".join(f"`{key}`" for key in extra)
        known = ", ".join(expected)
        warnings.warn(f"token {index}: {names} has no meaning; there are: {known}", stacklevel=6)


def _relation(token: Mapping[str, Any], places: Mapping[str, int]) -> tuple[int, str]:
    left, operator = token["LEFT_ID"], token["REL_OP"]
    if left not in places:
        known = did_you_mean(str(left), places)
        raise PatternProblem("LEFT_ID", f"no earlier token {left!r}; {known}")
    if operator not in RELATIONS:
        known = ", ".join(RELATIONS)
        raise PatternProblem("REL_OP", f"no operator {operator!r}; there are: {known}")
    return places[left], operator


def _problems(attrs: Any, *, validate: bool) -> Iterator[str]:
    if not isinstance(attrs, Mapping):
        yield f"expected a dict, got {attrs!r:.80}"
        return
    for key in attrs:
        if isinstance(key, str) and key.upper() == "OP" and attrs[key] in {"?", "*", "+"}:
            yield f"the operator {attrs[key]!r} is not possible: a token stands for one token"
    if validate:
        yield from validate_token_pattern([attrs])
