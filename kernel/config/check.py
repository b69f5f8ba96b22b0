"""All checks of a config, which run before any of its objects are created."""

from __future__ import annotations

import collections.abc
import inspect
import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from kernel.config.check_references import (
    initialize_signature,
    listener_problems,
    reference_problems,
    referred_paths,
)
from kernel.config.check_sources import SOURCE_KEYS, sourced_problems
from kernel.config.config import Config
from kernel.config.describe import describe_value, nearest, take_nearest
from kernel.config.interpolate import interpolate_leniently
from kernel.config.kinds import describe_type, options, strip
from kernel.config.lookup import LookupProblemError, find_factory, find_function
from kernel.config.merge import merge_trees
from kernel.config.place import Place
from kernel.config.score_weights import weight_problems
from kernel.config.sections import (
    OWN,
    of_another_plugin,
    section_problems,
    sections,
    unset_elsewhere,
    without_absent_vectors,
)
from kernel.config.signature import (
    FACTORY_CONTEXT,
    POSITIONAL,
    Parameter,
    Signature,
    argument_problems,
    signature_of,
    without,
)
from kernel.config.tree import (
    UNRESOLVED,
    Block,
    discard,
    function_of,
    is_block,
    is_given,
    lang_of,
    names_at,
    walk,
)
from kernel.errors import raise_problems
from kernel.problems import UNKNOWN, Origin, Path, Problem

_COMMENTED: Final = re.compile(r"\"[^\"]*\"\s+[#;].*", re.DOTALL)


def check(config: Mapping[str, Any], *, complete: bool = True) -> None:
    """Raise `ConfigError` with all problems of `config`; no function is called, no data is read.

    With `complete`, settings that have defaults must be there too; `fill` adds them.
    """
    raise_problems(find_problems(config, complete=complete))


def find_problems(config: Mapping[str, Any], *, complete: bool = True) -> list[Problem]:
    """Return all problems of `config`, each mistake once; see `check`."""
    raw = Config(config)
    tree, problems = interpolate_leniently(raw)
    referred = referred_paths(raw)
    if isinstance(tree.get("nlp"), Block):
        tree["nlp"] = without_absent_vectors(tree["nlp"])
    discard(tree, unset_elsewhere(tree))
    problems += _top_level_problems(tree, referred, complete)
    for name, section in tree.items():
        if isinstance(section, Block):
            problems += _section_problems(name, section, tree, referred, complete)
    problems += sourced_problems(tree)
    problems += listener_problems(tree)
    problems += reference_problems(tree)
    problems += weight_problems(tree, complete=complete)
    commented = list(_comment_problems(tree))
    spoiled = {problem.path for problem in commented}
    return _once([*commented, *(each for each in problems if each.path not in spoiled)])


def _comment_problems(tree: Block) -> Iterator[Problem]:
    """Yield each string that is followed by a comment, which is part of the value in a `.cfg`."""
    for path, value in walk(tree):
        if isinstance(value, str) and _COMMENTED.fullmatch(value):
            yield Place.of(tree, *path).problem(
                "a string in quotes, and more after it",
                received=describe_value(value),
                hint="a comment must be on a line of its own",
            )


def _top_level_problems(tree: Block, referred: set[Path], complete: bool) -> Iterator[Problem]:
    known = sections()
    missing = [name for name in known if not (is_given(tree, name) or known[name].is_optional)]
    required = [name for name in missing if name in OWN and name not in tree]
    allowed = {*known, *(path[0] for path in referred)}
    for name, section in tree.items():
        place = Place.of(tree, name)
        if name.startswith("@"):
            yield place.problem("a function block at the top level")
        elif name not in allowed:
            yield of_another_plugin(place) or _unknown_section(place, missing)
        elif section is not UNRESOLVED and not isinstance(section, Block):
            yield place.wrong_type(section, "a section")
    # A missing section has no line, but its file is known.
    files = [origin.path for origin in tree.origins.values() if origin.path is not None]
    end = Origin(layer="file", path=files[0]) if files else UNKNOWN
    for name in [name for name in required if name in missing] if complete else ():
        yield Place((name,), end).left_out("its defaults")


