"""A config with variables (`Config`), and the same config with their values (`Values`)."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final, Self

from attrs import frozen

from kernel.config.cfg import read_cfg, write_cfg
from kernel.config.interpolate import interpolate_tree, variables_in
from kernel.config.literals import protect
from kernel.config.merge import merge_trees
from kernel.config.override import apply_overrides
from kernel.config.sections import sections
from kernel.config.settings import defaults_of_class
from kernel.config.toml import read_toml, update_text, write_toml
from kernel.config.tree import Block, copy_tree, origin_at
from kernel.errors import ConfigError, ConfigFileError
from kernel.files import write_file
from kernel.problems import DEFAULT

if TYPE_CHECKING:
    from kernel.problems import Origin, Path

_TOML_SIGNS: Final = re.compile(r"""^[ \t]*(?:["']@|\[\[)|=\s*(?:'|"\$\{null\}")""", re.MULTILINE)


@frozen
class Source:
    """The text that a config was read from."""

    text: str
    format: str
    name: str | None = None


class Written(Block):
    """What `Config` and `Values` share.

    `replaced` are the dotted names of the variables that have been replaced by their values.
    """

    __slots__ = ("replaced",)

    def __init__(
        self, data: Mapping[str, Any] | None = None, change: Callable[[Any], Any] | None = None
    ) -> None:
        super().__init__()
        self.take(copy_tree(data or {}, change=change))
        self.replaced: frozenset[str] = getattr(data, "replaced", frozenset())

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.copy()

    def copy(self) -> Self:
        """Return a copy that shares nothing with this config."""
        return type(self)(self)

    def interpolate(self) -> Values:
        """Return the values of this config, with every variable replaced.

        Raises `ConfigError` with all variables that refer to nothing.
        """
        raise NotImplementedError

    def origin(self, path: Path | str) -> Origin:
        """Return where the value at `path` was set: a tuple of keys, or a dotted name."""
        return origin_at(self, tuple(path.split(".")) if isinstance(path, str) else path)

    def to_str(self, *, interpolate: bool = False, format: str = "cfg") -> str:  # noqa: A002
        """Return the config as text in `format` ("cfg" or "toml").

        With `interpolate`, the text has values instead of variables.
        """
        tree = self.interpolate() if interpolate else self
        raw, source = isinstance(tree, Config), getattr(tree, "source", None)
        try:
            old_text = source.text if source is not None and source.format == format else ""
            if format != "toml":
                return write_cfg(tree, raw=raw, old_text=old_text)
            if old_text:
                return update_text(old_text, tree)
            return write_toml(tree, raw=raw)
        except TypeError as error:
            raise ConfigError(f"the config cannot be written: {error}") from error

    def to_bytes(self, *, interpolate: bool = False) -> bytes:
        """Return the config as `.cfg` in UTF-8."""
        return self.to_str(interpolate=interpolate).encode("utf8")

    def to_disk(self, path: str | FilePath, *, interpolate: bool = False) -> None:
        """Write the config in the format of the suffix of `path`."""
        text = self.to_str(interpolate=interpolate, format=format_of(path))
        write_file(FilePath(path), text.encode("utf8"))


class Values(Written):
    """A config whose variables have been replaced by their values, ready to be resolved.

    A `$` in a string is just a dollar sign. To change values, change the `Config` and interpolate
    it again.
    """

    __slots__ = ()
    is_interpolated: Final = True

    def interpolate(self) -> Values:
        """Return a copy: values have no variables."""
        return self.copy()


class Config(Written):
    """A config as it is written: nested dicts of JSON-like values, with variables.

    `source` is the text that the config was read from; writing it in the same format keeps the
    comments of that text, and in TOML its order. A config created from `Values` has these values.
    """

    __slots__ = ("source",)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, source: Source | None = None
    ) -> None:
        super().__init__(data, protect if isinstance(data, Values) else None)
        self.source: Source | None = source or getattr(data, "source", None)

    @property
    def variables(self) -> frozenset[str]:
        """The dotted names that variables refer to, including variables that were replaced."""
        return self.replaced | variables_in(self)

    @property
    def is_interpolated(self) -> bool:
        """Whether there are no variables in it."""
        return not variables_in(self)

    def interpolate(self) -> Values:
        """Return the values of this config; see `Written.interpolate`."""
        values = Values().take(interpolate_tree(self))
        values.replaced = self.variables
        return values

    def merge(self, updates: Mapping[str, Any], remove_extra: bool = False) -> Config:
        """Return `updates` with missing keys added from this config."""
        return merge(self, updates, remove_extra=remove_extra)

    def from_str(
        self,
        text: str,
        *,
        interpolate: bool = True,
        overrides: Mapping[str, Any] | None = None,
        format: str | None = None,  # noqa: A002
        name: str | None = None,
        defaults: Mapping[str, Any] | None = None,
    ) -> Config:
        """Replace the contents with those of `text`, and return self.

        format    "cfg" or "toml"; guessed if None
        name      name of the file, for messages
        defaults  a config; `overrides` may also set keys in sections that only it has
        """
        form = format or guess_format(text)
        tree = read_toml(text, name) if form == "toml" else read_cfg(text, name)
        if overrides:
            apply_overrides(tree, overrides, defaults or {})
        replaced = variables_in(tree) if interpolate else frozenset()
        tree = copy_tree(interpolate_tree(tree), change=protect) if interpolate else tree
        self.source, self.replaced = Source(text, form, name), replaced
        return self.take(tree)

    def from_bytes(
        self, data: bytes, *, interpolate: bool = True, overrides: Mapping[str, Any] | None = None
    ) -> Config:
        """Replace the contents with those of the UTF-8 text `data`, and return self."""
        return self.from_str(data.decode("utf8"), interpolate=interpolate, overrides=overrides)

    def from_disk(
        self,
        path: str | FilePath,
        *,
        interpolate: bool = True,
        overrides: Mapping[str, Any] | None = None,
        defaults: Mapping[str, Any] | None = None,
    ) -> Config:
        """Replace the contents with those of a file, and return self; see `from_str`."""
        return self.from_str(
            read_text(FilePath(path)),
            interpolate=interpolate,
            overrides=overrides,
            format=format_of(path),
            name=str(path),
            defaults=defaults,
        )


