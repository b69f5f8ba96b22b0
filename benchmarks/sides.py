"""The libraries that are compared: where their Python is, and how to start them."""

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
    """A library and the interpreter that has it; `cli` starts its command line.

    `name` names the side in figures and folders, `library` the package to import, `title` the
    column of the table.
    """

    name: str
    library: str
    title: str
    python: Path
    cli: tuple[str, ...]


def kernel_side() -> Side:
    """Return kernel as it is installed beside this interpreter."""
    python = Path(sys.executable)
    return _kernel("kernel", "kernel", python)


def spacy_side() -> Side:
    """Return spaCy in an environment of its own, which the first call sets up.

    `KERNEL_SPACY_PYTHON` names an interpreter that already has it.
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
    """Return an earlier version of kernel, which the interpreter `python` has installed."""
    return _kernel("earlier", "kernel, earlier", python)


def _kernel(name: str, title: str, python: Path) -> Side:
    cli = (str(python.with_name("kernel")),)
    return Side(name=name, library="kernel", title=title, python=python, cli=cli)
