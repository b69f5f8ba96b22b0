"""The registries: functions that a configuration names.

A name is looked up among what was registered in this process first (a `--code` file, a
notebook), then among the entry points of installed distributions, of which only the one
that is named gets imported.
"""

from __future__ import annotations

import functools
import importlib.metadata
import inspect
import json
from collections.abc import Callable
from difflib import get_close_matches
from importlib.resources import files
from typing import Any, Final, TypeVar

import catalogue

from kernel.errors import PluginError, RegistryError

FuncT = TypeVar("FuncT", bound=Callable[..., Any])

KINDS: Final = (
    "architectures",
    "augmenters",
    "batchers",
    "callbacks",
    "converters",
    "factories",
    "initializers",
    "languages",
    "layers",
    "loggers",
    "lookups",
    "losses",
    "misc",
    "models",
    "optimizers",
    "readers",
    "schedules",
    "scorers",
    "tokenizers",
    "vectors",
)


@functools.cache
def _entry_points(kind: str) -> dict[str, importlib.metadata.EntryPoint]:
    points = importlib.metadata.entry_points(group=f"kernel_{kind}")
    return {point.name: point for point in points}


@functools.cache
def first_party_names() -> dict[str, dict[str, str]]:
    """Return, for each kind, the names that first-party plugins register, with who ships them."""
    index = files("kernel").joinpath("first_party.json").read_text(encoding="utf8")
    names: dict[str, dict[str, str]] = json.loads(index)
    return names


@functools.cache
def missing_names() -> dict[str, list[str]]:
    """Return, for each kind, the names in spaCy's configs that no first-party plugin has yet."""
    index = files("kernel").joinpath("missing_names.json").read_text(encoding="utf8")
    names: dict[str, list[str]] = json.loads(index)
    return names


def is_missing(kind: str, name: str) -> bool:
    """Say whether spaCy has `name`, and kernel nothing in its place."""
    spacy_name = f"spacy.{name.removeprefix('kernel.')}"
    return not {name, spacy_name}.isdisjoint(missing_names().get(kind, ()))


def own_name(name: str) -> str:
    """Return the name under which kernel knows what spaCy's configs call `name`."""
    return f"kernel.{name[len('spacy.') :]}" if name.startswith("spacy.") else name


class Registry:
    """Functions of one kind, by name.

    Raises `RegistryError` for a name that is taken or unknown, `PluginError` for one whose
    plugin cannot be imported.
    """

    def __init__(self, kind: str) -> None:
        self.kind: Final = kind
        self._local: Final = catalogue.create("kernel", kind)

    def __repr__(self) -> str:
        return f"Registry({self.kind!r})"

    def __call__(self, name: str) -> Callable[[FuncT], FuncT]:
        """Return a decorator that registers a function as `name`; short for `register`."""
        return self.register(name)

    def register(self, name: str) -> Callable[[FuncT], FuncT]:
        """Return a decorator that registers a function as `name`.

        The same function may come again (a module that is imported twice); another one may not.
        """

        def decorate(func: FuncT) -> FuncT:
            known = self._local.get_all().get(name)
            if known is not None and not _same_source(known, func):
                raise RegistryError(
                    f"`{name}` is already registered in `{self.kind}`, by {_place(known)}",
                    hint="give yours a name of its own",
                )
            self._local.register(name, func=func)
            return func

        return decorate

    def get(self, name: str) -> Any:
        """Return the function called `name`; imports the one plugin that has it."""
        for candidate in dict.fromkeys((name, own_name(name))):
            if candidate in self._local:
                return self._local.get(candidate)
            point = _entry_points(self.kind).get(candidate)
            if point is not None:
                return _load(point, self.kind)
        raise RegistryError(f"no `{name}` in the registry `{self.kind}`", hint=self._hint(name))

    def has(self, name: str) -> bool:
        """Say whether `name` can be looked up; imports nothing."""
        names = self._names()
        return name in names or own_name(name) in names

    __contains__ = has

    def names(self) -> list[str]:
        """Return every known name, sorted; imports nothing."""
        return sorted(self._names())

    def distribution(self, name: str) -> str | None:
        """Return the distribution that has `name`, or None if this process registered it."""
        point = _entry_points(self.kind).get(own_name(name))
        return point.dist.name if point is not None and point.dist is not None else None

    def find(self, name: str) -> dict[str, Any]:
        """Return the `module`, `file`, `line_no` and `docstring` of the function called `name`."""
        func = inspect.unwrap(getattr(self.get(name), "func", self.get(name)))
        return {
            "module": func.__module__,
            "file": inspect.getsourcefile(func),
            "line_no": inspect.getsourcelines(func)[1],
            "docstring": inspect.getdoc(func),
        }

    def _names(self) -> set[str]:
        return set(self._local.get_all()) | set(_entry_points(self.kind))

    def _hint(self, name: str) -> str:
        wanted = own_name(name)
        distribution = first_party_names().get(self.kind, {}).get(wanted)
        if distribution is not None:
            return f"it is provided by `{distribution}`: pip install {distribution}"
        if is_missing(self.kind, name):
            return f"kernel has no `{name}` yet; it can be registered in a `--code` file"
        close = get_close_matches(wanted, self._names(), n=1)
        if close:
            return f"did you mean `{close[0]}`?"
        return "is a plugin not installed, or a `--code` file not given?"


class Registries:
    """All registries, each an attribute named after its kind."""

    architectures: Registry
    augmenters: Registry
    batchers: Registry
    callbacks: Registry
    converters: Registry
    factories: Registry
    initializers: Registry
    languages: Registry
    layers: Registry
    loggers: Registry
    lookups: Registry
    losses: Registry
    misc: Registry
    models: Registry
    optimizers: Registry
    readers: Registry
    schedules: Registry
    scorers: Registry
    tokenizers: Registry
    vectors: Registry

    def __init__(self) -> None:
        for kind in KINDS:
            setattr(self, kind, Registry(kind))

    def of(self, kind: str) -> Registry:
        """Return the registry called `kind`; raises `RegistryError` if there is none."""
        if kind not in KINDS:
            close = get_close_matches(kind, KINDS, n=1)
            raise RegistryError(
                f"no registry `{kind}`",
                hint=f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(KINDS)}",
            )
        found: Registry = getattr(self, kind)
        return found

    def get(self, kind: str, name: str) -> Any:
        """Return the function `name` of the registry `kind`."""
        return self.of(kind).get(name)

    def has(self, kind: str, name: str) -> bool:
        """Say whether the registry `kind` knows `name`."""
        return kind in KINDS and self.of(kind).has(name)

    def find(self, kind: str, name: str) -> dict[str, Any]:
        """Return where the function `name` of the registry `kind` is defined."""
        return self.of(kind).find(name)

    def get_registry_names(self) -> list[str]:
        """Return the kinds, sorted."""
        return sorted(KINDS)


def _load(point: importlib.metadata.EntryPoint, kind: str) -> Any:
    try:
        return point.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may even call sys.exit
        owner = point.dist.name if point.dist is not None else point.value
        raise PluginError(
            f"`{point.name}` ({kind}) cannot be imported from `{owner}`: "
            f"{type(error).__name__}: {error}",
            hint=f"see `kernel plugins`; reinstalling `{owner}` may mend it",
        ) from error


def _same_source(one: Any, other: Any) -> bool:
    return _place(one) == _place(other)


def _place(func: Any) -> str:
    func = getattr(func, "func", func)
    return f"{getattr(func, '__module__', '?')}.{getattr(func, '__qualname__', repr(func))}"


registry: Final = Registries()
