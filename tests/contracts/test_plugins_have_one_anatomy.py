"""Each folder in plugins/ has the same parts, and is under every contract."""

import ast
import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
PINNED = Path(__file__).with_name("registered_names.json")

each_plugin = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@each_plugin
def test_plugin_is_named_after_its_folder(folder, project_of):
    project = project_of(folder)
    assert project["name"] == f"kernel-plugin-{folder.name}"
    assert project["entry-points"]["kernel"] == {folder.name: f"kernel_plugin_{folder.name}.plugin"}


@each_plugin
def test_plugin_says_what_it_is_and_is_typed(folder, project_of):
    project = project_of(folder)
    assert project["description"]
    assert len((folder / project["readme"]).read_text(encoding="utf8").split()) >= 20
    assert (folder / f"kernel_plugin_{folder.name}" / "py.typed").exists()


@each_plugin
def test_plugin_is_under_every_import_contract(folder, settings_of_tools):
    package = f"kernel_plugin_{folder.name}"
    linter = settings_of_tools["importlinter"]
    by_name = {contract["name"]: contract for contract in linter["contracts"]}
    independent = [
        contract["modules"] for contract in by_name.values() if contract["type"] == "independence"
    ]
    assert package in linter["root_packages"]
    assert package in by_name["The kernel does not know its plugins"]["forbidden_modules"]
    assert package in by_name["Nothing stands on what it replaces"]["source_modules"]
    assert any(package in modules for modules in independent)


@each_plugin
def test_coverage_counts_the_plugin(folder, settings_of_tools):
    assert f"kernel_plugin_{folder.name}" in settings_of_tools["coverage"]["run"]["source_pkgs"]


@each_plugin
def test_plugin_declares_the_plugins_it_imports(folder, project_of):
    declared = {
        re.split(r"[<>=\[ ]", dependency)[0] for dependency in project_of(folder)["dependencies"]
    }
    assert imported_plugins(folder) - {folder.name} <= {
        name.removeprefix("kernel-plugin-")
        for name in declared
        if name.startswith("kernel-plugin-")
    }


def imported_plugins(folder: Path) -> set[str]:
    """The plugins that the modules of `folder` import, also inside functions."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
            elif isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
    packages = {name.partition(".")[0] for name in names}
    return {
        name.removeprefix("kernel_plugin_") for name in packages if name.startswith("kernel_plugin")
    }


def test_index_of_first_party_names_is_current(repository):
    path = repository / "tools" / "index_plugins.py"
    spec = importlib.util.spec_from_file_location("index_plugins", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    shipped = json.loads((repository / "kernel" / "first_party.json").read_text(encoding="utf8"))
    assert shipped == tool.index(), "run: python tools/index_plugins.py"


def test_registered_names_are_the_promised_ones(repository):
    # Saved pipelines and users' configs name these. One may come; one that goes breaks files.
    shipped = json.loads((repository / "kernel" / "first_party.json").read_text(encoding="utf8"))
    promised = json.loads(PINNED.read_text(encoding="utf8"))
    assert {kind: sorted(names) for kind, names in shipped.items()} == promised


def test_names_of_our_own_carry_a_version(repository):
    promised = json.loads(PINNED.read_text(encoding="utf8"))
    bare = {"converters", "factories", "languages"}  # named by what they are, as in spaCy
    unversioned = [
        name
        for kind, names in promised.items()
        if kind not in bare
        for name in names
        if not re.search(r"\.v\d+$", name)
    ]
    assert unversioned == []
