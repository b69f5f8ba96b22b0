"""Everything that is wrong with a config, found before anything of it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.config.check_blocks import block_problems, component_problems
from kernel.config.check_references import (
    listener_problems,
    reference_problems,
    referred_keys,
    referred_sections,
)
from kernel.config.check_sources import sourced_problems
from kernel.config.config import Config
from kernel.config.describe import left_out, nearest, take_nearest, wrong_type
from kernel.config.interpolate import interpolate_leniently
from kernel.config.score_weights import weight_problems
from kernel.config.sections import (
    of_another_plugin,
    section_problems,
    sections,
    unset_elsewhere,
    without_absent_vectors,
)
from kernel.config.tree import UNRESOLVED, Block, discard, is_block, lang_of, names_at, origin_of
from kernel.errors import raise_problems
from kernel.problems import UNKNOWN, Origin, Problem


def check(config: Mapping[str, Any], *, complete: bool = True) -> None:
    """Raise `ConfigError` with all that is wrong with `config`; nothing is called, no data read.

    `complete` also asks for all keys that have defaults, which `fill` would add.
    """
    raise_problems(find_problems(config, complete=complete))


def find_problems(config: Mapping[str, Any], *, complete: bool = True) -> list[Problem]:
    """Return all that is wrong with `config`, each mistake once; see `check`."""
    raw = Config(config)
    tree, problems = interpolate_leniently(raw)
    if isinstance(tree.get("nlp"), Block):
        tree["nlp"] = without_absent_vectors(tree["nlp"])
    discard(tree, unset_elsewhere(tree))
    problems += _top_level_problems(tree, raw, complete)
    for name, section in tree.items():
        if isinstance(section, Block):
            problems += _section_problems(name, section, tree, raw, complete)
    problems += sourced_problems(tree)
    problems += listener_problems(tree)
    problems += reference_problems(tree)
    problems += weight_problems(tree, complete=complete)
    return _once(problems)


def _top_level_problems(tree: Block, raw: Config, complete: bool) -> Iterator[Problem]:
    known = sections()
    missing = [name for name in known if name not in tree and not known[name].is_optional]
    allowed = {*known, *referred_sections(raw)}
    for name, section in tree.items():
        origin = origin_of(tree, name)
        if name.startswith("@"):
            yield Problem(path=(name,), origin=origin, message="a function block at the top level")
        elif name not in allowed:
            close = take_nearest(name, missing, known)
            yield of_another_plugin((name,), origin) or _unknown_section(name, origin, close)
        elif section is not UNRESOLVED and not isinstance(section, Block):
            yield wrong_type((name,), origin, section, "a section")
    for name in missing if complete else ():
        yield left_out((name,), _end_of(tree), "its defaults")


def _unknown_section(name: str, origin: Origin, close: str | None) -> Problem:
    return Problem(
        path=(name,),
        origin=origin,
        message=f"there is no section [{name}]",
        suggestion=f"[{close}]" if close else None,
        hint=None
        if close
        else f"a section of your own is one that something refers to: `${{{name}.key}}`",
    )


def _end_of(tree: Block) -> Origin:
    # A section that is not there has no line; its file is known all the same.
    files = [origin.path for origin in tree.origins.values() if origin.path is not None]
    return Origin(layer="file", path=files[0]) if files else UNKNOWN


def _section_problems(
    name: str, values: Block, tree: Block, raw: Config, complete: bool
) -> Iterator[Problem]:
    section, origin = sections().get(name), origin_of(tree, name)
    if name == "components":
        yield from _component_problems(values, tree, complete)
    elif section is None or is_block(values):
        yield from block_problems(values, (name,), origin, complete=complete)
    elif values or not section.is_optional:
        yield from section_problems(
            values,
            section,
            (name,),
            origin,
            complete=complete,
            referred=referred_keys(raw, name),
        )
        for key, value in values.items():
            hint = getattr(section.settings.get(key, section.others), "hint", Any)
            at = origin_of(values, key)
            yield from block_problems(value, (name, key), at, complete=complete, hint=hint)


def _component_problems(section: Block, tree: Block, complete: bool) -> Iterator[Problem]:
    for name, block in section.items():
        if lookalike := _lookalike(name, section, names_at(tree, ("nlp", "pipeline"))):
            yield Problem(
                path=("components", name),
                origin=origin_of(section, name),
                message=f"`{name}` is not in the pipeline",
                suggestion=lookalike,
            )
        yield from component_problems(
            name,
            block,
            origin_of(section, name),
            lang=lang_of(tree),
            complete=complete,
        )


def _lookalike(name: str, section: Block, pipeline: list[str]) -> str | None:
    """Return the component of the pipeline that the block `name` was meant for, if it has none."""
    if name in pipeline:
        return None
    wanted = {"factory", "source"}
    return nearest(name, [other for other in pipeline if not wanted & {*section.get(other, ())}])


def _once(problems: list[Problem]) -> list[Problem]:
    """Return `problems` without those that a reference repeats.

    A section that two refer to has its faults once; a value that is wrong where it stands is
    not told again wherever a variable brings it.
    """
    faulty = {_spot(problem.origin) for problem in problems if problem.origin.source is None}
    seen: set[tuple[Any, ...]] = set()
    kept = []
    for problem in problems:
        root = problem.origin.chain()[-1]
        if problem.origin.source is not None and _spot(root) in faulty and root.line is not None:
            continue
        origin = problem.path if root.line is None else _spot(root)
        words = (origin, problem.path[-1:], problem.message, problem.received)
        if words not in seen:
            seen.add(words)
            kept.append(problem)
    return kept


def _spot(origin: Origin) -> tuple[str | None, int | None, int | None]:
    return origin.path, origin.line, origin.column
