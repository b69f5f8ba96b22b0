"""What components ask of the examples that they are given."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from kernel.errors import WrongTypeError
from kernel.text import Example

_N_LOOKED_AT: Final = 10


def validate_examples(examples: Any, method: str) -> None:
    """Raise TextError unless `examples` are examples; `method` is the function that got them."""
    if not isinstance(examples, Iterable):
        raise WrongTypeError(f"{method} takes Examples, got a {type(examples).__name__}")
    other = {type(example).__name__ for example in examples if not isinstance(example, Example)}
    if other:
        raise WrongTypeError(
            f"{method} takes Examples, got {', '.join(sorted(other))}",
            hint="make them with `Example.from_dict(doc, annotations)`",
        )


def validate_get_examples(get_examples: Any, method: str) -> None:
    """Raise TextError unless `get_examples` is a function that returns examples.

    Checks the first ten; `method` is the function that was given it.
    """
    if not callable(get_examples):
        raise WrongTypeError(
            f"{method} takes a function that returns Examples, got a {type(get_examples).__name__}",
            hint="for a list, give `lambda: examples`",
        )
    first = list(islice(get_examples(), _N_LOOKED_AT))
    if not first:
        raise WrongTypeError(f"the function given to {method} returned no Examples")
    validate_examples(first, method)
