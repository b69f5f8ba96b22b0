"""The words of a parse that are the noun of a phrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel_plugin_lang.noun_chunks.parse import Parse
    from kernel_plugin_lang.noun_chunks.rules import NounChunkRules


def find_nouns(parse: Parse, rules: NounChunkRules) -> dict[int, bool]:
    """Return the words that are the noun of a phrase, in order.

    Each with whether it is there for itself, not for the role of its first conjunct.
    """
    found = _in_roles(parse, rules)
    if rules.without is not None:
        for index, head in enumerate(parse.head):
            if head != index and parse.dep[index] in (rules.without.of(parse.pos[head]) or ()):
                found.pop(head, None)
    if rules.conjuncts_of_phrases:
        for index, label in enumerate(parse.dep):
            # The conjuncts of conjuncts have no phrase.
            if label in rules.conjuncts_of_phrases and found.get(parse.head[index]):
                found.setdefault(index, False)
        return dict.fromkeys(sorted(found), True)
    return found


def _in_roles(parse: Parse, rules: NounChunkRules) -> dict[int, bool]:
    """Return the nouns that have one of the roles, as `find_nouns` does."""
    dep, head = parse.dep, parse.head
    roles = {pos: rules.roles.of(pos) for pos in rules.nouns}
    found: dict[int, bool] = {}
    firsts: dict[int, int] = {}
    for index, pos in enumerate(parse.pos):
        if pos not in roles:
            continue
        its_roles = roles[pos]
        if its_roles is None or dep[index] in its_roles or parse.pos[head[index]] in rules.under:
            found[index] = True
        elif dep[index] in rules.conjuncts:
            first = _first_conjunct(head[index], parse, rules.conjuncts, firsts)
            if dep[first] in its_roles:
                found[index] = False
    return found


def _first_conjunct(
    index: int, parse: Parse, conjuncts: frozenset[int], known: dict[int, int]
) -> int:
    """Return the first conjunct to the left of a word, or the word itself.

    known  results so far, so that a long coordination is walked only once
    """
    walked = []
    while index not in known and parse.dep[index] in conjuncts and parse.head[index] < index:
        walked.append(index)
        index = parse.head[index]
    index = known.get(index, index)
    known.update(dict.fromkeys(walked, index))
    return index
