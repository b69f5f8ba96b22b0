"""The columns of the console table, and the values of an evaluation in them."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from kernel import Language
from kernel.config import score_descriptions
from kernel.pipeline import is_trainable

MAX_NAME = 13


@frozen(kw_only=True)
class Columns:
    """The columns of the table of one run.

    losses   names of the components with a loss
    scores   names of the scores whose weight is not null, in the config's order
    titles   titles of scores, where they differ from the name
    """

    losses: tuple[str, ...]
    scores: tuple[str, ...]
    titles: Mapping[str, str] = field(factory=dict)
    names: tuple[str, ...] = field(init=False)
    widths: tuple[int, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        losses = [short_name(f"Loss {name}") for name in self.losses]
        scores = [short_name(self.titles.get(name, name)) for name in self.scores]
        names = ("E", "#", *losses, *scores, "SCORE")
        least = (3, 6, *(8 for _ in self.losses), *(6 for _ in self.scores), 6)
        widths = tuple(max(len(name), width) for name, width in zip(names, least, strict=True))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "widths", widths)

    def values(self, info: Mapping[str, Any]) -> list[str]:
        """Return the row of an evaluation; scores except `speed` are in per cent.

        A score that was not measured is "-".
        """
        losses = [f"{float(info['losses'].get(name, 0.0)):.2f}" for name in self.losses]
        scores = [self._score(name, info["other_scores"].get(name)) for name in self.scores]
        score = float(info["score"] or 0.0)
        return [str(info["epoch"]), str(info["step"]), *losses, *scores, f"{score:.2f}"]

    def line(self, values: list[str] | tuple[str, ...]) -> str:
        """Return values as one line of text, right-aligned in their columns."""
        cells = zip(values, self.widths, strict=True)
        return "  ".join(value.rjust(width) for value, width in cells)

    def _score(self, name: str, value: Any) -> str:
        if not isinstance(value, int | float):
            return "-"
        return f"{value:.2f}" if name == "speed" else f"{value * 100:.2f}"


def columns_of(nlp: Language) -> Columns:
    """Return the columns of a pipeline; disabled components have none."""
    config = nlp.config
    weights = config["training"]["score_weights"]
    described = score_descriptions(config)
    return Columns(
        losses=tuple(name for name, pipe in nlp.pipeline if is_trainable(pipe)),
        scores=tuple(name for name, weight in weights.items() if weight is not None),
        titles={name: score.title for name, score in described.items() if score.title},
    )


def short_name(name: str) -> str:
    """Return `name` in capitals, shortened to at most 13 characters."""
    return f"{name[: MAX_NAME - 3]}...".upper() if len(name) > MAX_NAME else name.upper()
