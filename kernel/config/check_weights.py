"""The weights of scores held against the scores that the components give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.config.fill import default_weights
from kernel.config.problems import Problem
from kernel.config.tree import Block, place_of
from kernel.config.words import describe_value, nearest


def weight_problems(tree: Mapping[str, Any], *, complete: bool) -> Iterator[Problem]:
    """Yield each key of `[training.score_weights]` that is a slip, and those that are missing.

    Other names may be there: a scorer of one's own gives scores that no component declares.
    """
    training = tree.get("training")
    own = training.get("score_weights") if isinstance(training, Block) else None
    if not isinstance(training, Block) or not isinstance(own, Mapping):
        return
    declared = {key: value for each in default_weights(tree) for key, value in each.items()}
    missing = [key for key in declared if key not in own]
    path = ("training", "score_weights")
    for key in own:
        close = nearest(key, missing) if key not in declared else None
        if close is not None:
            missing.remove(close)
            yield Problem(
                path=(*path, key),
                origin=place_of(own, key),
                message=f"no component of the pipeline gives a score `{key}`",
                suggestion=close,
            )
    for key in missing if complete else ():
        yield Problem(
            path=(*path, key),
            origin=place_of(training, "score_weights"),
            message=f"`{key}` is missing",
            hint="run `kernel init fill-config` to add it with its default, "
            f"{describe_value(declared[key])}",
            is_left_out=True,
        )
