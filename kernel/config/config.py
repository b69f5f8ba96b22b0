"""The configuration: a tree that knows where each of its values was set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from kernel.config.cfg import read_cfg, write_cfg
from kernel.config.interpolate import interpolate_tree, variables_in
from kernel.config.literals import escape, has_variable
from kernel.config.merge import merge_trees
from kernel.config.override import apply_overrides
from kernel.config.toml import read_toml, write_toml
from kernel.config.tree import Block, copy_tree, origin_at, origin_of
from kernel.errors import ConfigError
from kernel.files import write_file

if TYPE_CHECKING:
    from kernel.problems import Origin, Path

_TOML_SIGNS: Final = re.compile(r"""^\s*(?:["']@|\[\[)|=\s*(?:'|"\$\{null\}")""", re.MULTILINE)


@frozen
class Source:
    """The text that a config was read from."""

    text: str
    format: str
    name: str | None = None


class Config(Block):
    """A configuration, as nested dicts of JSON-like values.

    `is_interpolated` says that no variables are left in it. `source` is the text it was read
    from, whose comments and order come back when it is written as TOML.
    """

    __slots__ = ("_variables", "is_interpolated", "source")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        is_interpolated: bool | None = None,
        source: Source | None = None,
    ) -> None:
        tree = copy_tree(data or {})
        super().__init__(tree, tree.origins)
        inherited = getattr(data, "is_interpolated", False)
        self.is_interpolated: bool = inherited if is_interpolated is None else is_interpolated
        self.source: Source | None = source or getattr(data, "source", None)
        self._variables: frozenset[str] = getattr(data, "_variables", frozenset())

    @classmethod
    def adopt(
        cls,
        tree: Block,
        *,
        is_interpolated: bool = False,
        source: Source | None = None,
        variables: frozenset[str] = frozenset(),
    ) -> Config:
        """Return a config of `tree`, which is not copied and belongs to it from then on."""
        config = cls(is_interpolated=is_interpolated, source=source)
        config.update(tree)
        config.origins, config._variables = tree.origins, variables
        return config

    def __deepcopy__(self, memo: dict[int, Any]) -> Config:
        return self.copy()

    def origin(self, path: Path | str) -> Origin:
        """Return where the value at `path` was set: a tuple of keys, or a dotted name."""
        return origin_at(self, tuple(path.split(".")) if isinstance(path, str) else path)

    @property
    def variables(self) -> frozenset[str]:
        """The dotted names that variables refer to, also after they have been replaced."""
        return self._variables if self.is_interpolated else variables_in(self)

    def copy(self) -> Config:
        """Return a copy that shares nothing with this config."""
        return Config(self)

    def interpolate(self) -> Config:
        """Return the config with every variable replaced by its value.

        Raises `ConfigError` with all variables that refer to nothing.
        """
        if self.is_interpolated:
            return self.copy()
        return Config.adopt(
            interpolate_tree(self),
            is_interpolated=True,
            source=self.source,
            variables=self.variables,
        )

    def as_raw(self) -> Config:
        """Return a config with variables allowed that means the same as this one."""
        if not self.is_interpolated:
            return self.copy()
        return Config.adopt(_doubled(self), source=self.source)

    def merge(self, updates: Mapping[str, Any], remove_extra: bool = False) -> Config:
        """Return `updates` with what it lacks taken from this config."""
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
        """Become what `text` says, and return self.

        format    "cfg" or "toml"; guessed if None
        name      the file's, for messages
        defaults  a config whose sections may be overridden where `text` leaves them out
        """
        form = format or guess_format(text)
        tree = read_toml(text, name) if form == "toml" else read_cfg(text, name)
        if overrides:
            apply_overrides(tree, overrides, defaults or {})
        read = Config.adopt(tree, source=Source(text, form, name))
        read = read.interpolate() if interpolate else read
        self.clear()
        self.update(read)
        self.origins = read.origins
        self.is_interpolated, self.source = read.is_interpolated, read.source
        self._variables = read.variables
        return self

    def from_bytes(
        self,
        data: bytes,
        *,
        interpolate: bool = True,
        overrides: Mapping[str, Any] | None = None,
    ) -> Config:
        """Become what the UTF-8 text in `data` says, and return self."""
        return self.from_str(data.decode("utf8"), interpolate=interpolate, overrides=overrides)

    def from_disk(
        self,
        path: str | FilePath,
        *,
        interpolate: bool = True,
        overrides: Mapping[str, Any] | None = None,
        defaults: Mapping[str, Any] | None = None,
    ) -> Config:
        """Become what the file says, `.cfg` or `.toml`, and return self; see `from_str`."""
        return self.from_str(
            read_text(FilePath(path)),
            interpolate=interpolate,
            overrides=overrides,
            format=format_of(path),
            name=str(path),
            defaults=defaults,
        )

    def to_str(self, *, interpolate: bool = True, format: str = "cfg") -> str:  # noqa: A002
        """Return the config as text, with values instead of variables if `interpolate`."""
        config = self.interpolate() if interpolate and not self.is_interpolated else self
        raw = not config.is_interpolated
        try:
            if format != "toml":
                return write_cfg(config, raw=raw)
            if raw and self.source is not None and self.source.format == "toml":
                from kernel.config.toml import update_text

                return update_text(self.source.text, config)
            return write_toml(config, raw=raw)
        except TypeError as error:
            raise ConfigError(f"the config cannot be written: {error}") from error

    def to_bytes(self, *, interpolate: bool = True) -> bytes:
        """Return the config as `.cfg` in UTF-8."""
        return self.to_str(interpolate=interpolate).encode("utf8")

    def to_disk(self, path: str | FilePath, *, interpolate: bool = True) -> None:
        """Write the config in the format of the suffix of `path`."""
        text = self.to_str(interpolate=interpolate, format=format_of(path))
        write_file(FilePath(path), text.encode("utf8"))


