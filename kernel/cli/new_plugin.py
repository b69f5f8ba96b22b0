"""`kernel plugins new`: create a new plugin, complete and tested."""

from __future__ import annotations

import keyword
import re
import shlex
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import click

from kernel import __version__
from kernel.errors import KernelError
from kernel.registry import first_party_names

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@click.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def new(name: str, folder: Path) -> None:
    """Write a plugin NAME into FOLDER.

    The new folder NAME has a component and tests that pass, as a starting point for your code.
    """
    from kernel.cli import console

    made = write_plugin(name, folder)
    console.good(f"wrote the plugin kernel-plugin-{name} to {made}")
    install, tests = shlex.quote(str(made)), shlex.quote(str(made / "tests"))
    console.say(f"next: pip install -e {install} && python -m pytest {tests}")


def write_plugin(name: str, folder: Path) -> Path:
    """Write a plugin called `name`, and return its folder.

    Raises `KernelError` for an existing folder, or a name that is not valid for a Python module
    or belongs to one of kernel's own plugins.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise KernelError(
            f"`{name}` cannot be the name of a plugin",
            hint="use lower-case letters, digits and underscores, starting with a letter",
        )
    distributions = {each for names in first_party_names().values() for each in names.values()}
    if f"kernel-plugin-{name}" in distributions:
        raise KernelError(
            f"there is a plugin kernel-plugin-{name} already", hint="choose another name"
        )
    target = folder / name
    if target.exists():
        raise KernelError(f"{target}: this folder or file already exists")
    package = f"kernel_plugin_{name}"
    major, minor, *_ = __version__.split(".")
    fields = {
        "name": name,
        "package": package,
        "class_name": "".join(part.capitalize() for part in name.split("_")),
        "version": f"{major}.{minor}",
        "next_version": f"{major}.{int(minor) + 1}",
    }
    for path, text in _templates(files("kernel.cli").joinpath("plugin_template"), ()):
        file = target.joinpath(*(package if part == "package" else part for part in path))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(text).substitute(fields), encoding="utf8")
    return target


def _templates(folder: Traversable, above: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    """Return the path of each file to write, and its template."""
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _templates(entry, (*above, entry.name))
        elif entry.name.endswith(".txt"):
            path = (*above, entry.name.removesuffix(".txt"))
            found.append((path, entry.read_text(encoding="utf8")))
    return found
