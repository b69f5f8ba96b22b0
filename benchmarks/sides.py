"""The compared libraries: their interpreters and command lines."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".bench"
SPACY = "spacy==3.8.18"
SPACY_TRANSFORMERS = (SPACY, "spacy-transformers==1.4.0")


@frozen(kw_only=True)
class Side:
    """A library, an interpreter in which it is installed, and its command line `cli`.

    `name` is used in results and folders, `library` is the package to import, and `title` is
    the heading of the side's column in the table.
    """

    name: str
    library: str
    title: str
    python: Path
    cli: tuple[str, ...]


def kernel_side() -> Side:
    """Return kernel as installed in this interpreter."""
    python = Path(sys.executable)
    return _kernel("kernel", "kernel", python)


def spacy_side() -> Side:
    """Return spaCy in its own environment, which the first call creates.

    If `KERNEL_SPACY_PYTHON` is set, that interpreter is used instead.
    """
    python = _python("spacy", "KERNEL_SPACY_PYTHON", SPACY)
    return _spacy("spacy", "spaCy 3.8.18", python)


def spacy_transformers_side() -> Side:
    """Return spaCy with spacy-transformers in its own environment, as `spacy_side` does.

    The variable is `KERNEL_SPACY_TRANSFORMERS_PYTHON`.
    """
    variable = "KERNEL_SPACY_TRANSFORMERS_PYTHON"
    python = _python("spacy-transformers", variable, *SPACY_TRANSFORMERS)
    return _spacy("spacy-transformers", "spacy-transformers 1.4.0", python)


def _python(name: str, variable: str, *packages: str) -> Path:
    """Return the interpreter of the environment `name`, or the one that `variable` names."""
    given = os.environ.get(variable)
    if given:
        return Path(given)
    home = HOME / name
    python = home / "bin" / "python"
    if not (home / ".installed").exists():
        print(f"setting up {', '.join(packages)} in {home}", flush=True)
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        (home / ".installed").touch()
    return python


def _spacy(name: str, title: str, python: Path) -> Side:
    cli = (str(python), "-m", "spacy")
    return Side(name=name, library="spacy", title=title, python=python, cli=cli)


def earlier_side(python: Path) -> Side:
    """Return an earlier version of kernel, installed in the interpreter `python`."""
    return _kernel("earlier", "kernel, earlier", python)


def _kernel(name: str, title: str, python: Path) -> Side:
    cli = (str(python.with_name("kernel")),)
    return Side(name=name, library="kernel", title=title, python=python, cli=cli)
