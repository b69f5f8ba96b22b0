"""Each distribution declares the third-party packages that it imports."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]
# Used where they are installed, and never required.
OPTIONAL = {"cupy", "torch"}


def imported_packages(project: Path) -> set[str]:
    """The top-level packages that the project's modules import, also inside functions."""
    (package,) = project.glob("kernel" if project == ROOT else "kernel_plugin_*")
    names: set[str] = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
            elif isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_third_party_imports_are_declared(project, project_of):
    declared = {re.split(r"[<>=\[ ]", d)[0] for d in project_of(project)["dependencies"]}
    packages = {
        name for name in imported_packages(project) if not name.startswith("kernel")
    } - sys.stdlib_module_names
    assert packages - OPTIONAL - {name.replace("-", "_") for name in declared} == set()
