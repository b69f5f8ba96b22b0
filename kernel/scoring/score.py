"""The description of a score of a component."""

from __future__ import annotations

from attrs import frozen


@frozen
class Score:
    """The description of a score: its weight, its name in tables, and its meaning.

    weight  its weight in the training score; 0.0: only shown, None: only computed
    title   its name in tables, such as "NER F"; by default the key of the score
    help    its meaning, used in the comments of a config
    per     for a score with a value for each of several items: their kind, such as "type" or
            "label"
    listed  whether a filled config has it in `[training.score_weights]`

    A score with neither a weight nor a title is not shown in the table of an evaluation.
    """

    weight: float | None = None
    title: str | None = None
    help: str | None = None
    per: str | None = None
    listed: bool = True
