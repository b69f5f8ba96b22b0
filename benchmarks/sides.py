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
    given = os.environ.get("KERNEL_SPACY_PYTHON")
    python = Path(given) if given else HOME / "spacy" / "bin" / "python"
    if not given and not (HOME / "spacy" / ".installed").exists():
        print(f"setting up {SPACY} in {HOME / 'spacy'}", flush=True)
        venv.create(HOME / "spacy", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", SPACY], check=True)
        (HOME / "spacy" / ".installed").touch()
    return Side(
        name="spacy",
        library="spacy",
        title="spaCy 3.8.18",
        python=python,
        cli=(str(python), "-m", "spacy"),
    )


def earlier_side(python: Path) -> Side:
    """Return an earlier version of kernel, installed in the interpreter `python`."""
    return _kernel("earlier", "kernel, earlier", python)


def _kernel(name: str, title: str, python: Path) -> Side:
    cli = (str(python.with_name("kernel")),)
    return Side(name=name, library="kernel", title=title, python=python, cli=cli)
