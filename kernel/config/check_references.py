"""Names in a config that refer to other parts of it: components, corpora, sections."""

from __future__ import annotations

import contextlib
import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from kernel.config.describe import describe_value, nearest, nearest_path
from kernel.config.lookup import LookupProblemError, find_factory, find_function
from kernel.config.sections import sections
from kernel.config.signature import argument_problems, from_caller, signature_of
from kernel.config.tree import (
    get_at,
    is_block,
    lang_of,
    names_at,
    origin_at,
    origin_of,
    walk_blocks,
)
from kernel.problems import Origin, Path, Problem
from kernel.registry import is_missing, registry
from kernel.shared_layers import is_listener

if TYPE_CHECKING:
    from kernel.config.config import Config

_COMPONENT_LISTS: Final = (
    ("nlp", "disabled"),
    ("training", "frozen_components"),
    ("training", "annotating_components"),
)
_DOTTED: Final = (
    ("training", "train_corpus"),
    ("training", "dev_corpus"),
)


def reference_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield every name of a component, a corpus or a language that leads to nothing."""
    yield from _language_problems(tree)
    blocks = get_at(tree, ("components",))
    blocks = blocks if isinstance(blocks, Mapping) else {}
    pipeline = names_at(tree, ("nlp", "pipeline"))
    yield from _pipeline_problems(tree, pipeline, blocks)
    for path in _COMPONENT_LISTS:
        origin = _place(tree, path)
        for name in names_at(tree, path):
            if name not in pipeline:
                yield _no_component(path, origin, name, pipeline)
    yield from _initialized_problems(tree, {*pipeline, *blocks})
    yield from _tokenizer_problems(tree)
    for path in _DOTTED:
        yield from _dotted_problems(tree, path)


def _language_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    lang = get_at(tree, ("nlp", "lang"))
    if not isinstance(lang, str) or registry.languages.has(lang):
        return
    known = registry.languages.names()
    is_known = is_missing("languages", lang)
    listed = f"there are: {', '.join(known)}"
    yield Problem(
        path=("nlp", "lang"),
        origin=_place(tree, ("nlp", "lang")),
        message=f"no installed plugin has the language `{lang}`",
        suggestion=None if is_known else nearest(lang, known),
        hint=f"kernel has no `{lang}` yet; {listed}" if is_known else listed,
    )


def _pipeline_problems(
    tree: Mapping[str, Any], pipeline: list[str], blocks: Mapping[str, Any]
) -> Iterator[Problem]:
    path = ("nlp", "pipeline")
    origin = _place(tree, path)
    for name in dict.fromkeys(pipeline):
        if pipeline.count(name) > 1:
            yield Problem(path=path, origin=origin, message=f"`{name}` is in the pipeline twice")
        if name not in blocks:
            yield Problem(
                path=path,
                origin=origin,
                message=f"`{name}` has no section [components.{name}]",
                suggestion=nearest(name, [other for other in blocks if other not in pipeline])
                or nearest(name, blocks),
            )


def _no_component(path: Path, origin: Origin, name: str, pipeline: Iterable[str]) -> Problem:
    return Problem(
        path=path,
        origin=origin,
        message=f"`{name}` is not in the pipeline",
        suggestion=nearest(name, pipeline),
        hint=f"[nlp] pipeline has: {', '.join(pipeline) or 'nothing'}",
    )


def _initialized_problems(tree: Mapping[str, Any], names: set[str]) -> Iterator[Problem]:
    blocks = get_at(tree, ("initialize", "components"))
    if not isinstance(blocks, Mapping):
        return
    for name, block in blocks.items():
        path, origin = ("initialize", "components", name), origin_of(blocks, name)
        if name not in names:
            yield Problem(
                path=path,
                origin=origin,
                message=f"there is no component `{name}`",
                suggestion=nearest(name, names),
            )
        elif isinstance(block, Mapping):
            yield from _initialize_problems(tree, name, block, path, origin)


def _initialize_problems(
    tree: Mapping[str, Any], name: str, block: Mapping[str, Any], path: Path, origin: Origin
) -> Iterator[Problem]:
    """Yield what a component's `initialize` does not take, if its factory says its class."""
    component = get_at(tree, ("components", name))
    if not isinstance(component, Mapping) or "factory" not in component:
        return
    try:
        factory = find_factory(component, (), get_at(tree, ("nlp", "lang")))
    except LookupProblemError:
        return  # reported with the component
    made = signature_of(getattr(factory, "func", factory)).returns
    method = getattr(typing.get_origin(made) or made, "initialize", None)
    if callable(method):
        signature = signature_of(method)
        yield from argument_problems(from_caller(signature), block, path, origin=origin)


