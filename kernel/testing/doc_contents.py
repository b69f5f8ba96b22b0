"""What a doc contains, for comparisons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.text import Doc


class _Cats(dict[str, float]):
    """Scores of categories that compare equal up to rounding errors."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, dict)
            and self.keys() == other.keys()
            and all(math.isclose(self[key], other[key], rel_tol=1e-4, abs_tol=1e-5) for key in self)
        )


def contents(doc: Doc) -> tuple[Any, ...]:
    """Return everything that components write; scores compare equal up to rounding errors."""
    columns = {name: column.tolist() for name, column in sorted(doc.annotations.items())}
    spans = {key: [(s.start, s.end, s.label) for s in group] for key, group in doc.spans.items()}
    return doc.text, columns, spans, _Cats(doc.cats)
