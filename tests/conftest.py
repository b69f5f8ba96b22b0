"""What every room's tests may use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from thinc.api import get_current_ops, set_current_ops

from kernel.random import fix_random_seed

ROOT = Path(__file__).parents[1]

OPS = get_current_ops()

# Examples are timed by pytest, if at all; on a busy machine a deadline only makes tests flicker.
settings.register_profile("kernel", deadline=None)
settings.load_profile("kernel")


@pytest.fixture(autouse=True)
def same_luck():
    """A test draws the same random numbers whichever tests ran before it."""
    fix_random_seed(0)


@pytest.fixture(autouse=True)
def same_operations():
    """A command that runs in this process, and selects a device, selects it for one test."""
    yield
    # Not those before the test: a fixture of its module may have run a command already.
    set_current_ops(OPS)


@pytest.fixture(scope="session")
def repository() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def run_python():
    """A fresh interpreter for `code`, in which warnings are errors; gives its stdout."""

    def run(code: str, *args: str, expect: int = 0) -> str:
        command = [sys.executable, "-W", "error", "-c", code, *args]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == expect, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def run_kernel():
    """The installed command line; gives the finished process, whatever its exit code."""

    def run(*args: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess:
        command = [str(Path(sys.executable).with_name("kernel")), *map(str, args)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **env},
        )

    return run
