"""The weight of each score in the final score: those of the config and of the components."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.config.describe import describe_value, take_nearest
from kernel.config.lookup import LookupProblemError, find_factory
from kernel.config.place import Place
from kernel.config.tree import Block, get_at, is_given, lang_of, names_at

if TYPE_CHECKING:
    from kernel.problems import Problem
    from kernel.scoring import Score


def combine_score_weights(
    weights: Sequence[Mapping[str, float | None]], overrides: Mapping[str, Any] | None = None
) -> dict[str, float | None]:
    """Return the weights of all components together, scaled so that they sum to 1.

    A later component wins over an earlier one, and `overrides` (the weights of the config) win over
    both. None (computed, not weighted) and 0 are not scaled. If `overrides` has all scores and
    sums to 1 after rounding, its weights are returned unchanged.
    """
    own = dict(overrides or {})
    combined: dict[str, float | None] = {}
    for each in weights:
        combined.update(each)
    combined = {**{key: own.get(key, value) for key, value in combined.items()}, **own}
    numbers = [value for value in combined.values() if value]
    total = sum(numbers)
    weighed = [value for value in combined.values() if value is not None]
    if total <= 0 or (combined.keys() == own.keys() and _sums_to_one(weighed)):
        return combined
    return {key: round(value / total, 2) if value else value for key, value in combined.items()}


def _sums_to_one(numbers: Sequence[float]) -> bool:
    # Rounding to two places changes each by at most 0.005. Scaling them again would change them, so
    # that filling a config twice would not give the same as filling it once.
    rounded = all(round(number, 2) == number for number in numbers)
    return rounded and abs(sum(numbers) - 1) <= 0.005 * len(numbers) + 1e-9


def default_weights(tree: Mapping[str, Any]) -> list[Mapping[str, float | None]]:
    """Return the score weights that each component in the pipeline of `tree` declares."""
    return [getattr(factory, "default_score_weights", {}) for factory in _factories(tree)]


def complete_weights(
    weights: Sequence[Mapping[str, float | None]], own: Mapping[str, Any]
) -> dict[str, float | None]:
    """Return the weights of a complete config: `own`, and those of the components, `weights`.

    If `own` weighs some scores, it weighs all: the weights of the others are zero.
    """
    if any(own.values()):
        weights = [
            {key: value if value is None else 0.0 for key, value in each.items()}
            for each in weights
        ]
    return combine_score_weights(weights, own)


def score_descriptions(config: Mapping[str, Any]) -> dict[str, Score]:
    """Return {name: description} of the scores of a config's pipeline, tokenization first.

    If two components describe the same score, the later component wins.
    """
    from kernel.scoring import TOKENIZATION  # imports numpy

    found: dict[str, Score] = dict(TOKENIZATION)
    for factory in _factories(config):
        found.update(getattr(factory, "scores", {}))
    return found


def _factories(tree: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the factory of each component in the pipeline whose factory can be found."""
    from kernel.config.check_sources import block_in_source  # reads configs

    lang = lang_of(tree)
    for name in names_at(tree, ("nlp", "pipeline")):
        block = get_at(tree, ("components", name))
        if isinstance(block, Mapping) and "factory" not in block:
            block = block_in_source(block, name)
        if isinstance(block, Mapping) and isinstance(block.get("factory"), str):
            with contextlib.suppress(LookupProblemError):
                yield find_factory(block, lang)


def weight_problems(tree: Mapping[str, Any], *, complete: bool) -> Iterator[Problem]:
    """Yield each key of `[training.score_weights]` that is misspelled, missing, or no number.

    Scores that evaluation computes need not be declared by a component, and unknown names are
    allowed: a user's own scorer may return any scores.
    """
    training = tree.get("training")
    own = training.get("score_weights") if isinstance(training, Block) else None
    if not isinstance(training, Block) or not isinstance(own, Mapping):
        return
    declared = {key: value for each in default_weights(tree) for key, value in each.items()}
    missing = [key for key in declared if not is_given(own, key)]
    place = Place.of(tree, "training", "score_weights")
    unknown = [key for key in own if key not in declared]
    described = score_descriptions(tree)
    computed = {*described, "speed"}
    for key in unknown:
        # A scorer of the user's own may return, say, `ents_count`.
        close = take_nearest(key, missing, cutoff=0.8) if key not in computed else None
        if close is not None:
            message = f"no component of the pipeline gives a score `{key}`"
            yield place.inside(own, key).problem(message, suggestion=close)
    for key, weight in own.items():
        if weight and key in described and described[key].per is not None:
            yield place.inside(own, key).problem(
                f"`{key}` is not a number: it has a value for each {described[key].per}",
                hint="set its weight to null",
            )
    for key in [key for key in missing if key not in own] if complete else ():
        default = 0.0 if declared[key] is not None and any(own.values()) else declared[key]
        yield place.lacking(key).left_out(f"its default, {describe_value(default)}")
