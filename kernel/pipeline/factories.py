"""Factories: functions that create components, with a description of the component."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn

from attrs import field, frozen

from kernel.errors import ArgumentError, RegistryError, UnsupportedError, WrongTypeError
from kernel.registry import registry
from kernel.scoring import Score

if TYPE_CHECKING:
    from kernel.pipeline.language import Language
    from kernel.text import Doc

ComponentFunc = Callable[..., Any]


@frozen(kw_only=True)
class Factory:
    """Creates a component: `func` takes `nlp`, `name` and the settings of the config block.

    `default_config` holds the defaults of the settings, `scores` the scores of the component by
    name. `assigns` and `requires` are attribute paths such as `doc.ents` or `token.tag`. `shares`
    is true if the component computes a shared output for listeners (the protocol `Sharing`).
    """

    name: str
    func: ComponentFunc
    default_config: Mapping[str, Any] = field(factory=dict)
    assigns: Sequence[str] = ()
    requires: Sequence[str] = ()
    retokenizes: bool = False
    shares: bool = False
    scores: Mapping[str, Score] = field(factory=dict)

    @property
    def factory(self) -> str:
        """The name, under the key of spaCy's factory metadata."""
        return self.name

    @property
    def default_score_weights(self) -> dict[str, float | None]:
        """The weight of each listed score in the training score (None: computed, not weighted)."""
        return {name: score.weight for name, score in self.scores.items() if score.listed}

    def __call__(self, *args: Any, **settings: Any) -> Any:
        """Create a component."""
        return self.func(*args, **settings)


def factory(
    name: str,
    *,
    default_config: Mapping[str, Any] | None = None,
    assigns: Sequence[str] = (),
    requires: Sequence[str] = (),
    retokenizes: bool = False,
    shares: bool = False,
    scores: Mapping[str, Score] | None = None,
    default_score_weights: Mapping[str, float | None] | None = None,
) -> Callable[[ComponentFunc], Factory]:
    """Return a decorator that turns a function of `nlp`, `name` and settings into a `Factory`.

    The factory is not registered: a plugin declares it as an entry point of the group
    `kernel_factories`. `Language.factory` takes the same arguments and registers the factory.

    `default_score_weights` is a short form of `scores` that gives only their weights.
    """
    weighted = {key: Score(weight) for key, weight in (default_score_weights or {}).items()}

    def decorate(func: ComponentFunc) -> Factory:
        return Factory(
            name=name,
            func=func,
            default_config=dict(default_config or {}),
            assigns=tuple(assigns),
            requires=tuple(requires),
            retokenizes=retokenizes,
            shares=shares,
            scores={**weighted, **(scores or {})},
        )

    return decorate


def qualified_name(name: str, lang: str | None) -> str:
    """Return the name of a factory of one language; raises `ArgumentError` if `name` has a dot."""
    if "." in name:
        raise ArgumentError(f"dots are not permitted in the name of a factory: {name!r}")
    return name if lang is None else f"{lang}.{name}"


def get_factory(name: str, lang: str | None) -> Factory:
    """Return the factory `name`, or the one of the language `lang` if it has its own.

    Raises `RegistryError` for an unknown name, or a function that is not a `Factory`.
    """
    own = f"{lang}.{name}"
    found = registry.factories.get(own if registry.factories.has(own) else name)
    if not isinstance(found, Factory):
        raise RegistryError(
            f"`{name}` in the registry `factories` is not a component factory: "
            f"{type(found).__name__}",
            hint="decorate the function with `kernel.factory`",
        )
    return found


def from_function(name: str, func: Callable[[Any], Any], **described: Any) -> Factory:
    """Return a factory that creates the component `func`, a function from a Doc to a Doc."""

    def make(nlp: Any, name: str) -> Callable[[Any], Any]:
        return func

    # Where the function is defined, or the class of an object that can be called.
    source = func if hasattr(func, "__qualname__") else type(func)
    make.__module__, make.__qualname__ = source.__module__, source.__qualname__
    make.__doc__ = source.__doc__
    return factory(name, **described)(make)


