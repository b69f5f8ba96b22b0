"""Sections held against the classes that describe them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kernel.config.arguments import no_function
from kernel.config.describe import describe_value, nearest
from kernel.config.problems import Origin, Path, Problem
from kernel.config.sections import Section, elsewhere
from kernel.config.tree import UNRESOLVED, Block, is_block, origin_of
from kernel.config.type_problems import type_problems
from kernel.registry import canonical_name, registry

if TYPE_CHECKING:
    from kernel.config.settings import Range, Setting


def section_problems(
    values: Mapping[str, Any],
    section: Section,
    path: Path,
    origin: Origin,
    *,
    complete: bool = False,
    referred: Collection[str] = (),
) -> Iterator[Problem]:
    """Yield what is wrong with the `values` of a section at `path`.

    `complete` also asks for settings that have defaults. `referred` are the keys that
    variables name, and which may thus be a config's own.
    """
    missing = [name for name in section.settings if name not in values]
    for key, value in values.items():
        at, own = (*path, key), origin_of(values, key)
        setting = section.settings.get(key)
        if setting is None:
            close = _meant(key, section, missing, referred)
            if close in missing:
                missing.remove(close)
            if close or not section.allows(key, referred):
                yield unknown_key(at, own, close)
                continue
        yield from _value_problems(value, setting or section.others, at, own, complete)
    for key in missing if complete else ():
        default = describe_value(section.settings[key].default)
        yield left_out((*path, key), origin, f"its default, {default}")


def _meant(key: str, section: Section, missing: list[str], referred: Collection[str]) -> str | None:
    """Return the setting that the unknown `key` is probably a slip of."""
    if section.allows(key, referred):
        return None if key in referred else nearest(key, missing)
    return nearest(key, missing) or nearest(key, section.settings)


def _value_problems(
    value: Any, setting: Setting | None, path: Path, origin: Origin, complete: bool
) -> Iterator[Problem]:
    if setting is None or value is UNRESOLVED:
        return
    if setting.table is not None and isinstance(value, Block) and not is_block(value):
        table = Section(cls=setting.table)
        yield from section_problems(value, table, path, origin, complete=complete)
        return
    problems = list(_registry_problems(value, setting.registry, path, origin))
    problems = problems or list(type_problems(value, setting.hint, path, origin))
    yield from problems or _range_problems(value, setting.range, path, origin)


def left_out(path: Path, origin: Origin, what: str) -> Problem:
    """Return the problem of something that is not there, and which filling adds: `what`."""
    return Problem(
        path=path,
        origin=origin,
        message=f"`{path[-1]}` is missing",
        hint=f"run `kernel init fill-config` to add it with {what}",
        is_left_out=True,
    )


def unknown_key(path: Path, origin: Origin, close: str | None) -> Problem:
    """Return the problem of a key that its section does not have."""
    return of_another_plugin(path, origin) or Problem(
        path=path,
        origin=origin,
        message=f"[{'.'.join(path[:-1])}] has no `{path[-1]}`",
        suggestion=close,
        hint=None if close else "remove it",
    )


def of_another_plugin(path: Path, origin: Origin) -> Problem | None:
    """Return the problem of what is at `path` if a plugin that is not installed describes it."""
    distribution = elsewhere().get(path)
    if distribution is None:
        return None
    what = f"the section [{path[0]}]" if len(path) == 1 else f"`{path[-1]}`"
    return Problem(
        path=path,
        origin=origin,
        message=f"{what} needs the plugin `{distribution}`, which is not installed",
        hint=f"remove it, or pip install {distribution}",
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


def _range_problems(
    value: Any, allowed: Range | None, path: Path, origin: Origin
) -> Iterator[Problem]:
    if allowed is not None and not allowed.holds(value):
        yield Problem(
            path=path,
            origin=origin,
            message="out of range",
            expected=f"a number {allowed.words}",
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
