import importlib.metadata
import sys

import pytest


@pytest.fixture
def distribution(tmp_path, monkeypatch):
    """Install a distribution into a folder on the path: `distribution(NAME, groups, modules)`.

    `groups` are {entry-point group: {name: target}}, `modules` are {module: source}.
    """
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def install(name, groups, **modules):
        info = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [
            line
            for group, points in groups.items()
            for line in (f"[{group}]", *(f"{name} = {target}" for name, target in points.items()))
        ]
        (info / "entry_points.txt").write_text("\n".join(lines))
        for module, source in modules.items():
            (tmp_path / f"{module}.py").write_text(source)
            made.append(module)
        return importlib.metadata.Distribution.at(info)

    yield install
    for module in made:
        sys.modules.pop(module, None)
