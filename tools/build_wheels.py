"""Build the wheels of the kernel and of all plugins, and check that no file is missing.

python tools/build_wheels.py DIR
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def projects() -> list[Path]:
    """Return the project folders: the root, then each plugin."""
    return [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]


def build(project: Path, target: Path) -> Path:
    """Build the wheel of `project` into the folder `target` and return its path."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target.resolve())],
        cwd=project,
        check=True,
        capture_output=True,
    )
    return max(target.glob("*.whl"), key=lambda path: path.stat().st_mtime_ns)


def missing(project: Path, wheel: Path) -> list[str]:
    """Return the files of the project's packages that are not in its wheel."""
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
    pattern = "kernel" if project == ROOT else "kernel[_-]*"
    own = {
        path.relative_to(project).as_posix()
        for package in project.glob(pattern)
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return sorted(own - shipped)


def main(target: Path) -> int:
    """Build all wheels into `target`; return the number of wheels with missing files."""
    n_bad = 0
    for project in projects():
        wheel = build(project, target)
        absent = missing(project, wheel)
        n_bad += bool(absent)
        print(f"{wheel.name}: {'lacks ' + ', '.join(absent) if absent else 'complete'}")
    return n_bad


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
