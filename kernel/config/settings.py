"""How a class describes a section of the config: one field per key, created with `setting`."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import attrs
from attrs import frozen

from kernel.config.kinds import class_hints, options
from kernel.errors import PluginError

Callback = Callable[..., Any]
Schedule = Callable[..., Any]
"""The type of a function block that may be used in place of a number."""

_METADATA: Final = "kernel_setting"


@frozen
class Range:
    """The allowed values of a number: at least `low` and, if given, less than `below`."""

    low: float
    below: float | None = None

    def __call__(self, settings: Any, field: Any, value: Any) -> None:
        """Raise ValueError for a number that is out of range; other types are not checked."""
        if not self.holds(value):
            raise ValueError(f"`{field.name}` is {value!r}; expected {self.words}")

    def holds(self, value: Any) -> bool:
        """Return whether `value` is in the range; True for other types than numbers."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return True
        return value >= self.low and (self.below is None or value < self.below)

    @property
    def words(self) -> str:
        """The range in words."""
        low = f"at least {self.low:g}"
        return low if self.below is None else f"{low} and below {self.below:g}"


def setting(
    default: Any,
    help: str,  # noqa: A002
    *,
    registry: str | None = None,
    range: Range | None = None,  # noqa: A002
    names: Literal["component", "object"] | None = None,
) -> Any:
    """Return the field of one setting, for an attrs class that describes a section.

    default   the value in a complete config: a JSON value, a variable or a function block
    help      the meaning of the setting, for comments and explanations
    registry  the registry of the function blocks that may be the value
    range     the allowed values of a number
    names     what a string names: a component of the pipeline, or, with its dotted name, an object
              of the config
    """
    about = {"default": default, "help": help, "registry": registry, "names": names}
    return attrs.field(validator=range, metadata={_METADATA: about})


@frozen(kw_only=True)
class Setting:
    """One key of a section; `owner` is the class that describes it, `module.name`."""

    hint: Any
    default: Any = None
    help: str = ""
    registry: str | None = None
    range: Range | None = None
    names: Literal["component", "object"] | None = None
    owner: str = ""

    @property
    def is_required(self) -> bool:
        """Whether a complete config has the setting.

        Settings of plugins may be left out: configs stay valid when a plugin is installed.
        """
        return self.owner.startswith("kernel.")

    @property
    def table(self) -> type | None:
        """The class that describes the keys of the value, if the value is a table of settings."""
        return next((option for option in options(self.hint) if is_described(option)), None)

    @property
    def field(self) -> Any:
        """The setting as a field of an attrs class."""
        about = attrs.asdict(self, recurse=False, filter=lambda field, _: field.name in _COPIED)
        return attrs.field(type=self.hint, validator=self.range, metadata={_METADATA: about})


_COPIED: Final = {"default", "help", "registry", "names", "owner"}


def is_described(cls: Any) -> bool:
    """Return whether `cls` is a class whose fields were all created with `setting`."""
    is_class = isinstance(cls, type) and attrs.has(cls)
    return is_class and all(_METADATA in field.metadata for field in attrs.fields(cls))


@functools.lru_cache(maxsize=1024)
def settings_of(cls: type) -> Mapping[str, Setting]:
    """Return the settings that `cls` describes; raises `PluginError` for any other class."""
    if not is_described(cls):
        raise PluginError(
            f"`{getattr(cls, '__name__', cls)}` does not describe a section",
            hint="it has to be an attrs class whose fields are made with `kernel.config.setting`",
        )
    hints = class_hints(cls)
    return {
        field.name: Setting(
            **{"owner": owner_of(cls), **field.metadata[_METADATA]},
            hint=hints[field.name],
            range=field.validator,
        )
        for field in attrs.fields(cls)
    }


def owner_of(cls: type) -> str:
    """Return the name of a class with its module."""
    return f"{cls.__module__}.{cls.__qualname__}"


def defaults_of_class(cls: type) -> dict[str, Any]:
    """Return a complete section with the defaults of `cls`."""
    return {name: _complete(setting) for name, setting in settings_of(cls).items()}


def _complete(setting: Setting) -> Any:
    default = copy.deepcopy(setting.default)
    if setting.table is None or not isinstance(default, dict):
        return default
    return {**defaults_of_class(setting.table), **default}
