"""Comments for a config in TOML: the meaning of each value, from the code that reads it.

For the kernel's own sections, this is the `help` of the settings. For the block of a
function, it is the first line of its docstring, and the lines of the form `argument   meaning`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from kernel.config.explain import function_at, helps_at
from kernel.config.sections import class_at
from kernel.config.signature import summary_of
from kernel.config.toml import find_positions

if TYPE_CHECKING:
    from kernel.config import Config, Values

NAMES: Final = {"factory": "the kind of component"}

Path = tuple[str, ...]


def add_comments(text: str, config: Config, remarks: Mapping[Path, str]) -> str:
    """Return the TOML `text` of `config` with comments above its keys and sections.

    `remarks` are additional lines for some of them, by their paths.
    """
    notes = dict(_notes(config.interpolate(), ()))
    above: dict[int, list[str]] = {}
    for position in find_positions(text):
        if position.kind in {"key", "section"}:
            lines = [notes.pop(position.path, ""), remarks.get(position.path, "")]
            above.setdefault(position.line, [f"# {line}" for line in lines if line])
    commented: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        commented += [*above.get(number, ()), line]
    return "\n".join(commented)


def _notes(config: Values, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the path of each key under `path` that has a comment, and the comment."""
    helps = helps_at(config, path)
    block: Any = config
    for key in path:
        block = block[key]
    for key, value in block.items():
        inner = (*path, key)
        if isinstance(value, Mapping):
            header = _header(config, inner) or helps.get(key)
            if header:
                yield inner, header
            yield from _notes(config, inner)
        elif key in helps:
            yield inner, helps[key]
        elif key in NAMES or key.startswith("@"):
            yield inner, NAMES.get(key) or f"the function, of the registry `{key[1:]}`"


def _header(config: Values, path: Path) -> str | None:
    described = class_at(path) or function_at(config, path)
    return summary_of(described) if described is not None else None
