"""Packages with pipelines, as `spacy package` makes them.

Their code runs only where kernel is `spacy`, or if the pipeline has a component that is not
registered otherwise.
"""

import json
import shutil
from textwrap import dedent

import pytest

PACKAGE = "xx_small_test"


@pytest.fixture
def installed(pipeline, tmp_path, monkeypatch):
    """A folder of installed packages: one with the pipeline, whose code cannot be imported."""
    site = tmp_path / "site"
    metadata = site / f"{PACKAGE}-1.0.dist-info"
    metadata.mkdir(parents=True)
    metadata.joinpath("METADATA").write_text(f"Name: {PACKAGE}\nVersion: 1.0\n")
    metadata.joinpath("entry_points.txt").write_text(f"[spacy_models]\n{PACKAGE} = {PACKAGE}\n")
    package = site / PACKAGE
    package.mkdir()
    package.joinpath("__init__.py").write_text("raise SystemExit('this needs spaCy')")
    shutil.copytree(pipeline, package / f"{PACKAGE}-1.0")
    monkeypatch.setenv("PYTHONPATH", str(site))
    return package


def test_it_is_loaded_by_its_name(installed, run_python):
    code = f"""
        import sys, kernel
        nlp = kernel.load("{PACKAGE}", exclude=["ner"])
        print(nlp.path.name, nlp.pipe_names[-1], nlp("Anna saw boats")[0].tag_)
        assert "{PACKAGE}" not in sys.modules and "spacy" not in sys.modules
    """
    assert run_python(dedent(code)).split() == [f"{PACKAGE}-1.0", "textcat", "PROPN-X"]


def test_a_config_can_take_components_from_it(installed, run_python):
    code = f"""
        import kernel
        nlp = kernel.blank("en")
        nlp.add_pipe("ner", source=kernel.load("{PACKAGE}"))
        block = {{"ner": {{"source": "{PACKAGE}"}}}}
        config = {{"nlp": {{"lang": "en", "pipeline": ["ner"]}}, "components": block}}
        other = kernel.util.load_model_from_config(config, auto_fill=True)
        print([ent.text for ent in other("The cat saw Anna today").ents])
        print([ent.text for ent in nlp("The cat saw Anna today").ents])
    """
    first, second = run_python(dedent(code)).splitlines()
    assert first == second != "[]"


def test_unknown_name_is_close_to_an_installed_one(installed, run_python):
    code = """
        import kernel
        try:
            kernel.load("xx_small")
        except kernel.errors.LoadError as error:
            print(error.hint)
    """
    assert PACKAGE in run_python(dedent(code))


def test_package_without_a_pipeline_is_named(installed, run_python):
    shutil.rmtree(installed / f"{PACKAGE}-1.0")
    code = f"""
        import kernel
        try:
            kernel.load("{PACKAGE}")
        except kernel.errors.KernelError as error:
            print(error)
    """
    assert f"the package `{PACKAGE}` has no folder with a pipeline" in run_python(dedent(code))


def test_it_is_listed(installed, run_python):
    assert PACKAGE in run_python("import kernel; print(kernel.registry.models.names())")


def test_information_about_it_is_found_by_its_name(installed, run_python):
    code = f"""
        import kernel
        found = kernel.info("{PACKAGE}")
        print(found["lang"], found["source"].endswith("{PACKAGE}-1.0"))
    """
    assert run_python(dedent(code)).split()[1] == "True"


def test_its_own_function_loads_it_where_spacy_is_kernel(installed, run_python):
    meta = json.loads((installed / f"{PACKAGE}-1.0" / "meta.json").read_text(encoding="utf8"))
    (installed / "meta.json").write_text(json.dumps(meta), encoding="utf8")
    folder = f"{meta['lang']}_{meta['name']}-{meta['version']}"
    (installed / f"{PACKAGE}-1.0").rename(installed / folder)
    source = """
        from pathlib import Path
        from spacy.util import get_model_meta, load_model_from_init_py

        __version__ = get_model_meta(Path(__file__).parent)["version"]

        def load(**overrides):
            return load_model_from_init_py(__file__, **overrides)
    """
    (installed / "__init__.py").write_text(dedent(source))
    code = f"""
        from kernel_plugin_spacy import as_spacy
        with as_spacy():
            import {PACKAGE} as package
        print(package.load(exclude=["ner"])("Anna saw boats")[0].tag_, package.__version__)
    """
    assert run_python(dedent(code)).split() == ["PROPN-X", meta["version"]]


CODE = """
from pathlib import Path
from spacy.language import Language
from spacy.util import get_model_meta, load_model_from_init_py

__version__ = get_model_meta(Path(__file__).parent)["version"]


@Language.component("marker")
def marker(doc):
    doc.user_data["marked"] = __version__
    return doc


def load(**overrides):
    return load_model_from_init_py(__file__, **overrides)
"""


@pytest.fixture
def with_component(installed):
    """The package, with a component whose factory its code registers."""
    folder = installed / f"{PACKAGE}-1.0"
    config = folder / "config.cfg"
    text = config.read_text().replace("pipeline = [", 'pipeline = ["marker", ')
    config.write_text(f'{text}\n[components.marker]\nfactory = "marker"\n')
    meta = {"lang": "xx", "name": "small_test", "version": "1.0"}
    installed.joinpath("meta.json").write_text(json.dumps(meta))
    installed.joinpath("__init__.py").write_text(CODE)
    return installed


def test_its_own_components_are_registered_by_its_code(with_component, run_python):
    code = f"""
        from kernel_plugin_spacy import as_spacy
        as_spacy()
        import spacy, {PACKAGE}
        for nlp in (spacy.load("{PACKAGE}"), {PACKAGE}.load()):
            print(nlp.pipe_names[0], nlp("Anna saw boats").user_data["marked"])
    """
    assert run_python(dedent(code)).split() == ["marker", "1.0"] * 2


def test_code_that_imports_spacy_needs_a_program_that_has_it(with_component, run_python):
    code = f"""
        import kernel
        assert "marker" not in kernel.load("{PACKAGE}", exclude=["marker"]).pipe_names
        try:
            kernel.load("{PACKAGE}")
        except kernel.errors.RegistryError as error:
            print(error.message, error.hint)
    """
    said = run_python(dedent(code))
    assert "no `marker` in the registry `factories`" in said
    assert f"the package `{PACKAGE}` may have it, but cannot be imported" in said
    assert "by `python -m kernel_plugin_spacy`" in said
