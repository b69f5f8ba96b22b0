"""Factories: functions that create components, with a description of the component."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from kernel.errors import ArgumentError, RegistryError
from kernel.registry import registry
from kernel.scoring import Score

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
        raise ArgumentError(f"the name of a factory must not have a dot: {name!r}")
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

    make.__module__, make.__qualname__ = func.__module__, func.__qualname__
    return factory(name, **described)(make)
