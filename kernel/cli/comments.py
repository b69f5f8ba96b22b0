"""Comments for a config in TOML: what each value does, in the words of whoever reads it.

For the kernel's own sections they are the `help` of the settings; for a function block, the first
line of the function's docstring and the lines of it that are `argument   meaning`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from kernel.config.schema import SECTIONS
from kernel.config.toml_places import find_places
from kernel.errors import KernelError
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.config import Config

PATHS: Final = {
    "train": "the data to learn from",
    "dev": "the data for evaluation while training",
    "vectors": "pipeline or folder with word vectors",
    "init_tok2vec": "pretrained weights of tok2vec",
}
HEADERS: Final = {
    "paths": "Files, for other sections to refer to.",
    "components": "The components, each made by a factory.",
    "corpora": "Where the data comes from.",
}

Path = tuple[str, ...]


def add_comments(text: str, config: Config) -> str:
    """Return the TOML `text` of `config` with comments above its keys and sections."""
    notes = dict(_notes(config.interpolate(), ()))
    above: dict[int, str] = {}
    for place in find_places(text):
        if place.kind in {"key", "section"} and place.path in notes:
            above.setdefault(place.line, notes.pop(place.path))
    commented = []
    for number, line in enumerate(text.split("\n"), start=1):
        if number in above:
            commented.append(f"# {above[number]}")
        commented.append(line)
    return "\n".join(commented)


def _notes(block: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the path of each key that there is something to say about, and what."""
    helps = helps_of_block(block, path)
    for key, value in block.items():
        inner = (*path, key)
        if isinstance(value, Mapping):
            header = _header(value, inner) or helps.get(key)
            if header:
                yield inner, header
            yield from _notes(value, inner)
        elif key in helps:
            yield inner, helps[key]


def _header(block: Mapping[str, Any], path: Path) -> str | None:
    if len(path) == 1:
        section = SECTIONS.get(path[0])
        summary = (section.__doc__ or "").split(" Section ")[0] if section else None
        return summary or HEADERS.get(path[0])
    function = function_of_block(block)
    return _summary(function) if function is not None else None


def helps_of_block(block: Mapping[str, Any], path: Path) -> dict[str, str]:
    """Return what the keys of the block at `path` mean, as far as anything says so."""
    if path == ("paths",):
        return PATHS
    if len(path) == 1 and path[0] in SECTIONS:
        fields = attrs.fields(SECTIONS[path[0]])
        return {field.name: field.metadata["help"] for field in fields}
    function = function_of_block(block)
    return _argument_helps(function) if function is not None else {}


def function_of_block(block: Mapping[str, Any]) -> Any:
    """Return the function that the block is the call of; None if it is none or unknown."""
    names = [(key[1:], block[key]) for key in block if key.startswith("@")]
    if not names and isinstance(block.get("factory"), str):
        names = [("factories", block["factory"])]
    if len(names) != 1:
        return None
    try:
        found = registry.get(*names[0])
    except KernelError:
        return None
    return getattr(found, "func", found)


def _summary(function: Any) -> str | None:
    doc = inspect.getdoc(function)
    return doc.split("\n\n")[0].replace("\n", " ") if doc else None


def _argument_helps(function: Any) -> dict[str, str]:
    doc = inspect.getdoc(function) or ""
    rows = re.findall(r"^[ \t]*`{0,2}(\w+)`{0,2}[ \t]{2,}(\S.*)$", doc, re.MULTILINE)
    names = inspect.signature(function).parameters
    return {name: meaning for name, meaning in rows if name in names}
