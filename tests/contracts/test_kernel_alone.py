"""The kernel alone says what to install; each plugin works with only what it declares."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))
TORCH = "transformer"

pytestmark = pytest.mark.slow

HINTS = """
import importlib, json, sys
import kernel
from click.testing import CliRunner
from kernel.cli.app import make_program
from kernel.config import Config, check
from kernel.errors import KernelError
from kernel.registry import first_party_names

def hint_of(kind, name):
    if kind == "commands":
        return CliRunner().invoke(make_program(), name.split()).output
    try:
        if kind == "languages":
            kernel.blank(name)
        elif kind == "registries":
            kernel.registry.of(name)
        elif kind == "modules":
            importlib.import_module(f"kernel.{name}")
        elif kind == "sections":
            section, _, key = name.partition(".")
            check(Config({section: {key or "x": {"y": 1}}}))
        else:
            kernel.registry.get(kind, name)
    except (KernelError, ModuleNotFoundError) as error:
        return str(error)
    return "it is there"

names = first_party_names()
json.dump({kind: {n: hint_of(kind, n) for n in found} for kind, found in names.items()}, sys.stdout)
"""
CHECKS = """
import sys
import kernel
from kernel.plugins import plugins
from kernel.testing import plugin_checks

found = plugins()
assert not found.errors, found.errors
print(*sorted(point.dist.name for point in found.points))
for check in plugin_checks(sys.argv[1]):
    check()
"""


@pytest.fixture(scope="session")
def third_party(tmp_path_factory) -> Path:
    """The packages of this environment, but for those of this repository."""
    folder = tmp_path_factory.mktemp("third_party")
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not re.match(r"(_editable|__editable__|_?kernel_|.*\.pth$)", path.name):
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture(scope="session")
def wheels(tool, tmp_path_factory) -> dict[str, Path]:
    """The wheel of each distribution of this repository."""
    build = tool("build_wheels")
    target = tmp_path_factory.mktemp("wheels")
    return {
        "kernel-nlp" if project == ROOT else f"kernel-plugin-{project.name}": build.build(
            project, target
        )
        for project in build.projects()
    }


@pytest.fixture
def run_with(wheels, third_party, tmp_path):
    """Run code where only some distributions of this repository are installed."""

    def run(distributions, code, *arguments) -> str:
        for name in distributions:
            with zipfile.ZipFile(wheels[name]) as wheel:
                wheel.extractall(tmp_path / "site")
        path = os.pathsep.join([str(tmp_path / "site"), str(third_party)])
        done = subprocess.run(
            [sys.executable, "-S", "-c", code, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_kernel_alone_names_missing_plugins(run_with):
    hints = json.loads(run_with(["kernel-nlp"], HINTS))
    index = json.loads((ROOT / "kernel" / "first_party.json").read_text(encoding="utf8"))
    silent = {
        f"{kind} {name}: {hints[kind][name]}"
        for kind, names in index.items()
        for name, distribution in names.items()
        if f"pip install {distribution}" not in hints[kind][name]
    }
    assert silent == set()


def test_kernel_alone_has_its_command_line(run_with):
    said = run_with(["kernel-nlp"], "from kernel.cli import main; main(['--help'])")
    assert "  train " in said
    assert "  plugins " in said


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=[pytest.mark.needs("torch", "kernel_plugin_transformer")]
            if name == TORCH
            else [],
        )
        for name in PLUGINS
    ],
)
def test_plugin_works_with_its_declared_dependencies(name, run_with, project_of):
    needed, todo = {"kernel-nlp"}, {f"kernel-plugin-{name}"}
    while todo:
        needed |= todo
        projects = [
            project_of(ROOT / "plugins" / each.removeprefix("kernel-plugin-"))
            for each in todo
            if each != "kernel-nlp"
        ]
        declared = {re.split(r"[<>=\[ ]", d)[0] for p in projects for d in p["dependencies"]}
        todo = {each for each in declared if each.startswith("kernel-plugin-")} - needed
    said = run_with(sorted(needed), CHECKS, f"kernel-plugin-{name}")
    assert said.split() == sorted(needed - {"kernel-nlp"})
