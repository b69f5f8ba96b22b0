"""Each folder in plugins/ has the same parts, and what follows from it is written."""

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
def test_plugin_has_a_description_and_types(folder, project_of):
    project = project_of(folder)
    assert project["description"]
    assert len((folder / project["readme"]).read_text(encoding="utf8").split()) >= 20
    assert (folder / f"kernel_plugin_{folder.name}" / "py.typed").exists()


def test_generated_files_are_up_to_date(tool):
    assert tool("list_languages").stale() == [], "run: make fix"
    assert tool("index_plugins").stale() == [], "run: make fix"


def test_registered_names_are_the_promised_ones(tool):
    # Saved pipelines and users' configs name these. One may come; one that goes breaks files.
    promised = json.loads(PINNED.read_text(encoding="utf8"))
    registered = tool("index_plugins").registered()
    assert {kind: sorted(names) for kind, names in registered.items()} == promised


def test_index_has_more_than_registered_names():
    index = json.loads((ROOT / "kernel" / "first_party.json").read_text(encoding="utf8"))
    assert index["commands"]["init vectors"] == "kernel-plugin-vectors"
    assert index["languages"]["en"] == "kernel-plugin-lang"
    assert index["factories"]["ner"] == "kernel-plugin-ner"


def test_names_of_our_own_carry_a_version():
    promised = json.loads(PINNED.read_text(encoding="utf8"))
    bare = {"converters", "exporters", "factories", "languages", "modules", "transition_systems"}
    unversioned = [
        name
        for kind, names in promised.items()
        if kind not in bare
        for name in names
        if not re.search(r"\.v\d+$|^kernel\.\w+\.\w+Tokenizer$", name)  # the latter as in spaCy
    ]
    assert unversioned == []
