"""What is installed from a wheel is what stands in the repository, and works without it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def load_tool():
    spec = importlib.util.spec_from_file_location(
        "build_wheels", ROOT / "tools" / "build_wheels.py"
    )
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


TOOL = load_tool()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> dict[Path, Path]:
    target = tmp_path_factory.mktemp("wheels")
    return {project: TOOL.build(project, target) for project in TOOL.projects()}


@pytest.mark.slow
@pytest.mark.parametrize("project", TOOL.projects(), ids=lambda path: str(path.relative_to(ROOT)))
def test_wheel_has_every_file_of_its_package(project, wheels):
    assert TOOL.missing(project, wheels[project]) == []


@pytest.mark.slow
def test_wheel_of_the_languages_is_small(wheels):
    assert wheels[ROOT / "plugins" / "lang"].stat().st_size < 2_500_000


@pytest.mark.slow
def test_installed_wheels_work_without_the_source_tree(wheels, tmp_path):
    # Third-party packages come from this environment; the source folders that its editable
    # installs put on the path are taken off it.
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", site, *wheels.values()], check=True)
    code = f"""
import sys
sys.path[:] = [{str(site)!r}] + [p for p in sys.path if not p.startswith({str(ROOT)!r}) or "site-packages" in p]
import kernel
from kernel import plugins
assert kernel.__file__.startswith({str(site)!r}), kernel.__file__
assert {{"corpus", "lang", "ner"}} <= {{plugin.name for plugin in plugins.installed()}}
assert not plugins.plugins().errors
nlp = kernel.blank("en")
assert [token.text for token in nlp("It's here.")] == ["It", "'s", "here", "."]
assert [token.text for token in kernel.blank("de")("Hier z.B.?")] == ["Hier", "z.B.", "?"]
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
