"""No module needs another one to have been imported before it, and none warns."""

import functools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Whatever is imported of the kernel, `kernel/__init__.py` runs first; so it is imported once, and
# the modules that it brings are answered for. Each other module gets a process of its own, by
# fork, in which it is the first one after that.
IMPORT_EACH = """
import importlib, json, os, sys, traceback, warnings
import click, numpy, rich.console, thinc.api, tomlkit

def outcome(name):
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        warnings.simplefilter("error")
        try:
            importlib.import_module(name)
        except BaseException:
            os.write(write, traceback.format_exc()[-4000:].encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        text = stream.read().decode()
    os.waitpid(child, 0)
    return text

with warnings.catch_warnings():
    warnings.simplefilter("error")
    import kernel
warnings.simplefilter("ignore")
json.dump({n: "" if n in sys.modules else outcome(n) for n in sys.argv[1:]}, sys.stdout)
"""


def modules() -> list[str]:
    """Every module of the kernel and of the plugins, by its dotted name."""
    homes = [ROOT, *(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]
    files = [
        path.relative_to(home)
        for home in homes
        for package in home.glob("kernel*")
        for path in package.rglob("*.py")
    ]
    return sorted(str(path.with_suffix("")).replace("/", ".") for path in files)


MODULES = [name.removesuffix(".__init__") for name in modules()]
TORCH_MODULES = [name for name in MODULES if name.startswith("kernel_plugin_transformer")]


@pytest.fixture(scope="module")
def outcomes() -> Callable[[str], dict[str, str]]:
    """What happened when each module was imported that is installed together with another one."""

    @functools.cache
    def read(needs_torch: bool) -> dict[str, str]:
        names = TORCH_MODULES if needs_torch else sorted({*MODULES} - {*TORCH_MODULES})
        command = [sys.executable, "-c", IMPORT_EACH, *names]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return lambda name: read(name in TORCH_MODULES)


def test_the_list_of_modules_is_not_empty():
    assert "kernel.registry" in MODULES
    assert "kernel_plugin_ner.plugin" in MODULES


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=[pytest.mark.needs("torch", "kernel_plugin_transformer")]
            if name in TORCH_MODULES
            else [],
        )
        for name in MODULES
    ],
)
def test_module_imports_alone_without_a_warning(name, outcomes):
    assert outcomes(name)[name] == ""
