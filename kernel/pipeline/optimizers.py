"""The optimizer of each component."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kernel.config.check_references import LEARN_RATES
from kernel.config.describe import nearest
from kernel.config.place import Place
from kernel.errors import raise_problems

if TYPE_CHECKING:
    from kernel.problems import Problem


def for_component(optimizer: Any, name: str) -> Any:
    """Return the optimizer for the weights of the component `name`.

    That is the result of `optimizer.for_component(name)`, which may have a learning rate of its
    own, or `optimizer` itself if it has no such method.
    """
    own = getattr(optimizer, "for_component", None)
    return optimizer if own is None else own(name)


def check_learn_rates(config: Mapping[str, Any], optimizer: Any, trained: Collection[str]) -> None:
    """Raise `ConfigError` if the optimizer has a learning rate for a component not in `trained`."""
    raise_problems(_problems(config, getattr(optimizer, "learn_rates", None) or {}, trained))


def _problems(
    config: Mapping[str, Any], learn_rates: Collection[str], trained: Collection[str]
) -> Iterator[Problem]:
    for name in learn_rates:
        if name not in trained:
            yield Place.of(config, *LEARN_RATES, name).problem(
                f"`{name}` has a learning rate, but is not trained",
                suggestion=nearest(name, list(trained)),
                hint=f"trained components: {', '.join(trained) or 'none'}",
            )
