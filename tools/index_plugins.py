"""Write the files that are generated from the plugins in this repository; `make fix` runs it.

- `kernel/first_party.json`: the distribution that provides each name, for the kernel's hint what to
  install;
- `kernel/missing_names.json`: the names of `spacy_names.toml` that no plugin provides yet, with the
  plugin that will;
- `tests/contracts/registered_names.json`: every name that was ever registered. This script only
  adds names; removing one, which breaks files of users, must be done by hand;
- the table of plugins in `README.md`, and that of missing names in `docs/differences.md`.

The hooks of the plugins are called, for commands and sections. Plugins that are not installed are
imported from this repository.
"""

from __future__ import annotations

import functools
import importlib
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from kernel.config.sections import OWN
from kernel.config.settings import settings_of
from kernel.dispatch import Hooks
from kernel.plugin_modules import MODULES
from kernel.registry import canonical_name

ROOT = Path(__file__).parents[1]
PINNED = ROOT / "tests" / "contracts" / "registered_names.json"
KINDS = {"factories": "components", "misc": "functions (`misc`)", "modules": "names in Python"}


def projects() -> list[tuple[Path, dict[str, Any]]]:
    """Return the folder of each plugin with the `[project]` table of its pyproject.toml."""
    return [
        (path.parent, tomllib.loads(path.read_text(encoding="utf8"))["project"])
        for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))
    ]


def registered() -> dict[str, dict[str, str]]:
    """Return, for each registry, the names that plugins declare, with their distributions."""
    names: dict[str, dict[str, str]] = {}
    for _, project in projects():
        for group, points in project["entry-points"].items():
            if group.startswith("kernel_"):
                kind = names.setdefault(group.removeprefix("kernel_"), {})
                kind.update(dict.fromkeys(points, project["name"]))
    return names


@functools.cache
def hooks() -> Hooks:
    """Return the hooks of the plugins in this repository, installed or not."""
    found = Hooks()
    for folder, project in projects():
        sys.path.append(str(folder))  # installed ones are found before
        (module,) = project["entry-points"]["kernel"].values()
        found.register(importlib.import_module(module), project["name"])
    return found


def answered() -> dict[str, dict[str, str]]:
    """Return the registries, commands and config sections of plugins, with their distributions."""
    known = hooks()
    registries = {
        name: owner for owner, answer in known.gather("kernel_add_registries") for name in answer
    }
    commands = {
        command.name: owner
        for owner, answer in known.gather("kernel_commands")
        for command in answer
    }
    sections = {
        name: owner
        for owner, answer in known.gather("kernel_sections")
        for section, cls in answer.items()
        for name in names_in(section, cls)
    }
    return {"registries": registries, "commands": commands, "sections": sections}


def modules() -> dict[str, str]:
    """Return the modules that plugins provide below `kernel`, with who ships them.

    In the place of a package that the kernel has: the names that a plugin adds to it.
    """
    found: dict[str, str] = {}
    for module, owner in registered()["modules"].items():
        if module.endswith(".*"):  # their names are those of another registry
            continue
        has_package = "." not in module and (ROOT / "kernel" / module).is_dir()
        names = MODULES.get(module).__all__ if has_package else ()
        found |= dict.fromkeys([f"{module}.{name}" for name in names] or [module], owner)
    return found


def names_in(section: str, cls: type) -> list[str]:
    """Return the names that `cls` adds to configs: its keys if the kernel has the section."""
    return [f"{section}.{key}" for key in settings_of(cls)] if section in OWN else [section]


def index() -> dict[str, dict[str, str]]:
    """Return all names that the plugins in this repository provide, by kind."""
    own = {project["name"] for _, project in projects()}
    found = {**registered(), **answered(), "modules": modules()}
    return {
        kind: {name: found[kind][name] for name in sorted(found[kind]) if found[kind][name] in own}
        for kind in sorted(found)
    }


def missing() -> dict[str, dict[str, str]]:
    """Return the names of spaCy that no plugin provides yet, with the later plugins."""
    provided = index()
    table = tomllib.loads((ROOT / "tools" / "spacy_names.toml").read_text(encoding="utf8"))
    return {
        kind: {
            name: f"kernel-plugin-{plugin}"
            for plugin, names in plugins.items()
            for name in (names.split() if isinstance(names, str) else names)
            if not {name, canonical_name(name)} & {*provided.get(kind, {})}
        }
        for kind, plugins in table.items()
    }


def pinned() -> dict[str, list[str]]:
    """Return every registered name, present or past, by kind."""
    before = json.loads(PINNED.read_text(encoding="utf8"))
    now = registered()
    return {
        kind: sorted({*before.get(kind, ()), *now.get(kind, ())})
        for kind in sorted({*before, *now})
    }


def table() -> str:
    """Return the README's table of plugins."""
    rows = [
        f"| [{folder.name}](plugins/{folder.name}) | {project['description']} |"
        for folder, project in projects()
    ]
    return "\n".join(["| plugin | contents |", "| --- | --- |", *rows])


def missing_table() -> str:
    """Return the table of missing names, by plugin and kind, for the page of differences."""
    by_plugin: dict[tuple[str, str], list[str]] = {}
    for kind, names in missing().items():
        for name, plugin in names.items():
            shown = f"kernel.{name}" if kind == "modules" else name
            by_plugin.setdefault((plugin, KINDS.get(kind, kind)), []).append(shown)
    rows = []
    for (plugin, kind), names in sorted(by_plugin.items()):
        versions: dict[str, list[str]] = {}
        for name in sorted(names):
            stem, version = re.fullmatch(r"(.*?)(\.v\d+)?", name).groups(default="")
            versions.setdefault(stem, []).append(version)
        listed = ", ".join(
            f"`{stem}{first}`" + "".join(f", `{version}`" for version in others)
            for stem, (first, *others) in versions.items()
        )
        rows.append(f"| `{plugin}` | {kind} | {listed} |")
    return "\n".join(["| plugin | kind | names |", "| --- | --- | --- |", *rows])


def with_table(page: Path, name: str, table: str) -> str:
    """Return the text of `page` with `table` between the markers called `name`."""
    between = rf"(?s)(<!-- {name}: written by `make fix` -->\n).*?(\n<!-- end -->)"
    return re.sub(between, rf"\g<1>{table}\g<2>", page.read_text(encoding="utf8"))


def outputs() -> dict[Path, str]:
    """Return the text of each generated file."""
    readme, differences = ROOT / "README.md", ROOT / "docs" / "differences.md"
    indexes = {
        ROOT / "kernel" / "first_party.json": index(),
        ROOT / "kernel" / "missing_names.json": missing(),
        PINNED: pinned(),
    }
    return {
        **{path: json.dumps(names, indent=1) + "\n" for path, names in indexes.items()},
        readme: with_table(readme, "plugins", table()),
        differences: with_table(differences, "missing names", missing_table()),
    }


def stale() -> list[str]:
    """Return the files that are not up to date."""
    return [
        str(path.relative_to(ROOT))
        for path, text in outputs().items()
        if path.read_text(encoding="utf8") != text
    ]


if __name__ == "__main__":
    for path, text in outputs().items():
        path.write_text(text, encoding="utf8")
