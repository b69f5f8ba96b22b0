"""Write `kernel/first_party.json`: which distribution provides which registered name.

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


if __name__ == "__main__":
    target = ROOT / "kernel" / "first_party.json"
    target.write_text(json.dumps(index(), indent=1) + "\n", encoding="utf8")
