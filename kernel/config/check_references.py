"""Names in a config that refer to other parts of it: components, corpora, sections."""

from __future__ import annotations

import contextlib
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from kernel.config.describe import describe_value, nearest, nearest_path
from kernel.config.lookup import LookupProblemError, find_factory, find_function
from kernel.config.place import Place
from kernel.config.sections import sections
from kernel.config.signature import Signature, argument_problems, from_caller, signature_of
from kernel.config.tree import (
    get_at,
    is_block,
    is_given,
    lang_of,
    names_at,
    origin_at,
    origin_of,
    walk_blocks,
)
from kernel.errors import raise_problems
from kernel.names import find_name_problem
from kernel.registry import missing_hint, provider_hint, registry
from kernel.shared_layers import is_listener

if TYPE_CHECKING:
    from kernel.config.config import Config
    from kernel.problems import Path, Problem

_COMPONENT_LISTS: Final = (
    ("nlp", "disabled"),
    ("training", "frozen_components"),
    ("training", "annotating_components"),
)
# The learning rates of components; by convention, an argument of the optimizer.
LEARN_RATES: Final = ("training", "optimizer", "learn_rates")
_ANY: Final = "*"
_UPSTREAM: Final = "upstream"


def reference_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield every name of a component, a corpus or a language that does not exist."""
    yield from _language_problems(tree)
    found = get_at(tree, ("components",))
    blocks = found if isinstance(found, Mapping) else {}
    pipeline = names_at(tree, ("nlp", "pipeline"))
    yield from name_problems(tree)
    yield from _pipeline_problems(tree, pipeline, blocks)
    for path in _COMPONENT_LISTS:
        for name in names_at(tree, path):
            if name not in pipeline:
                yield _absent(tree, path, name, pipeline)
    yield from _learn_rate_problems(tree, pipeline)
    yield from _initialized_problems(tree, {*pipeline, *blocks})
    yield from _tokenizer_problems(tree)
    for setting in _naming("component"):
        yield from _component_problems(tree, setting, pipeline)
    for setting in _naming("object"):
        yield from _dotted_problems(tree, setting)


def _naming(what: str) -> list[Path]:
    """Return the paths of the settings that name something: a "component" or an "object"."""
    return [
        (name, key)
        for name, section in sections().items()
        for key, setting in section.settings.items()
        if setting.names == what
    ]


def _component_problems(
    tree: Mapping[str, Any], path: Path, pipeline: list[str]
) -> Iterator[Problem]:
    name = get_at(tree, path)
    if isinstance(name, str) and name not in pipeline:
        yield _absent(tree, path, name, pipeline)


def _absent(tree: Mapping[str, Any], path: Path, name: str, pipeline: list[str]) -> Problem:
    return Place.of(tree, *path).problem(
        f"`{name}` is not in the pipeline",
        suggestion=nearest(name, pipeline),
        hint=f"[nlp] pipeline has: {', '.join(pipeline) or 'nothing'}",
    )


def _learn_rate_problems(tree: Mapping[str, Any], pipeline: list[str]) -> Iterator[Problem]:
    """Yield each learning rate of a component that is absent or frozen."""
    frozen = names_at(tree, ("training", "frozen_components"))
    rates = get_at(tree, LEARN_RATES)
    for name in rates if isinstance(rates, Mapping) else ():
        if name not in pipeline:
            yield _absent(tree, (*LEARN_RATES, name), name, pipeline)
        elif name in frozen:
            yield Place.of(tree, *LEARN_RATES, name).problem(
                f"`{name}` has a learning rate, but is frozen",
                hint="remove it here, or from [training] frozen_components",
            )


def _language_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    lang = lang_of(tree)
    if lang is None or registry.languages.has(lang):
        return
    known = registry.languages.names()
    provider = provider_hint("languages", lang) or missing_hint("languages", lang)
    yield Place.of(tree, "nlp", "lang").problem(
        f"no installed plugin has the language `{lang}`",
        suggestion=None if provider else nearest(lang, known),
        hint=provider or f"there are: {', '.join(known) or 'none'}",
    )


def _pipeline_problems(
    tree: Mapping[str, Any], pipeline: list[str], blocks: Mapping[str, Any]
) -> Iterator[Problem]:
    for name in dict.fromkeys(pipeline):
        place = Place.of(tree, "nlp", "pipeline")
        if pipeline.count(name) > 1:
            yield place.problem(f"`{name}` is in the pipeline twice")
        if name not in blocks and find_name_problem(name) is None:
            unused = [other for other in blocks if other not in pipeline]
            close = nearest(name, unused) or nearest(name, blocks)
            yield place.problem(f"`{name}` has no section [components.{name}]", suggestion=close)


def check_component_names(tree: Mapping[str, Any]) -> None:
    """Raise `ConfigError` for each component whose name is not allowed."""
    raise_problems(name_problems(tree))


def name_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each name of a component that is not allowed; see `kernel.names`."""
    blocks = get_at(tree, ("components",))
    places = {
        **{name: ("components", name) for name in (blocks if isinstance(blocks, Mapping) else ())},
        **dict.fromkeys(names_at(tree, ("nlp", "pipeline")), ("nlp", "pipeline")),
    }
    for name, path in places.items():
        if reason := find_name_problem(name):
            message = f"{name!r:.120} cannot be the name of a component: {reason}"
            yield Place.of(tree, *path).problem(message)