def _unknown_section(place: Place, missing: list[str]) -> Problem:
    """Return the problem of a section that is misspelled, in the wrong place, or not read."""
    name, known = place.path[0], sections()
    close = take_nearest(name, missing, known)
    if close is not None:
        return place.problem(f"there is no section [{name}]", suggestion=f"[{close}]")
    parents = [parent for parent in known if name in known[parent].settings]
    own = f"a section of your own is one that something refers to: `${{{name}.key}}`"
    return place.problem(
        f"nothing reads the section [{name}]",
        suggestion=f"[{parents[0]}.{name}]" if parents else None,
        hint=None if parents else own,
        is_unread=True,
    )


def _section_problems(
    name: str, values: Block, tree: Block, referred: set[Path], complete: bool
) -> Iterator[Problem]:
    section, place = sections().get(name), Place.of(tree, name)
    if name == "components":
        yield from _component_problems(values, tree, place, complete)
    elif section is None:
        is_read = name in {path[0] for path in referred}
        yield from block_problems(values, place, complete=complete and is_read)
    elif is_block(values):
        yield from block_problems(values, place, complete=complete)
    elif values or not section.is_optional:
        keys = {path[1] for path in referred if path[0] == name and len(path) > 1}
        yield from section_problems(values, section, place, complete=complete, referred=keys)
        for key, value in values.items():
            hint = getattr(section.settings.get(key, section.others), "hint", Any)
            at = place.inside(values, key)
            yield from block_problems(value, at, complete=complete, hint=hint)


def _component_problems(
    section: Block, tree: Block, place: Place, complete: bool
) -> Iterator[Problem]:
    lang, pipeline = lang_of(tree), names_at(tree, ("nlp", "pipeline"))
    for name, block in section.items():
        at = place.inside(section, name)
        if lookalike := _lookalike(name, section, pipeline):
            yield at.problem(f"`{name}` is not in the pipeline", suggestion=lookalike)
        unused = name not in pipeline and lookalike is None
        if unused and _is_unavailable(block, lang):
            message = f"`{name}` is not in the pipeline, and its factory is not available"
            yield at.problem(message, is_unread=True)
            continue
        yield from component_problems(block, at, lang=lang, complete=complete)


def _is_unavailable(block: Any, lang: str | None) -> bool:
    if not isinstance(block, Block) or not isinstance(block.get("factory"), str):
        return False
    try:
        find_factory(block, lang)
    except LookupProblemError:
        return True
    return False


def _lookalike(name: str, section: Block, pipeline: list[str]) -> str | None:
    """Return the component without a block that the block `name` was probably meant for."""
    if name in pipeline:
        return None
    wanted = {"factory", "source"}
    return nearest(name, [other for other in pipeline if not wanted & {*section.get(other, ())}])


