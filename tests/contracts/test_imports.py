"""Who may import what, beside what import-linter checks inside the kernel."""

import graphlib
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
# Used where they are installed, and never required.
OPTIONAL = {"cupy", "pymorphy3", "torch"}
REPLACED = {"spacy", "confection", "pydantic"}

each_project = pytest.mark.parametrize(
    "project", [ROOT, *PLUGINS], ids=["kernel", *(path.name for path in PLUGINS)]
)
each_plugin = pytest.mark.parametrize("folder", PLUGINS, ids=lambda path: path.name)


@pytest.fixture
def packages_imported(modules_imported):
    """The top-level packages that a project's own package imports."""

    def read(project: Path) -> set[str]:
        (package,) = project.glob("kernel" if project == ROOT else "kernel_plugin_*")
        return {
            name.partition(".")[0] for names in modules_imported(package).values() for name in names
        }

    return read


@pytest.fixture
def declared(project_of):
    """The distributions that a project depends on."""
    return lambda project: {
        re.split(r"[<>=\[ ]", each)[0] for each in project_of(project)["dependencies"]
    }


@each_project
def test_third_party_imports_are_declared(project, packages_imported, declared):
    third_party = {name for name in packages_imported(project) if not name.startswith("kernel")}
    known = {name.replace("-", "_") for name in declared(project)}
    assert third_party - sys.stdlib_module_names - OPTIONAL - known == set()


@each_project
def test_modules_do_not_import_their_replacements(project, packages_imported):
    assert packages_imported(project) & REPLACED == set()


def test_kernel_does_not_know_its_plugins(packages_imported):
    assert [name for name in packages_imported(ROOT) if name.startswith("kernel_plugin")] == []


@each_plugin
def test_plugin_declares_the_plugins_it_imports(folder, packages_imported, declared):
    imported = {name for name in packages_imported(folder) if name.startswith("kernel_plugin_")}
    known = {name.replace("-", "_") for name in declared(folder)}
    assert imported - {f"kernel_plugin_{folder.name}"} - known == set()


def test_plugins_do_not_depend_on_each_other_in_a_circle(declared):
    graph = {f"kernel-plugin-{folder.name}": declared(folder) for folder in PLUGINS}
    assert list(graphlib.TopologicalSorter(graph).static_order())


@each_plugin
def test_plugin_imports_click_in_its_command_modules_only(folder, modules_imported):
    using = {
        path
        for path, names in modules_imported(folder / f"kernel_plugin_{folder.name}").items()
        if "click" in names
    }
    assert [path for path in using if not re.match(r"(.*/)?commands?(\.py$|/)", path)] == []