def _tokenizer_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what the tokenizer's `initialize` does not take, if its maker says its class."""
    settings, block = get_at(tree, ("initialize", "tokenizer")), get_at(tree, ("nlp", "tokenizer"))
    if not isinstance(settings, Mapping) or not settings or not is_block(block):
        return
    try:
        made = signature_of(find_function(block, ())).returns
    except LookupProblemError:
        return  # reported where it stands
    if typing.get_origin(made) is Callable:  # a function that makes the tokenizer
        made = typing.get_args(made)[-1]
    if not inspect.isclass(made):
        return
    path = ("initialize", "tokenizer")
    if method := getattr(made, "initialize", None):
        signature = from_caller(signature_of(method))
        yield from argument_problems(signature, settings, path, origin=_place(tree, path))
        return
    yield Problem(
        path=path,
        origin=_place(tree, path),
        message=f"a `{made.__name__}` has no settings to be initialized with",
        hint="remove what is in this section",
    )


def _dotted_problems(tree: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    name = get_at(tree, path)
    if not isinstance(name, str):
        return
    keys = tuple(name.split("."))
    if any(is_block(get_at(tree, keys[:depth])) for depth in range(1, len(keys))):
        return  # one function makes several corpora; which ones is known when it is called
    fixed = nearest_path(tree, keys) or ()
    node = get_at(tree, fixed)
    if fixed == keys and is_block(node):
        return
    if fixed == keys and isinstance(node, Mapping):
        inner = [key for key, value in node.items() if is_block(value)]
        fixed = (*fixed, *inner[:1])
    found = ".".join(fixed)
    default = sections()[path[0]].settings[path[1]].default
    if name == default and found != name and is_block(node):
        # The setting says what it always says, so the slip is in the section.
        yield Problem(
            path=fixed,
            origin=origin_at(tree, fixed),
            message=f"[{path[0]}] {path[1]} asks for [{name}], which is not there",
            suggestion=f"[{name}]",
        )
        return
    yield Problem(
        path=path,
        origin=_place(tree, path),
        message=f"`{name}` names no function block of this config",
        expected="the dotted name of a reader, such as `corpora.train`",
        received=describe_value(name),
        suggestion=found if found and found != name else None,
    )


def referred_sections(config: Config) -> set[str]:
    """Return the top-level sections that something in `config` refers to."""
    dotted = [get_at(config, path) for path in _DOTTED]
    names = [*config.variables, *(name for name in dotted if isinstance(name, str))]
    return {name.split(".")[0] for name in names}


def referred_keys(config: Config, section: str) -> set[str]:
    """Return the keys of the top-level `section` that a variable in `config` names."""
    parts = [name.split(".") for name in config.variables]
    return {keys[1] for keys in parts if keys[0] == section and len(keys) > 1}


def _place(tree: Mapping[str, Any], path: Path) -> Origin:
    return origin_of(get_at(tree, path[:-1]), path[-1])


_ANY: Final = "*"
_UPSTREAM: Final = "upstream"


def listener_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each layer that listens to a component which does not come before, or shares nothing.

    A component copied from another pipeline may share: its own config was checked there.
    """
    sharing: list[str] = []
    for name in names_at(tree, ("nlp", "pipeline")):
        block = get_at(tree, ("components", name))
        if isinstance(block, Mapping):
            for path, listener in listeners_in(block, ("components", name)):
                yield from _problems(path, listener, sharing)
            if _shares(block, lang_of(tree)):
                sharing.append(name)


def listeners_in(block: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the path of each block in `block` whose function is marked with `listens`, and it."""
    for at, inner in walk_blocks(block, path):
        with contextlib.suppress(LookupProblemError):
            if is_listener(find_function(inner, at)):
                yield at, inner


def _problems(path: Path, listener: Mapping[str, Any], sharing: list[str]) -> Iterator[Problem]:
    upstream = listener.get(_UPSTREAM, _default_upstream(listener, path))
    if not isinstance(upstream, str) or upstream in sharing or (upstream == _ANY and sharing):
        return
    wanted = "a shared component" if upstream == _ANY else f"`{upstream}`"
    yield Problem(
        path=(*path, _UPSTREAM),
        origin=origin_of(listener, _UPSTREAM if _UPSTREAM in listener else "@architectures"),
        message=f"this layer listens to {wanted}, and none comes before `{path[1]}`"
        if upstream == _ANY
        else f"this layer listens to {wanted}, which does not share, or not before `{path[1]}`",
        suggestion=nearest(upstream, sharing),
        hint=f"shared components before it: {', '.join(sharing) or 'none'}",
    )


def _default_upstream(listener: Mapping[str, Any], path: Path) -> Any:
    parameter = inspect.signature(find_function(listener, path)).parameters.get(_UPSTREAM)
    return _ANY if parameter is None or parameter.default is parameter.empty else parameter.default


def _shares(block: Mapping[str, Any], lang: str | None) -> bool:
    if "factory" not in block:
        return "source" in block
    try:
        return bool(getattr(find_factory(block, (), lang), "shares", False))
    except LookupProblemError:
        return True  # reported already, by its name
