"""Write `kernel/first_party.json`: which distribution provides which registered name.

And `kernel/missing_names.json`: the names of `spacy_names.toml` that none provides yet.

Run it after an entry point was added or removed: python tools/index_plugins.py
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def index() -> dict[str, dict[str, str]]:
    """Return, for each kind, the names that the plugins in this repository register."""
    names: dict[str, dict[str, str]] = {}
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(path.read_text(encoding="utf8"))["project"]
        for group, points in project["entry-points"].items():
            if group.startswith("kernel_"):
                kind = names.setdefault(group.removeprefix("kernel_"), {})
                kind.update(dict.fromkeys(points, project["name"]))
    return {kind: dict(sorted(names[kind].items())) for kind in sorted(names)}


def missing() -> dict[str, list[str]]:
    """Return, for each kind, the names in spaCy's configs that stand for nothing in kernel."""
    provided = index()
    table = tomllib.loads((ROOT / "tools" / "spacy_names.toml").read_text(encoding="utf8"))
    return {
        kind: [name for name in text.split() if _own(name) not in provided.get(kind, {})]
        for kind, text in table.items()
    }


def _own(name: str) -> str:
    return f"kernel.{name.removeprefix('spacy.')}" if name.startswith("spacy.") else name


if __name__ == "__main__":
    for target, names in (("first_party", index()), ("missing_names", missing())):
        text = json.dumps(names, indent=1) + "\n"
        (ROOT / "kernel" / f"{target}.json").write_text(text, encoding="utf8")
