"""Reading and writing of config files by commands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kernel.cli import console
from kernel.config import ABSENT, Change, Config, load_config, parse_overrides
from kernel.files import write_file

Remarks = Mapping[tuple[str, ...], str]


def read_config(path: Path | str, arguments: Sequence[str] = ()) -> Config:
    """Return the config at `path` ("-": stdin), with the overrides in `arguments`."""
    return load_config(path, overrides=parse_overrides(list(arguments)))


def write_config(config: Config, path: Path, *, remarks: Remarks | None = None) -> None:
    """Write the config with its variables, in the format of the suffix; "-" is stdout.

    With `remarks`, comments are added to TOML; a remark follows the comment of its setting.
    """
    text = config_text(config, "toml" if path.suffix == ".toml" else "cfg", remarks=remarks)
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
