"""What a component says of a score that it gives."""

from __future__ import annotations

from attrs import frozen


@frozen
class Score:
    """The description of a score: what it counts, how tables name it, and what it means.

    weight  its share of the training score; 0.0 to show it only, None to compute it only
    title   its name in tables, such as "NER F"; without one, the key of the score
    help    what it means, for the comments of a config
    per     for a score of several: what each of them is about, such as "type" or "label"
    listed  whether a complete config names it in `[training.score_weights]`

    A score that has neither a weight nor a title is not in the table of an evaluation.
    """

    weight: float | None = None
    title: str | None = None
    help: str | None = None
    per: str | None = None
    listed: bool = True
