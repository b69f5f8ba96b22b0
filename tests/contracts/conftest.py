"""The repository as the contracts see it: its modules and its plugins."""

import ast
import functools
import importlib.util
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def project_of():
    """The `[project]` table of a folder."""

    def read(folder: Path) -> dict:
        return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf8"))["project"]

    return read


@pytest.fixture(scope="session")
def modules_imported():
    """The modules that each file of a package imports, also inside functions, by its path."""

    @functools.cache
    def read(package: Path) -> dict[str, set[str]]:
        return {
            path.relative_to(package).as_posix(): imports(ast.parse(path.read_text("utf8")))
            for path in package.rglob("*.py")
        }

    return read


def imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names


@pytest.fixture(scope="session")
def tool():
    """A script of the folder tools, as a module."""

    def load(name: str):
        spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load
