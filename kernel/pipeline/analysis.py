"""What components set and need, and whether each finds what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kernel.pipeline.language import Language

KEYS: Final = ("assigns", "requires", "scores", "retokenizes")


def analyze_pipes(nlp: Language, keys: Sequence[str] = KEYS) -> dict[str, Any]:
    """Return what each enabled component says of itself, and what it needs but nobody sets.

    `summary` has the `keys` of each component, `problems` the attributes that no component
    before it assigns, `attrs` who assigns and who requires each attribute.
    """
    summary: dict[str, dict[str, Any]] = {}
    problems: dict[str, list[str]] = {}
    used: dict[str, dict[str, list[str]]] = {}
    for name in nlp.pipe_names:
        meta = nlp.get_pipe_meta(name)
        summary[name] = {key: _plain(getattr(meta, key)) for key in keys}
        problems[name] = [attr for attr in meta.requires if not used.get(attr, {}).get("assigns")]
        for key in ("assigns", "requires"):
            for attr in getattr(meta, key):
                used.setdefault(attr, {"assigns": [], "requires": []})[key].append(name)
    return {"summary": summary, "problems": problems, "attrs": used}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value