def merge(
    defaults: Mapping[str, Any], updates: Mapping[str, Any], *, remove_extra: bool = False
) -> Config:
    """Return `updates` with what it lacks taken from `defaults`."""
    one, other = as_config(defaults), as_config(updates)
    if one.is_interpolated != other.is_interpolated:
        one, other = one.as_raw(), other.as_raw()
    merged = merge_trees(one, other, remove_extra=remove_extra)
    return Config.adopt(merged, is_interpolated=one.is_interpolated, source=other.source)


def as_config(data: Mapping[str, Any]) -> Config:
    """Return `data` itself if it is a config, else a config of it."""
    return data if isinstance(data, Config) else Config(data)


def values_of(config: Mapping[str, Any]) -> Config:
    """Return a config with values instead of variables, which is not to be changed.

    It is `config` itself if that has no variables.
    """
    found = as_config(config)
    return found if found.is_interpolated else found.interpolate()


def _doubled(value: Any) -> Any:
    """Return a tree in which each string that would be taken for a variable is none."""
    if isinstance(value, Mapping):
        block = Block()
        for key, inner in value.items():
            block.set(key, _doubled(inner), origin_of(value, key))
        return block
    if isinstance(value, list):
        return [_doubled(item) for item in value]
    return escape(value, raw=False) if has_variable(value) else value


def format_of(path: str | FilePath) -> str:
    """Return the format that the suffix of `path` stands for."""
    return "toml" if FilePath(path).suffix.lower() == ".toml" else "cfg"


def guess_format(text: str) -> str:
    """Return the format of a text without a name: TOML quotes `@`, which `.cfg` cannot."""
    return "toml" if _TOML_SIGNS.search(text) else "cfg"


def read_text(path: FilePath) -> str:
    """Return the text of a config file; raises `ConfigError` if it has none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text, at byte {error.start}") from None
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise ConfigError(f"{path}: {reason}", hint="`kernel init config` makes one") from None
