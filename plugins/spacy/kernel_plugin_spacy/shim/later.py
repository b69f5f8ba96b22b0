"""Names of spaCy that kernel does not have yet, but that programs import at their top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

LATER: Final[Mapping[str, tuple[str, ...]]] = {
    "cli": (
        "apply",
        "assemble",
        "debug_data",
        "find_threshold",
        "package",
        "project_assets",
        "project_clone",
        "project_run",
        "validate",
    ),
    "cli.project.assets": ("project_assets",),
    "cli.project.clone": ("project_clone",),
    "cli.project.run": ("project_run",),
    "cli.project": (),
    "displacy": (
        "DependencyRenderer",
        "EntityRenderer",
        "SpanRenderer",
        "get_doc_settings",
        "parse_deps",
        "parse_ents",
        "parse_spans",
        "render",
        "serve",
        "set_render_wrapper",
    ),
    "kb": ("Candidate", "InMemoryLookupKB", "KnowledgeBase", "get_candidates"),
    "ml.extract_spans": ("extract_spans",),
    "pipeline": ("EntityLinker", "SpanCategorizer", "SpanFinder"),
    "pipeline.spancat": ("spancat_score",),
    "util": ("find_available_port",),
}


def placeholder(name: str) -> type:
    """Return a class for the name `spacy.<name>`, which has no instances and cannot be called.

    A function gets one, too, so that it can be imported and used as a type.
    """

    def refuse(cls: type, *args: Any, **kwargs: Any) -> Any:
        from kernel.errors import UnsupportedError

        raise UnsupportedError(f"`spacy.{name}` is not available", hint=_hint(name))

    return type(name.rpartition(".")[2], (), {"__new__": refuse, "__doc__": "Not in kernel yet."})


def _hint(name: str) -> str | None:
    """Return which plugin will have the name, or the command of the same name."""
    from kernel.registry import missing_hint

    package, _, last = name.rpartition(".")
    return (
        missing_hint("modules", name)
        or missing_hint("modules", package.partition(".")[0])
        or missing_hint("commands", last.partition("_")[0])
        or missing_hint("commands", last.replace("_", " "))
        or missing_hint("commands", last.replace("_", "-"))
        or missing_hint("layers", f"spacy.{last}.v1")
    )
