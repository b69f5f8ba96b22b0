"""From the sections that the kernel itself reads to typed settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from kernel.config.arguments import no_function
from kernel.config.config import Config
from kernel.config.describe import describe_value, nearest
from kernel.config.problems import Origin, Path, Problem, raise_problems
from kernel.config.resolve import resolve
from kernel.config.schema import SECTIONS, Range, section_defaults
from kernel.config.structure import structure
from kernel.config.tree import Block, is_block, origin_of
from kernel.config.type_problems import type_problems
from kernel.config.types import class_hints
from kernel.config.values import has_variable, whole_variable
from kernel.errors import ConfigError
from kernel.registry import canonical_name, registry


def resolve_section(config: Mapping[str, Any], name: str) -> Any:
    """Return the section `name` with everything in it made.

    `system`, `nlp`, `training`, `initialize` and `pretraining` come as the class of their
    name in `kernel.config.schema`, with defaults for what the config does not say; any other
    as a dict. Raises `ConfigError`.
    """
    tree = Config(config).interpolate()
    section = tree.get(name) or Block()
    cls = SECTIONS.get(name)
    if cls is None:
        return resolve(section, where=name)
    for key, default in section_defaults(cls).items():
        if key not in section:
            section.set(key, _default(tree, default), Origin(layer="default"))
    section = without_absent_vectors(section) if name == "nlp" else section
    raise_problems(section_problems(section, cls, (name,), tree.origin((name,))))
    return structure(resolve(section, where=name), cls)


def resolve_dot_names(config: Mapping[str, Any], names: Sequence[str | None]) -> list[Any]:
    """Return what the dotted `names` stand for; None stays None.

    The top-level section of a name is made once, however many names are in it. Raises
    `ConfigError` for a name that leads to nothing.
    """
    made: dict[str, Any] = {}
    return [None if name is None else _fetch(config, name, made) for name in names]


def _fetch(config: Mapping[str, Any], name: str, made: dict[str, Any]) -> Any:
    section, *keys = name.split(".")
    if section in config and section not in made:
        made[section] = resolve_section(config, section)
    value: Any = made
    for key in (section, *keys):
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif attrs.has(type(value)) and hasattr(value, key):
            value = getattr(value, key)
        else:
            raise ConfigError(
                f"`{name}` leads to nothing in the config",
                hint=_near(value, key),
            )
    return value


def _near(value: Any, key: str) -> str | None:
    close = nearest(key, value) if isinstance(value, Mapping) else None
    return f"did you mean `{close}`?" if close else None


def section_problems(
    section: Mapping[str, Any], cls: type, path: Path, origin: Origin, *, complete: bool = False
) -> Iterator[Problem]:
    """Yield what is wrong with a section of the class `cls`; `complete` also asks for defaults."""
    hints = class_hints(cls)
    fields = {field.name: field for field in attrs.fields(cls)}
    missing = [name for name in hints if name not in section]
    for key, value in section.items():
        at, own = (*path, key), origin_of(section, key)
        if key not in hints:
            close = nearest(key, missing) or nearest(key, hints)
            if close in missing:
                missing.remove(close)
            yield unknown_key(at, own, close)
            continue
        problems = list(_registry_problems(value, fields[key].metadata["registry"], at, own))
        problems = problems or list(type_problems(value, hints[key], at, own))
        yield from problems or _range_problems(value, fields[key].validator, at, own)
    for key in missing if complete else ():
        default = describe_value(fields[key].metadata["default"])
        yield Problem(
            path=(*path, key),
            origin=origin,
            message=f"`{key}` is missing",
            hint=f"run `kernel init fill-config` to add it with its default, {default}",
            is_left_out=True,
        )


def unknown_key(path: Path, origin: Origin, close: str | None) -> Problem:
    """Return the problem of a key that its section does not have."""
    return Problem(
        path=path,
        origin=origin,
        message=f"[{'.'.join(path[:-1])}] has no `{path[-1]}`",
        suggestion=close,
        hint=None if close else "remove it",
    )


def without_absent_vectors(section: Block) -> Block:
    """Return `[nlp]` with no vectors if it asks for the usual ones and no plugin has them.

    spaCy writes the block into every config, also of pipelines that have no vectors.
    """
    block = section.get("vectors")
    if not (isinstance(block, dict) and set(block) == {"@vectors"}):
        return section
    name = str(block["@vectors"])
    if canonical_name(name) != "kernel.Vectors.v1" or registry.vectors.has(name):
        return section
    changed = Block(section, section.origins)
    changed["vectors"] = None
    return changed


def _range_problems(value: Any, validator: Any, path: Path, origin: Origin) -> Iterator[Problem]:
    if isinstance(validator, Range) and not validator.holds(value):
        yield Problem(
            path=path,
            origin=origin,
            message="out of range",
            expected=f"a number {validator.words}",
            received=describe_value(value),
        )


def _registry_problems(
    value: Any, wanted: str | None, path: Path, origin: Origin
) -> Iterator[Problem]:
    if wanted is None or not isinstance(value, dict):
        return
    if not is_block(value):
        yield no_function(path, origin, value, wanted)
        return
    kind = next(key for key in value if key.startswith("@"))
    # `@misc` holds what fits no other registry, and may make anything.
    if kind not in (f"@{wanted}", "@misc") and registry.has(kind[1:], str(value[kind])):
        yield Problem(
            path=(*path, kind),
            origin=origin_of(value, kind),
            message="a function of the wrong kind",
            expected=f"one of the registry `{wanted}`",
            received=f'{kind} = "{value[kind]}"',
            suggestion=f"@{wanted}",
        )


def _default(tree: Config, default: Any) -> Any:
    if not has_variable(default):
        return default
    value: Any = tree
    for key in (whole_variable(default) or "").split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
