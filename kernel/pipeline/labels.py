"""Labels that a component is given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.errors import WrongTypeError


def check_labels(labels: Any, name: str) -> list[str]:
    """Return a list of labels for the component `name`.

    Raises WrongTypeError if `labels` is not a list, or if one of them is not a string, or empty.
    """
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise WrongTypeError(f"the labels of `{name}` must be a list, got {labels!r:.80}")
    checked = list(labels)
    for label in checked:
        if not isinstance(label, str) or not label:
            raise WrongTypeError(f"a label of `{name}` must be a string, got {label!r:.80}")
    return checked
