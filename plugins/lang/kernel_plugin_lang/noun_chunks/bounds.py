"""Where the phrase of a noun begins and ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel_plugin_lang.noun_chunks.parse import Parse
    from kernel_plugin_lang.noun_chunks.rules import After, NounChunkRules


def find_firsts(nouns: Mapping[int, bool], parse: Parse, rules: NounChunkRules) -> list[int]:
    """Return the first word of the phrase of each noun."""
    before = rules.before
    if before is None:
        return [parse.left[noun] for noun in nouns]
    pos, dep = parse.pos, parse.dep
    firsts = {noun: noun for noun in nouns}
    # From right to left, so that the first dependent of a noun is seen last.
    for index in range(len(pos) - 1, -1, -1):
        noun = parse.head[index]
        if noun > index and noun in nouns and before.include(dep[index], pos[index], pos[noun]):
            firsts[noun] = parse.left[index] if before.with_ == "subtree" else index
    return list(firsts.values())


def find_lasts(nouns: Mapping[int, bool], parse: Parse, rules: NounChunkRules) -> list[int]:
    """Return the last word of the phrase of each noun."""
    if rules.subtree:
        return _before_stops(nouns, parse, rules)
    if not rules.after:
        return list(nouns)
    if rules.after[0].is_nested:
        lasts = _nested(parse, rules.after[0])
    else:
        lasts = _last_dependents(nouns, parse, rules)
    return [lasts.get(noun, noun) for noun in nouns]


def _before_stops(nouns: Mapping[int, bool], parse: Parse, rules: NounChunkRules) -> list[int]:
    """Return the last words of subtrees, or the word before what ends the phrase."""
    if not rules.stops:
        return [parse.right[noun] for noun in nouns]
    is_stop = map(rules.stops.include, parse.dep, parse.pos)
    # The last stop up to each word.
    stops = list(accumulate((index if stop else -1 for index, stop in enumerate(is_stop)), max))
    lasts = []
    for noun in nouns:
        last = parse.right[noun]
        # A phrase can end with a stop.
        stop = stops[last - 1] if last > noun else noun
        lasts.append(parse.left[stop] - 1 if stop > noun else last)
    return lasts


def _last_dependents(
    nouns: Mapping[int, bool], parse: Parse, rules: NounChunkRules
) -> dict[int, int]:
    """Return the last words of phrases that have dependents after their noun."""
    pos, dep = parse.pos, parse.dep
    lasts: dict[int, int] = {}
    complete: set[int] = set()
    for index, noun in enumerate(parse.head):
        # Conjuncts with the role of another word have no such dependents.
        if noun >= index or noun in complete or not nouns.get(noun):
            continue
        rule = _rule_for(dep[index], pos[index], pos[noun], rules.after)
        if rule is not None:
            reach = {"subtree": parse.right[index], "all": parse.right[noun]}
            lasts[noun] = reach.get(rule.with_, index)
        if not (rules.distant if rule is None else rules.several):
            complete.add(noun)
    return lasts


def _rule_for(label: int, pos: int, noun: int, rules: Iterable[After]) -> After | None:
    """Return the first rule for such a dependent, if there is one."""
    for rule in rules:
        if rule.include(label, pos, noun):
            return rule
    return None


def _nested(parse: Parse, after: After) -> dict[int, int]:
    """Return the last words of phrases, with the dependents of dependents after their nouns."""
    pos, dep = parse.pos, parse.dep
    n_borders = [0, *accumulate(map(after.not_across.include, dep, pos))]
    lasts: dict[int, int] = {}
    # From right to left: all that depends on a word after it has been seen before it.
    for index in range(len(pos) - 1, -1, -1):
        noun = parse.head[index]
        if noun >= index or not after.include(dep[index], pos[index], pos[noun]):
            continue
        last = lasts.get(index, index)
        if n_borders[last] > n_borders[noun]:
            # Neither this dependent nor one after it is reached.
            lasts.pop(noun, None)
        else:
            lasts.setdefault(noun, last)
    return lasts