def merge(
    defaults: Mapping[str, Any], updates: Mapping[str, Any], *, remove_extra: bool = False
) -> Config:
    """Return `updates` with missing keys added from `defaults`."""
    one, other = as_config(defaults), as_config(updates)
    merged = Config(source=other.source)
    return merged.take(merge_trees(one, other, remove_extra=remove_extra))


def as_config(data: Mapping[str, Any]) -> Config:
    """Return `data` itself if it is a `Config`, else a `Config` created from it."""
    return data if isinstance(data, Config) else Config(data)


def format_of(path: str | FilePath) -> str:
    """Return the format that the suffix of `path` means."""
    return "toml" if FilePath(path).suffix.lower() == ".toml" else "cfg"


def guess_format(text: str) -> str:
    """Return the format of a text without a file name: only TOML puts `@` in quotes."""
    return "toml" if _TOML_SIGNS.search(text) else "cfg"


def read_text(path: FilePath) -> str:
    """Return the text of a config file; raises `ConfigError` if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text, at byte {error.start}") from None
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise ConfigFileError(f"{path}: {reason}", hint="`kernel init config` makes one") from None


def default_config(optional: Collection[str] = ()) -> Config:
    """Return a new copy of the default config, with the sections of plugins.

    Sections that may be left out are added only if they are in `optional`.
    """
    tree = {
        name: defaults_of_class(section.cls)
        for name, section in sections().items()
        if not section.is_optional or name in optional
    }
    return Config().take(copy_tree(tree, DEFAULT))


def load_config(
    path: str | FilePath, overrides: Mapping[str, Any] | None = None, interpolate: bool = False
) -> Config:
    """Return the config in the file `path`, or on standard input if it is "-".

    `overrides` maps dotted keys to values. Raises `ConfigError` with all mistakes in the text.
    """
    if str(path) == "-":
        return load_config_from_str(sys.stdin.read(), overrides, interpolate, name="<stdin>")
    return Config().from_disk(
        path,
        interpolate=interpolate,
        overrides=overrides,
        defaults=default_config() if overrides else None,
    )


def load_config_from_str(
    text: str,
    overrides: Mapping[str, Any] | None = None,
    interpolate: bool = False,
    *,
    name: str | None = None,
) -> Config:
    """Return the config in `text`, `.cfg` or TOML."""
    return Config().from_str(
        text,
        interpolate=interpolate,
        overrides=overrides,
        name=name,
        defaults=default_config() if overrides else None,
    )
