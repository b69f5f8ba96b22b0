"""The registries of functions that can be named in a config.

A name is first looked up among the functions registered in this process (by a `--code` file or a
notebook), then among the entry points of installed distributions. Only the entry point that is
found is imported.
"""

from __future__ import annotations

import functools
import importlib.metadata
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, TypeVar

import catalogue

from kernel.entry_points import distribution, load, pipeline_folder
from kernel.errors import KernelError, PluginError, RegistryError, did_you_mean

if TYPE_CHECKING:
    from kernel.config import Config

FuncT = TypeVar("FuncT", bound=Callable[..., Any])

_OWN: Final = (
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


# The prefixes of names in spaCy's configs that kernel's own plugins provide.
_ALIASES: Final = ("spacy", "spacy-legacy", "spacy-transformers")


@functools.cache
def _entry_points(kind: str) -> dict[str, list[EntryPoint]]:
    """Return the entry points of each name; there should be only one."""
    found: dict[str, list[EntryPoint]] = {}
    for point in importlib.metadata.entry_points(group=f"kernel_{kind}"):
        found.setdefault(point.name, []).append(point)
    return {name: sorted(found[name], key=distribution) for name in sorted(found)}


def _others(kind: str) -> dict[str, list[EntryPoint]]:
    """Return the entry points that plugins find in other groups; loads the plugins."""
    from kernel.plugins import hooks, is_loading

    found: dict[str, list[EntryPoint]] = {}
    # A plugin may look up a name when it is imported.
    answers = [] if is_loading() else hooks().gather("kernel_entry_points", kind=kind)
    for _, points in answers:
        for point in points:
            if point.name not in _entry_points(kind):
                found.setdefault(point.name, []).append(point)
    return {name: sorted(points, key=distribution) for name, points in found.items()}


@functools.cache
def first_party_names() -> dict[str, dict[str, str]]:
    """Return, for each kind, the names of first-party plugins, with their distributions.

    Kinds are the registries, "registries", "commands", "modules" and "sections" (of a config).
    """
    return _read_index("first_party.json")


@functools.cache
def missing_names() -> dict[str, dict[str, str]]:
    """Return, for each kind, the names of spaCy that no plugin provides yet.

    The values are the distributions that will provide them.
    """
    return _read_index("missing_names.json")


def _read_index(name: str) -> dict[str, dict[str, str]]:
    # Not by `importlib.resources`, whose import takes 10 ms.
    index: dict[str, dict[str, str]] = json.loads(
        Path(__file__).with_name(name).read_text(encoding="utf8")
    )
    return index


def missing_hint(kind: str, name: str) -> str | None:
    """Return a hint which plugin will provide `name`; None if kernel has it or spaCy does not.

    `kind` is a registry, or "registries", "commands" or "sections" (of a config).
    """
    names = missing_names().get(kind, {})
    plugin = names.get(name) or names.get(f"spacy.{name.removeprefix('kernel.')}")
    if plugin is None:
        return None
    is_released = any(plugin in found.values() for found in first_party_names().values())
    source = "a later version of" if is_released else "the plugin"
    return f"kernel has no `{name}` yet; it will come with {source} `{plugin}`"


def provider_hint(kind: str, name: str) -> str | None:
    """Return a hint which first-party distribution has `name`; None if there is none.

    `kind` is a registry, or "registries", "commands", "modules" or "sections" (of a config).
    """
    names = first_party_names().get(kind, {})
    distribution = names.get(name) or names.get(canonical_name(name))
    if distribution is None:
        return None
    return f"it is provided by `{distribution}`: pip install {distribution}"


def canonical_name(name: str) -> str:
    """Return kernel's name for the name `name` in spaCy's configs."""
    prefix, dot, rest = name.partition(".")
    return f"kernel.{rest}" if dot and prefix in _ALIASES else name


class Registry:
    """Functions of one kind, by name.

    Names of kernel's own groups of entry points come before those that the hook
    `kernel_entry_points` adds; if `is_open` is false, the hook is not called.

    Raises `RegistryError` for a name that is unknown, taken, or declared by two distributions;
    `PluginError` if its plugin cannot be imported.
    """

    def __init__(self, kind: str, *, is_open: bool = True) -> None:
        self.kind: Final = kind
        self._is_open: Final = is_open
        self._local: Final = catalogue.create("kernel", kind)

    def __repr__(self) -> str:
        return f"Registry({self.kind!r})"

    def __call__(self, name: str, func: Any = None) -> Any:
        """Register `func` as `name`, or return a decorator that does; short for `register`."""
        return self.register(name, func=func)

    def register(self, name: str, *, func: Any = None) -> Any:
        """Register `func` as `name` and return it; without `func`, return a decorator that does so.

        Registering the same function again is allowed (a module may be imported twice).
        """
        if not isinstance(name, str):
            raise RegistryError(f"expected a name to register in `{self.kind}`, got {name!r:.60}")

        def decorate(func: FuncT) -> FuncT:
            known = self._local.get_all().get(name)
            if known is not None and not _same_source(known, func):
                raise RegistryError(
                    f"`{name}` is already registered in `{self.kind}`, by {_location_of(known)}",
                    hint="choose another name",
                )
            self._local.register(name, func=func)
            return func

        return decorate if func is None else decorate(func)

    def get(self, name: str) -> Any:
        """Return the function called `name`; imports only the plugin that has it."""
        if not isinstance(name, str):
            raise RegistryError(f"expected a name in the registry `{self.kind}`, got {name!r:.60}")
        for candidate in dict.fromkeys((name, canonical_name(name))):
            if candidate in self._local:
                return self._local.get(candidate)
        points = self._points(name)
        if points is not None:
            return self._load(points)
        raise RegistryError(f"no `{name}` in the registry `{self.kind}`", hint=self._hint(name))

    def get_all(self) -> dict[str, Any]:
        """Return all functions by name; imports every plugin that has some."""
        return {name: self.get(name) for name in self.names()}

    def has(self, name: object) -> bool:
        """Return whether `name` can be looked up; imports nothing of its plugin."""
        if not isinstance(name, str):
            return False
        local = name in self._local or canonical_name(name) in self._local
        return local or self._points(name) is not None

    __contains__ = has

    def names(self) -> list[str]:
        """Return all known names, sorted; imports nothing of their plugins."""
        return sorted(self._names())

    def distribution(self, name: str) -> str | None:
        """Return the distribution of `name`, or None if it was registered in this process."""
        points = self._points(name)
        return None if points is None else distribution(points[0])

    def registered(self) -> dict[str, Any]:
        """Return the functions registered in this process, by name."""
        return dict(self._local.get_all())

    def clashes(self) -> dict[str, list[str]]:
        """Return the names declared by several distributions, with these distributions."""
        return {
            name: [distribution(point) for point in points]
            for name, points in {**_entry_points(self.kind), **self.others()}.items()
            if len(points) > 1
        }

    def others(self) -> dict[str, list[EntryPoint]]:
        """Return the entry points, by name, that the hook `kernel_entry_points` adds."""
        return _others(self.kind) if self._is_open else {}

    def find(self, name: str) -> dict[str, Any]:
        """Return the `module`, `file`, `line_no` and `docstring` of the function called `name`."""
        func = inspect.unwrap(getattr(self.get(name), "func", self.get(name)))
        # The class of a language may be described by a file of data, which it names.
        file = getattr(func, "__file__", None)
        return {
            "module": func.__module__,
            "file": file or inspect.getsourcefile(func),
            "line_no": 1 if file else inspect.getsourcelines(func)[1],
            "docstring": inspect.getdoc(func),
        }

    def _load(self, points: Sequence[EntryPoint]) -> Any:
        return _load(points, self.kind)

    def _points(self, name: str) -> list[EntryPoint] | None:
        """Return the entry points of `name`, None if it is unknown."""
        names = (name, canonical_name(name))
        own = _entry_points(self.kind)
        found = next((own[each] for each in names if each in own), None)
        return found or self.others().get(name)

    def _names(self) -> set[str]:
        return {*self._local.get_all(), *_entry_points(self.kind), *self.others()}

    def _hint(self, name: str) -> str:
        wanted = canonical_name(name)
        hint = provider_hint(self.kind, name) or missing_hint(self.kind, name)
        if hint is not None:
            return hint
        otherwise = "install its plugin, or import the code that registers it (commands: `--code`)"
        return did_you_mean(wanted, self._names(), otherwise)


class LanguageRegistry(Registry):
    """The classes of languages, by code.

    An entry point may name a package with a file that describes the language, in the place of a
    class; a plugin makes the class, see the hook `kernel_language`.
    """

    def _load(self, points: Sequence[EntryPoint]) -> Any:
        found = super()._load(points)
        if not isinstance(found, ModuleType):
            return found
        from kernel.plugins import hooks

        code = points[0].name
        language = hooks().first("kernel_language", package=found, code=code)
        if language is None:
            raise PluginError(
                f"the language `{code}` of `{distribution(points[0])}` is a package, and no plugin "
                "reads the files of languages",
                hint="install `kernel-plugin-lang`",
            )
        return language


class PipelineRegistry(Registry):
    """The functions that load installed pipelines, by name.

    An entry point that a plugin adds (`kernel_entry_points`) names a package instead. Its code is
    not run, unless the entry point has a true `runs_code`: `data_folder` has the pipeline.
    """

    def folder(self, name: str) -> Path | None:
        """Return the folder with the config of the pipeline `name`, or None; imports nothing."""
        points = self._points(name)
        return None if points is None else pipeline_folder(points[0])

    def data_folder(self, name: str) -> Path | None:
        """Return `folder` if no function loads the pipeline `name`, otherwise None.

        Raises `RegistryError` if there is no such pipeline in the package.
        """
        if name in self._local or name in _entry_points(self.kind):
            return None
        points, folder = self._points(name), self.folder(name)
        if points and getattr(points[0], "runs_code", False):
            return None
        if points and folder is None:
            owner = distribution(points[0])
            raise RegistryError(f"the package `{owner}` has no folder with a pipeline `{name}`")
        return folder


class Registries:
    """All registries as attributes: kernel's own, and those added by plugins."""

    def __init__(self) -> None:
        self._table: Final = {kind: Registry(kind) for kind in _OWN}
        self._table["languages"] = LanguageRegistry("languages")
        self._table["models"] = self.models = PipelineRegistry("models")

    def __getattr__(self, kind: str) -> Registry:
        try:
            return self.of(kind)
        except RegistryError as error:
            raise AttributeError(str(error)) from error

    def __contains__(self, kind: str) -> bool:
        return kind in self._table or kind in self._opened()

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        """Let a class inherit the registries; in spaCy, `registry` is a class itself."""
        return (_Inherited,)

    def create(self, kind: str, *, entry_points: bool = False) -> Registry:
        """Open a registry `kind` in this process, with the entry points of the kind if asked for.

        Raises `RegistryError` if there is one.
        """
        if kind in self:
            raise RegistryError(f"there is a registry `{kind}` already")
        created = Registry(kind) if entry_points else Registry(kind, is_open=False)
        self._table[kind] = created
        return created

    def of(self, kind: str) -> Registry:
        """Return the registry called `kind`; raises `RegistryError` if there is none."""
        if kind in self:
            return self._table[kind]
        hint = provider_hint("registries", kind) or missing_hint("registries", kind)
        hint = hint or did_you_mean(kind, self.get_registry_names())
        raise RegistryError(f"no registry `{kind}`", hint=hint)

    def get(self, kind: str, name: str) -> Any:
        """Return the function `name` of the registry `kind`."""
        hint = None if kind in self else provider_hint(kind, name) or missing_hint(kind, name)
        if hint is not None:  # the plugin that has it needs the one that opens the registry
            raise RegistryError(f"no registry `{kind}`", hint=hint)
        return self.of(kind).get(name)

    def has(self, kind: str, name: str) -> bool:
        """Return whether the registry `kind` knows `name`."""
        return kind in self and self.of(kind).has(name)

    def find(self, kind: str, name: str) -> dict[str, Any]:
        """Return where the function `name` of the registry `kind` is defined."""
        return self.of(kind).find(name)

    def has_registry(self, kind: str) -> bool:
        """Return whether there is a registry `kind`."""
        return kind in self

    def resolve(
        self,
        config: Mapping[str, Any],
        *,
        schema: type | None = None,
        overrides: Mapping[str, Any] | None = None,
        validate: bool = True,
    ) -> dict[str, Any]:
        """Return the sections of `config` with the objects that its function blocks describe.

        With a `schema`, such as `kernel.config.TrainingSettings`, `config` is the section that it
        describes, and has defaults for missing settings. `overrides` are settings by dotted name.
        Raises `ConfigError`.
        """
        from kernel.config import resolve_all

        return resolve_all(config, schema=schema, overrides=overrides, validate=validate)

    def fill(
        self,
        config: Mapping[str, Any],
        *,
        overrides: Mapping[str, Any] | None = None,
        validate: bool = True,
    ) -> Config:
        """Return `config` with the defaults of all arguments in its function blocks.

        `overrides` are settings by dotted name. Raises `ConfigError`.
        """
        from kernel.config import fill_all

        return fill_all(config, overrides=overrides, validate=validate)

    def get_registry_names(self) -> list[str]:
        """Return the kinds, sorted."""
        return sorted(self._opened())

    def _opened(self) -> dict[str, Registry]:
        """Return all registries; loads the plugins, which may add some."""
        from kernel.plugins import plugins

        for kind in plugins().registries:
            if kind not in self._table:
                self._table[kind] = Registry(kind)
        return self._table


class _InheritedMeta(type):
    def __getattr__(cls, name: str) -> Any:
        return getattr(registry, name)


class _Inherited(metaclass=_InheritedMeta):
    """The base of classes that inherit from `registry`: it has the same registries."""


def _load(points: Sequence[EntryPoint], kind: str) -> Any:
    """Import the object of an entry point; raises `RegistryError` if there are several."""
    point, *others = points
    if others:
        owners = " and ".join(f"`{distribution(each)}`" for each in points)
        raise RegistryError(
            f"`{point.name}` in the registry `{kind}` is declared by {owners}",
            hint="uninstall all except one",
        )
    try:
        return load(point)
    except KeyboardInterrupt as error:
        error.add_note(f"`{point.value}` of `{distribution(point)}` was being imported")
        raise
    except BaseException as error:  # a plugin may even call sys.exit
        owner = distribution(point)  # reads the metadata of the distribution
        reason, hint = f"{type(error).__name__}: {error}", None
        if isinstance(error, KernelError):
            reason, hint = error.message, error.hint
        raise PluginError(
            f"`{point.name}` ({kind}) cannot be imported from `{owner}`: {reason}",
            hint=hint or f"see `kernel plugins`; reinstalling `{owner}` may help",
        ) from error


def _same_source(one: Any, other: Any) -> bool:
    return _location_of(one) == _location_of(other)


def _location_of(func: Any) -> str:
    func = getattr(func, "func", func)
    return f"{getattr(func, '__module__', '?')}.{getattr(func, '__qualname__', repr(func))}"


registry: Final = Registries()
