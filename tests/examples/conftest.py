from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]


@frozen
class Environment:
    """A Python environment with what this one has, and more distributions."""

    python: Path

    def run(self, *arguments: object, cwd: Path, check: bool = True) -> str:
        """Run Python; returns what it printed, both streams if it is allowed to fail."""
        command = [str(self.python), *map(str, arguments)]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        if check:
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            return done.stdout
        return done.stdout + done.stderr

    def kernel(self, *arguments: object, cwd: Path, check: bool = True) -> str:
        """Run the program `kernel`."""
        return self.run("-m", "kernel", *arguments, cwd=cwd, check=check)


@pytest.fixture(scope="session")
def beside(tmp_path_factory):
    """Make an environment beside ours that has the distributions in these folders too."""

    def make(*folders: Path) -> Environment:
        home = tmp_path_factory.mktemp("environment")
        venv.create(home, with_pip=False)
        python = home / "bin" / "python"
        paths = {"base": str(home), "platbase": str(home)}
        site = Path(sysconfig.get_path("purelib", "venv", vars=paths))
        ours = sysconfig.get_path("purelib")
        site.joinpath("ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
        install = ["--no-deps", "--no-index", "--no-build-isolation", "--quiet", *map(str, folders)]
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", *install]
        subprocess.run(command, check=True, cwd=home)
        return Environment(python)

    return make
