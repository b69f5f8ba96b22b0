"""The repository as the contracts see it: its modules and its plugins."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def settings_of_tools() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["tool"]


@pytest.fixture(scope="session")
def project_of():
    """The `[project]` table of a plugin's folder."""

    def read(folder: Path) -> dict:
        return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf8"))["project"]

    return read
