"""Names of spaCy that kernel does not have yet, but that programs import at their top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

LATER: Final[Mapping[str, tuple[str, ...]]] = {
    "displacy": (
        "parse_deps",
        "parse_ents",
        "parse_spans",
        "render",
        "serve",
        "set_render_wrapper",
    ),
    "kb": ("Candidate", "InMemoryLookupKB", "KnowledgeBase"),
    "pipeline": ("EntityLinker", "SpanCategorizer", "SpanFinder"),
}


def placeholder(name: str) -> type:
    """Return a class for the name `spacy.<name>` that cannot be called, but has no instances."""

    def refuse(cls: type, *args: Any, **kwargs: Any) -> Any:
        from kernel.errors import UnsupportedError
        from kernel.registry import missing_hint

        hint = missing_hint("modules", name) or missing_hint("modules", name.partition(".")[0])
        raise UnsupportedError(f"`spacy.{name}` is not available", hint=hint)

    return type(name.rpartition(".")[2], (), {"__new__": refuse, "__doc__": "Not in kernel yet."})