def _once(problems: list[Problem]) -> list[Problem]:
    """Return `problems` without those that are repeated because of a variable.

    A wrong value is reported at its own place, not again at each variable that refers to it.
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


def block_problems(
    value: Any, place: Place, *, complete: bool, hint: Any = Any
) -> Iterator[Problem]:
    """Yield the problems of the function blocks in `value`, at any depth.

    `hint` is the type that the object created from `value` should have.
    """
    if is_block(value):
        yield from _function_problems(value, place, complete, hint)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from block_problems(inner, place.inside(value, key), complete=complete)
    elif isinstance(value, list):
        for inner in value:
            yield from block_problems(inner, place, complete=complete)


def _function_problems(
    block: Mapping[str, Any], place: Place, complete: bool, hint: Any
) -> Iterator[Problem]:
    try:
        signature = signature_of(find_function(block, place))
    except LookupProblemError as error:
        if function_of(block)[1] is not UNRESOLVED:
            yield error.problem
        yield from _inner_problems(block, place, None, complete)
        return
    yield from argument_problems(signature, block, place, complete=complete)
    yield from _clash_problems(block, signature, place, hint)
    yield from _inner_problems(block, place, signature, complete)


def _inner_problems(
    block: Mapping[str, Any], place: Place, signature: Signature | None, complete: bool
) -> Iterator[Problem]:
    parameters = signature.parameters if signature is not None else {}
    for key, value in block.items():
        hint = parameters[key].hint if key in parameters else Any
        if key == POSITIONAL or isinstance(value, Mapping | list):
            at = place.inside(block, key)
            yield from block_problems(value, at, complete=complete, hint=hint)


def _clash_problems(
    block: Mapping[str, Any], signature: Signature, place: Place, hint: Any
) -> Iterator[Problem]:
    kind, name = function_of(block)
    # A schedule may be used in place of a number.
    if kind != "schedules" and _clashes(signature.returns, hint):
        yield place.inside(block, f"@{kind}").problem(
            f"`{name}` makes something else than `{place.path[-1]}` wants",
            expected=describe_type(hint),
            received=f"a `{_base(signature.returns).__name__}`",
        )


def _clashes(made: Any, wanted: Any) -> bool:
    """Return whether an object of the type `made` can never be of the type `wanted`."""
    one = _base(made)
    if one is None:
        return False
    for option in options(wanted):
        other = _base(option)
        if other is None or issubclass(one, other) or issubclass(other, one):
            return False
    return True


def _base(hint: Any) -> Any:
    """Return the class that `hint` names; None if it does not name a class that can be compared."""
    hint = strip(hint)
    base = typing.get_origin(hint) or hint
    unsure = (object, type(None), collections.abc.Iterable, Any)
    if not inspect.isclass(base) or base in unsure or getattr(base, "_is_protocol", False):
        return None
    return base


def component_problems(
    block: Any, place: Place, *, lang: str | None, complete: bool
) -> Iterator[Problem]:
    """Yield the problems of the `block` of a component."""
    if block is UNRESOLVED:
        return
    if not isinstance(block, Block):
        yield place.wrong_type(block, "a section with `factory` or `source`")
    elif "factory" in block and "source" in block:
        message = "a component with both `factory` and `source`"
        hint = "`source` copies a trained component, `factory` creates a new one"
        yield place.inside(block, "source").problem(message, hint=hint)
    elif "factory" in block:
        yield from _factory_problems(block, place, lang, complete)
    elif "source" in block:
        yield from _source_problems(block, place)
    else:
        yield _neither(block, place)


def _factory_problems(
    block: Block, place: Place, lang: str | None, complete: bool
) -> Iterator[Problem]:
    settings = Block(
        {key: value for key, value in block.items() if key != "factory"}, block.origins
    )
    try:
        factory = find_factory(block, lang, place)
    except LookupProblemError as error:
        if block["factory"] is not UNRESOLVED:
            yield error.problem
        yield from _inner_problems(settings, place, None, complete)
        return
    signature = without(signature_of(getattr(factory, "func", factory)), FACTORY_CONTEXT)
    if complete:
        signature = _with_defaults(signature, getattr(factory, "default_config", {}))
    else:
        # Settings that are left out will be filled in, also the function of a nested block.
        settings = merge_trees(getattr(factory, "default_config", {}), settings)
    later = initialize_signature(factory)
    for problem in argument_problems(signature, settings, place, complete=complete):
        key = problem.path[-1]
        is_later = key in settings and key not in signature.parameters and key in later.parameters
        right = f"[initialize.components.{place.path[-1]}] {key}"
        yield attrs.evolve(problem, suggestion=right, hint=None) if is_later else problem
    yield from _inner_problems(settings, place, signature, complete)


def _with_defaults(signature: Signature, defaults: Mapping[str, Any]) -> Signature:
    parameters = {
        name: attrs.evolve(found, default=defaults[name]) if name in defaults else found
        for name, found in signature.parameters.items()
    }
    return attrs.evolve(signature, parameters=parameters)


def _source_problems(block: Block, place: Place) -> Iterator[Problem]:
    parameters = {key: Parameter(key, hint, None) for key, hint in SOURCE_KEYS.items()}
    # Other keys override settings of the component, which `sourced_problems` knows.
    signature = Signature(parameters, True, None, Any, "source")
    yield from argument_problems(signature, block, place)


def _neither(block: Block, place: Place) -> Problem:
    for key in block:
        close = nearest(key, ("factory", "source"), cutoff=0.75)  # `scorer` is not `source`
        if close is not None:
            message = f"`{key}` is not a setting of a component"
            return place.inside(block, key).problem(message, suggestion=close)
    return place.problem(
        "a component with neither `factory` nor `source`",
        hint="`factory` names the kind of component; `source` a pipeline to copy it from",
    )
