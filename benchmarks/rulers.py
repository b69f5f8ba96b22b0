"""`python -m benchmarks.rulers`: words per second of the components that annotate by rules.

The text and the patterns are those of the English Web Treebank. Both sides must annotate
the same number of entities, spans, lemmas and sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import matchers


def main(argv: Sequence[str] | None = None) -> None:
    """Run both sides in turn, and print a table."""
    matchers.main(argv, name="rulers", script="ruler_tasks.py", counted="annotations")


if __name__ == "__main__":
    main()