def register_factory(
    cls: type[Language],
    /,
    name: str,
    *,
    default_config: Mapping[str, Any] | None = None,
    assigns: Sequence[str] = (),
    requires: Sequence[str] = (),
    retokenizes: bool = False,
    default_score_weights: Mapping[str, float | None] | None = None,
    func: ComponentFunc | None = None,
    shares: bool = False,
    scores: Mapping[str, Score] | None = None,
) -> Any:
    """Register a component factory; takes the arguments of `kernel.factory`.

    If called on the class of a language, the factory is registered for that language only. Raises
    `ArgumentError` for a function without the parameters `nlp` and `name`.
    """
    full_name = _checked_name(name, cls.lang, "factory")
    if default_config is not None and not isinstance(default_config, Mapping):
        raise WrongTypeError(
            f"`default_config` of `{name}` must be a dict, got a {type(default_config).__name__}"
        )

    def register(function: ComponentFunc) -> ComponentFunc:
        _check_parameters(name, function)
        describe = factory(
            name,
            default_config=default_config,
            assigns=assigns,
            requires=requires,
            retokenizes=retokenizes,
            shares=shares,
            scores=scores,
            default_score_weights=default_score_weights,
        )
        registry.factories.register(full_name)(describe(function))
        return function

    return register(func) if func is not None else register


def register_component(
    cls: type[Language],
    /,
    name: str | None = None,
    *,
    assigns: Sequence[str] = (),
    requires: Sequence[str] = (),
    retokenizes: bool = False,
    func: Callable[[Doc], Doc] | None = None,
) -> Any:
    """Register a function from a Doc to a Doc, or an object that can be called, as a component.

    The default of `name` is the function's name. The other arguments are those of `kernel.factory`.
    Raises `WrongTypeError` for a class.
    """
    if name is not None:
        _checked_name(name, cls.lang, "component")

    def register(function: Callable[[Doc], Doc]) -> Callable[[Doc], Doc]:
        if isinstance(function, type) or not callable(function):
            raise WrongTypeError(
                f"a component is a function from a Doc to a Doc, got {function!r}",
                hint="register a class with `@Language.factory`",
            )
        own_name = name or function.__name__
        full_name = qualified_name(own_name, cls.lang)
        made = from_function(
            own_name, function, assigns=assigns, requires=requires, retokenizes=retokenizes
        )
        registry.factories.register(full_name)(made)
        return function

    return register(func) if func is not None else register


def all_factories(lang: str | None) -> Factories:
    """Return all factories by name, those of the language `lang` under their short name.

    A factory is imported when it is looked up, so listing the names imports nothing.
    """
    names = registry.factories.names()
    own = [name.removeprefix(f"{lang}.") for name in names if name.startswith(f"{lang}.")]
    shared = [name for name in names if "." not in name]
    return Factories(sorted({*own, *shared}), lang)


class Factories(Mapping[str, Factory]):
    """Factories by name; each is imported when it is looked up."""

    def __init__(self, names: list[str], lang: str | None) -> None:
        self._names: Final = dict.fromkeys(names)
        self._lang: Final = lang

    def __getitem__(self, name: str) -> Factory:
        if name not in self._names:
            raise KeyError(name)
        return get_factory(name, self._lang)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __setitem__(self, name: str, factory: object) -> NoReturn:
        raise UnsupportedError("`factories` cannot be changed; register with `@Language.factory`")

    def __repr__(self) -> str:
        return f"factories: {', '.join(self._names)}"


def check_factory_name(name: Any, method: str) -> None:
    """Raise `WrongTypeError` unless `name`, given to `method`, is a string."""
    if not isinstance(name, str):
        raise WrongTypeError(
            f"{method} expects the name of a factory, got a {type(name).__name__}",
            hint="register the component with `Language.component` and add it by its name",
        )


def _checked_name(name: Any, lang: str | None, what: str) -> str:
    """Return the name under which to register; raises `WrongTypeError` unless it is a string."""
    if not isinstance(name, str):
        raise WrongTypeError(
            f"the name of a {what} must be a string, got a {type(name).__name__}",
            hint=f'as a decorator: `@Language.{what}("my_name")`',
        )
    return qualified_name(name, lang)


def _check_parameters(name: str, function: ComponentFunc) -> None:
    parameters = inspect.signature(function).parameters
    others = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    missing = [f"`{each}`" for each in ("nlp", "name") if each not in parameters]
    if missing and not others:
        raise ArgumentError(
            f"the factory `{name}` has no parameter {' and '.join(missing)}",
            hint="a factory is called as `factory(nlp=nlp, name=name, **settings)`",
        )