def _initialized_problems(tree: Mapping[str, Any], names: set[str]) -> Iterator[Problem]:
    blocks = get_at(tree, ("initialize", "components"))
    for name, block in blocks.items() if isinstance(blocks, Mapping) else ():
        place = Place.of(tree, "initialize", "components", name)
        if name not in names:
            close = nearest(name, names)
            yield place.problem(f"there is no component `{name}`", suggestion=close)
        elif isinstance(block, Mapping):
            yield from _initialize_problems(tree, name, block, place)


def _initialize_problems(
    tree: Mapping[str, Any], name: str, block: Mapping[str, Any], place: Place
) -> Iterator[Problem]:
    """Yield wrong arguments of a component's `initialize`, if the factory declares its class."""
    component = get_at(tree, ("components", name))
    if not isinstance(component, Mapping) or "factory" not in component:
        return
    try:
        factory = find_factory(component, lang_of(tree))
    except LookupProblemError:
        return  # reported with the component
    yield from argument_problems(initialize_signature(factory), block, place)


def initialize_signature(factory: Any) -> Signature:
    """Return the settings of a component's `initialize`; any, if its class is not declared."""
    made = signature_of(getattr(factory, "func", factory)).returns
    method = getattr(typing.get_origin(made) or made, "initialize", None)
    if not callable(method):
        return Signature({}, True, None, Any, "initialize(...)")
    return from_caller(signature_of(method))


def _tokenizer_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield wrong arguments of the tokenizer's `initialize`, if its function declares its class."""
    settings, block = get_at(tree, ("initialize", "tokenizer")), get_at(tree, ("nlp", "tokenizer"))
    if not isinstance(settings, Mapping) or not settings or not is_block(block):
        return
    try:
        made = signature_of(find_function(block)).returns
    except LookupProblemError:
        return  # reported at its own place
    if typing.get_origin(made) is Callable:  # a function that returns the tokenizer
        made = typing.get_args(made)[-1]
    if not inspect.isclass(made) or made is Any:
        return
    place = Place.of(tree, "initialize", "tokenizer")
    if method := getattr(made, "initialize", None):
        yield from argument_problems(from_caller(signature_of(method)), settings, place)
        return
    message = f"a `{made.__name__}` has no settings to be initialized with"
    yield place.problem(message, hint="remove what is in this section")


def _dotted_problems(tree: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    name = get_at(tree, path)
    if not isinstance(name, str):
        return
    keys = tuple(name.split("."))
    if any(is_block(get_at(tree, keys[:depth])) for depth in range(1, len(keys))):
        return  # one function returns several corpora; their names are known once it is called
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
        # The setting has its default, so the name of the section is wrong.
        yield Place(fixed, origin_at(tree, fixed)).problem(
            f"[{path[0]}] {path[1]} asks for [{name}], which is not there", suggestion=f"[{name}]"
        )
        return
    yield Place.of(tree, *path).problem(
        f"`{name}` names no function block of this config",
        expected="the dotted name of a reader, such as `corpora.train`",
        received=describe_value(name),
        suggestion=found if found and found != name else None,
    )


def referred_paths(config: Config) -> set[Path]:
    """Return the paths that variables and dotted names in `config` refer to."""
    dotted = [get_at(config, path) for path in _naming("object")]
    names = [*config.variables, *(name for name in dotted if isinstance(name, str))]
    return {tuple(name.split(".")) for name in names}


def listener_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each layer that listens to a component that does not share, or comes later.

    A component copied from another pipeline is assumed to share.
    """
    sharing: list[str] = []
    for name in names_at(tree, ("nlp", "pipeline")):
        block = get_at(tree, ("components", name))
        if isinstance(block, Mapping):
            for path, listener in listeners_in(block, ("components", name)):
                yield from _listener_problems(Place(path), listener, sharing)
            if shares(block, lang_of(tree)):
                sharing.append(name)


def listeners_in(block: Any, path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield each block in `block` whose function is marked with `listens`, and its path."""
    for at, inner in walk_blocks(block, path):
        with contextlib.suppress(LookupProblemError):
            if is_listener(find_function(inner)):
                yield at, inner


def _listener_problems(
    place: Place, listener: Mapping[str, Any], sharing: list[str]
) -> Iterator[Problem]:
    upstream = upstream_of(listener)
    if not isinstance(upstream, str) or upstream in sharing or (upstream == _ANY and sharing):
        return
    name = place.path[1]
    message = f"this layer listens to `{upstream}`, which does not share, or not before `{name}`"
    if upstream == _ANY:
        message = f"this layer listens to a shared component, and none comes before `{name}`"
    key = _UPSTREAM if is_given(listener, _UPSTREAM) else "@architectures"
    yield Place((*place.path, _UPSTREAM), origin_of(listener, key)).problem(
        message,
        suggestion=nearest(upstream, sharing),
        hint=f"shared components before it: {', '.join(sharing) or 'none'}",
    )


def upstream_of(listener: Mapping[str, Any]) -> Any:
    """Return the name of the component that a listener's block names, or the default."""
    if _UPSTREAM in listener:
        return listener[_UPSTREAM]
    parameter = signature_of(find_function(listener)).parameters.get(_UPSTREAM)
    return _ANY if parameter is None or parameter.is_required else parameter.default


def shares(block: Mapping[str, Any], lang: str | None) -> bool:
    """Return whether a component has a shared output; one that is copied is assumed to have one."""
    if "factory" not in block:
        return "source" in block
    try:
        return bool(getattr(find_factory(block, lang), "shares", False))
    except LookupProblemError:
        return True  # reported already, by its name
