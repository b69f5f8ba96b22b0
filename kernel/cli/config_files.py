"""Config files as commands read and write them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from kernel.cli import console
from kernel.config import Config, load_config, parse_overrides
from kernel.files import write_file


def read_config(path: Path | str, arguments: Sequence[str] = ()) -> Config:
    """Return the config at `path` ("-": stdin), with the overrides in `arguments`."""
    return load_config(path, overrides=parse_overrides(list(arguments)))


def write_config(config: Config, path: Path, *, commented: bool = False) -> None:
    """Write the config with its variables, in the format of the suffix; "-" is stdout."""
    text = config_text(config, "toml" if path.suffix == ".toml" else "cfg", commented=commented)
    if str(path) == "-":
        console.data(text)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, f"{text}\n".encode())


def config_text(config: Config, form: str, *, commented: bool = False) -> str:
    """Return the config as text, without a line end at its end."""
    text = config.to_str(interpolate=False, format=form)
    if commented and form == "toml":
        from kernel.cli.comments import add_comments

        text = add_comments(text, config)
    return text.rstrip("\n")


def show_diff(before: str, after: str, *, names: tuple[str, str]) -> bool:
    """Write a unified diff of two texts to stdout; returns whether there is any difference."""
    lines = list(
        difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="", n=2)
    )
    for line in lines:
        console.data(line)
    return bool(lines)
