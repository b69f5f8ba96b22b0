"""Documented names of a pipeline, besides those for adding and running components."""

import pytest

import kernel
from kernel.errors import ArgumentError, KernelError, LoadError
from kernel.pipeline import Language


@pytest.fixture
def nlp():
    for name in ("named_one", "named_two"):
        if not kernel.registry.factories.has(name):
            Language.component(name, assigns=["doc.cats"], requires=["doc.ents"])(_leave_alone)
    made = kernel.blank("en")
    made.add_pipe("named_one")
    made.add_pipe("named_two")
    return made


def _leave_alone(doc):
    return doc


def test_source_gives_the_same_object_and_its_factory(nlp):
    other = kernel.blank("en")

    component, factory = other.create_pipe_from_source("named_one", nlp, name="mine")

    assert (component is nlp.get_pipe("named_one"), factory) == (True, "named_one")
    assert other.component_names == []


def test_source_must_have_the_component(nlp):
    with pytest.raises(KernelError, match="did you mean `named_one`"):
        kernel.blank("en").add_pipe("named_onee", source=nlp)


def test_factories_of_a_language_carry_its_code():
    assert type(kernel.blank("en")).get_factory_name("x") == "en.x"
    assert Language.get_factory_name("x") == "x"


def test_disabling_by_the_older_name_lasts_for_the_block(nlp):
    with nlp.disable_pipes("named_one", "named_two"):
        assert nlp.pipe_names == []
    assert nlp.pipe_names == ["named_one", "named_two"]


def test_training_begins_by_the_older_name(nlp):
    assert nlp.begin_training() is not None


def test_analysis_refuses_unknown_keys(nlp):
    with pytest.raises(ArgumentError, match="no key 'assign' of components; there are: assigns"):
        nlp.analyze_pipes(keys=["assign"])


def test_analysis_is_printed_on_request(nlp, capsys):
    found = nlp.analyze_pipes(keys=["assigns", "requires"])
    assert capsys.readouterr().out == ""

    assert nlp.analyze_pipes(keys=["assigns", "requires"], pretty=True) == found
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].split() == ["#", "component", "assigns", "requires"]
    assert lines[1].split() == ["0", "named_one", "doc.cats", "doc.ents"]
    assert lines[-1] == "named_two: no earlier component sets doc.ents"


def test_the_class_of_no_language_keeps_that_of_the_config(tmp_path):
    nlp = Language.from_config({"nlp": {"lang": "en", "pipeline": []}})
    nlp.to_disk(tmp_path / "p")

    assert (nlp.lang, nlp.config["nlp"]["lang"], nlp.meta["lang"]) == (None, "en", "en")
    assert kernel.load(tmp_path / "p").lang == "en"


def test_settings_of_a_folder_are_taken_over_and_overridden(nlp, tmp_path):
    config = nlp.config.copy()
    config["training"]["seed"] = 5
    nlp.config = config
    nlp.to_disk(tmp_path / "p")

    again = kernel.blank("en")
    again.add_pipe("named_one")
    again.add_pipe("named_two")

    assert again.config["training"]["seed"] == "${system.seed}"
    assert again.from_disk(tmp_path / "p").config["training"]["seed"] == 5
    overrides = {"training.seed": 7}
    assert again.from_disk(tmp_path / "p", overrides=overrides).config["training"]["seed"] == 7
    assert kernel.load(tmp_path / "p", config=overrides).config["training"]["seed"] == 7
    assert kernel.load(tmp_path / "p").config["training"]["seed"] == 5


def test_folder_without_a_config_is_not_a_pipeline(nlp, tmp_path):
    nlp.to_disk(tmp_path / "p", exclude=["config"])

    with pytest.raises(LoadError, match=r"has no config\.cfg or config\.toml"):
        nlp.from_disk(tmp_path / "p")
    assert nlp.from_disk(tmp_path / "p", exclude=["config"]) is nlp
