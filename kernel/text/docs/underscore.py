"""Extension attributes: what users add to docs, spans and tokens, under `._`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial, update_wrapper
from typing import Any, ClassVar, Final

from attrs import evolve, frozen

from kernel.errors import TextError
from kernel.text.errors import UnknownAttributeError

_MUTABLE: Final = (dict, list, set)

_Place = tuple[int | None, int | None]
_State = tuple[Mapping[str, Any], ...]


@frozen(kw_only=True)
class Extension:
    """One extension attribute: a default, a method, or a getter with or without a setter.

    An `inherited` one comes from the process that started this one, and may be registered again.
    """

    default: Any = None
    method: Callable[..., Any] | None = None
    getter: Callable[[Any], Any] | None = None
    setter: Callable[[Any, Any], None] | None = None
    inherited: bool = False

    def as_tuple(self) -> tuple[Any, Any, Any, Any]:
        """Return default, method, getter and setter."""
        return self.default, self.method, self.getter, self.setter


class Extensible:
    """Doc, Span or Token, each of which has extension attributes of its own."""

    __slots__ = ()

    extensions: ClassVar[dict[str, Extension]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # A subclass of Doc, say, shares what Doc has.
        if "kind" in vars(cls):
            cls.extensions = {}
            _OWNERS[cls.__name__] = cls

    @property
    def _(self) -> Underscore:
        """The extension attributes."""
        return Underscore(self)

    def extension_place(self) -> tuple[Any, _Place]:
        """Return the doc, and the characters between which values are kept."""
        return self, (None, None)

    @classmethod
    def set_extension(cls, name: str, *, force: bool = False, **settings: Any) -> None:
        """Register an extension attribute, by exactly one of `default`, `method` and `getter`.

        `setter` needs a getter. Raises TextError for settings that do not go together, or a
        name that is taken unless `force`.
        """
        if name in cls.extensions and not (force or cls.extensions[name].inherited):
            raise TextError(
                f"{cls.__name__} has an extension attribute `{name}` already",
                hint="pass force=True to replace it",
            )
        cls.extensions[name] = _checked(name, settings)

    @classmethod
    def inherit_extensions(cls) -> None:
        """Let components that this process creates register the extension attributes again."""
        for name, extension in cls.extensions.items():
            cls.extensions[name] = evolve(extension, inherited=True)

    @classmethod
    def get_extension(cls, name: str) -> tuple[Any, Any, Any, Any]:
        """Return default, method, getter and setter of an extension attribute."""
        _check_known(cls, name)
        return cls.extensions[name].as_tuple()

    @classmethod
    def has_extension(cls, name: str) -> bool:
        """Return whether there is an extension attribute called `name`."""
        return name in cls.extensions

    @classmethod
    def remove_extension(cls, name: str) -> tuple[Any, Any, Any, Any]:
        """Remove an extension attribute and return what it was."""
        _check_known(cls, name)
        return cls.extensions.pop(name).as_tuple()


_OWNERS: Final[dict[str, type[Extensible]]] = {}


def _registry(owner: str) -> Any:
    """Return a property of a class: the extension attributes of `owner`, which can be replaced."""

    def read(cls: type) -> dict[str, Extension]:
        return _OWNERS[owner].extensions

    def replace(cls: type, extensions: Mapping[str, Any]) -> None:
        registered = dict(extensions)
        _OWNERS[owner].extensions.clear()
        for name, extension in registered.items():
            _OWNERS[owner].extensions[name] = _as_extension(extension)

    return property(read, replace, doc=f"The extension attributes of each {owner}, by name.")


class _Registries(type):
    """Has all extension attributes, to be looked up, replaced, or sent to another process."""

    doc_extensions = _registry("Doc")
    span_extensions = _registry("Span")
    token_extensions = _registry("Token")

    def get_state(cls) -> _State:
        """Return copies of the extension attributes of tokens, spans and docs."""
        return dict(cls.token_extensions), dict(cls.span_extensions), dict(cls.doc_extensions)

    def load_state(cls, state: _State) -> None:
        """Replace all extension attributes by those that `get_state` returned."""
        cls.token_extensions, cls.span_extensions, cls.doc_extensions = state


class Underscore(metaclass=_Registries):
    """The extension attributes of one doc, span or token."""

    __slots__ = ("_obj",)

    _obj: Any

    def __init__(self, obj: Extensible) -> None:
        object.__setattr__(self, "_obj", obj)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._obj.extensions})

    def __getattr__(self, name: str) -> Any:
        obj = self._obj
        _check_known(type(obj), name)
        extension = obj.extensions[name]
        if extension.getter is not None:
            return extension.getter(obj)
        if extension.method is not None:
            return update_wrapper(partial(extension.method, obj), extension.method)
        doc, place = obj.extension_place()
        key = ("._.", name, *place)
        if key in doc.user_data:
            return doc.user_data[key]
        if isinstance(extension.default, _MUTABLE):
            # Each object gets a default of its own, so that changing it changes no other's.
            return doc.user_data.setdefault(key, copy.copy(extension.default))
        return extension.default

    def __setattr__(self, name: str, value: Any) -> None:
        obj = self._obj
        _check_known(type(obj), name)
        extension = obj.extensions[name]
        if extension.setter is not None:
            extension.setter(obj, value)
            return
        doc, place = obj.extension_place()
        doc.user_data["._.", name, *place] = value

    def set(self, name: str, value: Any) -> None:
        """Set an extension attribute."""
        setattr(self, name, value)

    def get(self, name: str) -> Any:
        """Return the value of an extension attribute."""
        return getattr(self, name)

    def has(self, name: str) -> bool:
        """Return whether there is an extension attribute called `name`."""
        return name in self._obj.extensions


def _checked(name: str, settings: dict[str, Any]) -> Extension:
    unknown = settings.keys() - {"default", "method", "getter", "setter"}
    if unknown:
        raise TextError(f"unknown setting `{min(unknown)}` of the extension attribute `{name}`")
    given = {"default", "method", "getter"} & settings.keys()
    given -= {key for key in ("method", "getter") if settings.get(key) is None}
    if len(given) != 1:
        raise TextError(
            f"the extension attribute `{name}` needs exactly one of `default`, `method` and "
            f"`getter`, got {', '.join(sorted(given)) or 'none'}"
        )
    if settings.get("setter") is not None and "getter" not in given:
        raise TextError(f"the extension attribute `{name}` has a `setter` but no `getter`")
    for key in ("method", "getter", "setter"):
        if settings.get(key) is not None and not callable(settings[key]):
            raise TextError(f"expected a function as the {key} of `{name}`, got {settings[key]!r}")
    return Extension(**settings)


def _as_extension(described: Any) -> Extension:
    """Return an extension attribute, also of a tuple of default, method, getter and setter."""
    if isinstance(described, Extension):
        return described
    default, method, getter, setter = described
    return Extension(default=default, method=method, getter=getter, setter=setter)


def _check_known(cls: type[Extensible], name: str) -> None:
    if name not in cls.extensions:
        raise UnknownAttributeError(
            f"{cls.__name__} has no extension attribute `{name}`",
            hint=f"register it first: {cls.__name__}.set_extension({name!r}, default=None)",
        )
