"""Reading and writing of config files by commands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kernel.cli import console
from kernel.config import (
    ABSENT,
    Change,
    Config,
    check,
    diff,
    fill,
    find_problems,
    load_config,
    parse_overrides,
)
from kernel.errors import KernelError, raise_problems
from kernel.files import write_file

MAX_LISTED_ADDED: Final = 3
SUFFIXES: Final = (".cfg", ".toml")

Remarks = Mapping[tuple[str, ...], str]


def read_config(path: Path | str, arguments: Sequence[str] = ()) -> Config:
    """Return the config at `path` ("-": stdin), with the overrides in `arguments`."""
    return load_config(path, overrides=parse_overrides(list(arguments)))


def complete_config(config: Config, *, strict: bool, unread_is_error: bool = False) -> Config:
    """Return `config`, checked, with the settings that it lacks; reports these in one line.

    Sections that nothing reads are reported as warnings, or are errors with `unread_is_error`.
    With `strict`, these sections and missing settings are errors. Raises `ConfigError`.
    """
    if strict:
        check(config)
    filled = fill(config)
    check_filled(filled, unread_is_error=unread_is_error)
    _report_added(config, filled)
    return filled


def check_filled(config: Config, *, unread_is_error: bool = False) -> None:
    """Raise `ConfigError` with the problems of `config`; sections that nothing reads only warn."""
    problems = find_problems(config, complete=False)
    unread = [] if unread_is_error else [each for each in problems if each.is_unread]
    raise_problems(each for each in problems if each not in unread)
    for problem in unread:
        console.warn(str(problem))


def _report_added(config: Config, filled: Config) -> None:
    changes = [each for each in diff(config, filled) if each.before is ABSENT]
    names = [".".join(path) for each in changes for path, _ in _settings(each.after, each.path)]
    if not names:
        return
    listed = ", ".join(names[:MAX_LISTED_ADDED])
    more = len(names) - MAX_LISTED_ADDED
    others = f" and {more} other{'s' if more > 1 else ''}" if more > 0 else ""
    console.say(
        f"added the default of {len(names)} missing setting{'s' if len(names) > 1 else ''}: "
        f"{listed}{others} (see `kernel config explain`)"
    )


def check_suffix(path: Path) -> None:
    """Raise `KernelError` if the suffix of `path` is not that of a config; "-" is stdout."""
    if str(path) != "-" and path.suffix.lower() not in SUFFIXES:
        raise KernelError(
            f"{path} is not the name of a config",
            hint=f"its suffix determines the format: {' or '.join(SUFFIXES)}",
        )


def write_config(config: Config, path: Path, *, remarks: Remarks | None = None) -> None:
    """Write the config with its variables, in the format of the suffix; "-" is stdout.

    With `remarks`, comments are added to TOML; a remark follows the comment of its setting.
    """
    check_suffix(path)
    form = "toml" if path.suffix.lower() == ".toml" else "cfg"
    text = config_text(config, form, remarks=remarks)
    if str(path) == "-":
        console.data(text)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, f"{text}\n".encode())


def config_text(config: Config, form: str, *, remarks: Remarks | None = None) -> str:
    """Return the config as text without a final line end; see `write_config`."""
    text = config.to_str(interpolate=False, format=form)
    if remarks is not None and form == "toml":
        from kernel.cli.comments import add_comments

        text = add_comments(text, config, remarks)
    return text.rstrip("\n")


def show_changes(changes: Iterable[Change]) -> None:
    """Write the differences to stdout: the old and new value of each setting, one per line."""
    for change in changes:
        for sign, value in (("-", change.before), ("+", change.after)):
            for path, single in _settings(value, change.path):
                console.data(f"{sign} {'.'.join(path)} = {json.dumps(single, ensure_ascii=False)}")


def _settings(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _settings(inner, (*path, key))
    elif value is not ABSENT:
        yield path, value
