from __future__ import annotations

import json

from kernel import __version__, blank, plugins
from kernel.ops import ThincWeights
from kernel.plugins import InstalledPlugin
from kernel.registry import Registry


def test_plugins_are_listed(kernel):
    result = kernel("plugins")
    assert result.exit_code == 0
    (row,) = [line for line in result.stdout.splitlines() if line.startswith("corpus ")]
    assert "kernel-plugin-corpus" in row
    assert " ok " in row
    assert {"batchers 3", "commands 1", "readers 8"} <= set(row.split("  ")[-1].strip().split(", "))


def test_plugins_are_listed_as_json(kernel):
    listed = {plugin["name"]: plugin for plugin in json.loads(kernel("plugins", "--json").stdout)}
    assert listed["ner"]["distribution"] == "kernel-plugin-ner"
    assert listed["ner"]["error"] is None
    assert "kernel.Corpus.v1" in listed["corpus"]["provides"]["readers"]


def test_broken_plugin_is_shown_with_its_error(kernel, monkeypatch):
    broken = InstalledPlugin(
        name="odd",
        distribution="odd-plugin",
        version="1.0",
        module="odd",
        error="ImportError: no [module]",
    )
    monkeypatch.setattr(plugins, "installed", lambda: [broken])
    result = kernel("plugins")
    assert result.exit_code == 0
    assert "not loaded" in result.stdout
    assert result.stderr == (
        "warning: `odd` of odd-plugin is not loaded: ImportError: no [module]\n"
    )


def test_without_plugins_that_is_said(kernel, monkeypatch):
    monkeypatch.setattr(plugins, "installed", list)
    monkeypatch.setattr(Registry, "others", lambda registry: {})
    result = kernel("plugins")
    assert (result.exit_code, result.output) == (0, "no plugins are installed\n")


def test_info_describes_the_installation(kernel):
    entries = json.loads(kernel("info", "--json").stdout)
    assert entries["kernel version"] == __version__
    assert "kernel-plugin-ner" in entries["plugins"]
    assert f"kernel version  {__version__}" in kernel("info").stdout


def test_info_describes_a_pipeline_without_its_scores(kernel, tmp_path):
    meta = {"lang": "en", "name": "x", "labels": {"ner": ["PER"]}, "performance": {"ents_f": 0.5}}
    tmp_path.joinpath("meta.json").write_text(json.dumps(meta))
    entries = json.loads(kernel("info", tmp_path, "--json").stdout)
    assert entries == {"lang": "en", "name": "x", "source": str(tmp_path)}
    result = kernel("info", tmp_path, "--markdown", "--exclude", "name")
    assert "- **labels:** ner (PER)" in result.stdout.splitlines()
    assert "name" not in result.stdout.replace(str(tmp_path), "")


def test_info_of_a_missing_pipeline_is_an_error(kernel, tmp_path):
    for path, message in (
        (tmp_path / "none", "no such folder or installed package"),
        (tmp_path, "no meta.json"),
    ):
        result = kernel("info", path)
        assert result.exit_code == 1
        assert message in result.stderr


def test_info_describes_the_weights_of_a_saved_pipeline(kernel, tmp_path):
    nlp = blank("en")
    nlp.add_pipe("tagger").add_label("NN")
    nlp.initialize()
    nlp.to_disk(tmp_path / "model")
    entries = json.loads(kernel("info", tmp_path / "model", "--json").stdout)
    sizes = entries["weights"]["tagger"]
    counted = sum(
        a.size for a in ThincWeights(nlp.get_pipe("tagger").model).named_arrays().values()
    )
    assert sizes == {"parameters": counted, "megabytes": round(4 * counted / 1e6, 1)}
    assert f"tagger: {counted:,} parameters, {4 * counted / 1e6:.1f} MB" in (
        kernel("info", tmp_path / "model").stdout
    )


def test_info_shows_what_a_plugin_says_of_its_weights(kernel, tmp_path):
    sizes = {"encoder": {"parameters": 22713216, "megabytes": 90.9, "layers": 6, "width": 384}}
    tmp_path.joinpath("meta.json").write_text(json.dumps({"weights": sizes}))
    result = kernel("info", tmp_path)
    assert "encoder: 22,713,216 parameters, 90.9 MB, layers 6, width 384" in result.stdout


def test_info_describes_a_language(kernel):
    entries = json.loads(kernel("info", "--lang", "fr", "--json").stdout)

    assert entries["class"] == "French"
    assert entries["distribution"] == "kernel-plugin-lang"
    assert entries["file"].endswith("fr.toml")
    assert (entries["special cases"], entries["stop words"]) == (278, 507)
    assert entries["token match"] is True
    assert "LIKE_NUM" in entries["lexical attributes"]
    assert "token match         yes" in kernel("info", "-l", "fr").stdout
    assert "- **stop words:** 507" in kernel("info", "-l", "fr", "--markdown").stdout


def test_info_explains_an_unknown_language(kernel):
    result = kernel("info", "--lang", "frr")
    assert result.exit_code != 0
    assert result.stderr == "error: no language `frr`\nhint: did you mean `fr`?\n"


def test_info_describes_one_thing(kernel, tmp_path):
    result = kernel("info", tmp_path, "--lang", "fr")
    assert result.exit_code != 0
    assert "give either a pipeline or `--lang`" in result.stderr
