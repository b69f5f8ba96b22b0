"""Write what follows from the plugins in this repository; `make fix` runs it.

- `kernel/first_party.json`: which distribution provides which name, for the hint that the kernel
  gives where it is not installed;
- `kernel/missing_names.json`: the names of `spacy_names.toml` that none provides yet;
- `tests/contracts/registered_names.json`: every name that was ever registered. Names are added
  here; taking one out, which breaks files of users, is left to a person;
- the table of plugins in `README.md`.

The plugins have to be installed: commands and sections are what they answer.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from kernel.config.sections import OWN
from kernel.config.settings import settings_of
from kernel.plugin_modules import MODULES
from kernel.plugins import hooks
from kernel.registry import canonical_name

ROOT = Path(__file__).parents[1]
PINNED = ROOT / "tests" / "contracts" / "registered_names.json"

# What spaCy's configs have, and a plugin that is not in this repository yet.
PLANNED_SECTIONS = {
    "initialize.init_tok2vec": "kernel-plugin-pretrain",
    "pretraining": "kernel-plugin-pretrain",
}


def projects() -> list[tuple[Path, dict[str, Any]]]:
    """Return the folder of each plugin with the `[project]` table of its pyproject.toml."""
    return [
        (path.parent, tomllib.loads(path.read_text(encoding="utf8"))["project"])
        for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))
    ]


def registered() -> dict[str, dict[str, str]]:
    """Return, for each registry, the names that plugins declare, with who ships them."""
    names: dict[str, dict[str, str]] = {}
    for _, project in projects():
        for group, points in project["entry-points"].items():
            if group.startswith("kernel_"):
                kind = names.setdefault(group.removeprefix("kernel_"), {})
                kind.update(dict.fromkeys(points, project["name"]))
    return names


def answered() -> dict[str, dict[str, str]]:
    """Return the registries, commands and config sections of plugins, with who ships them."""
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
        has_package = (ROOT / "kernel" / module).is_dir()
        names = MODULES.get(module).__all__ if has_package else ()
        found |= dict.fromkeys([f"{module}.{name}" for name in names] or [module], owner)
    return found


def names_in(section: str, cls: type) -> list[str]:
    """Return what a plugin's `cls` adds to configs: its keys if the kernel has the section."""
    return [f"{section}.{key}" for key in settings_of(cls)] if section in OWN else [section]


def index() -> dict[str, dict[str, str]]:
    """Return all that the plugins in this repository provide, by kind."""
    own = {project["name"] for _, project in projects()}
    found = {**registered(), **answered(), "modules": modules()}
    provided = {
        kind: {name: found[kind][name] for name in sorted(found[kind]) if found[kind][name] in own}
        for kind in sorted(found)
    }
    return {**provided, "sections": {**PLANNED_SECTIONS, **provided["sections"]}}


def missing() -> dict[str, list[str]]:
    """Return, for each kind, the names in spaCy's configs that stand for nothing in kernel."""
    provided = registered()
    table = tomllib.loads((ROOT / "tools" / "spacy_names.toml").read_text(encoding="utf8"))
    return {
        kind: [name for name in text.split() if canonical_name(name) not in provided.get(kind, {})]
        for kind, text in table.items()
    }


def pinned() -> dict[str, list[str]]:
    """Return every registered name that there is or ever was, by kind."""
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


def outputs() -> dict[Path, str]:
    """Return the text of each file that is written."""
    readme = (ROOT / "README.md").read_text(encoding="utf8")
    between = r"(?s)(<!-- plugins: written by `make fix` -->\n).*?(\n<!-- end -->)"
    indexes = {
        ROOT / "kernel" / "first_party.json": index(),
        ROOT / "kernel" / "missing_names.json": missing(),
        PINNED: pinned(),
    }
    return {
        **{path: json.dumps(names, indent=1) + "\n" for path, names in indexes.items()},
        ROOT / "README.md": re.sub(between, rf"\g<1>{table()}\g<2>", readme),
    }


def stale() -> list[str]:
    """Return the files that are not as they would be written."""
    return [
        str(path.relative_to(ROOT))
        for path, text in outputs().items()
        if path.read_text(encoding="utf8") != text
    ]


if __name__ == "__main__":
    for path, text in outputs().items():
        path.write_text(text, encoding="utf8")
