"""The config of a pipeline: edited in place, and kept up to date with the components."""

import pytest

import kernel
from kernel import Language
from kernel.errors import ConfigError


@Language.factory("live_thing", default_config={"size": 3}, default_score_weights={"live": 1.0})
def make_thing(nlp, name, size):
    return lambda doc: doc


def test_edits_of_the_config_stay(tmp_path):
    nlp = kernel.blank("xx")
    nlp.config["training"]["dropout"] = 0.5
    nlp.config["initialize"]["vocab_data"] = "words.jsonl"
    assert nlp.config["training"]["dropout"] == 0.5
    nlp.to_disk(tmp_path)
    loaded = kernel.load(tmp_path)
    assert loaded.config["training"]["dropout"] == 0.5
    assert loaded.config["initialize"]["vocab_data"] == "words.jsonl"


def test_config_is_not_built_at_every_look():
    nlp = kernel.blank("xx")
    nlp.add_pipe("live_thing")
    assert nlp.config is nlp.config
    assert nlp.config["components"] is nlp.config["components"]


def test_config_follows_the_components():
    nlp = kernel.blank("xx")
    nlp.config["training"]["dropout"] = 0.5
    nlp.add_pipe("live_thing", "one", config={"size": 4})
    nlp.add_pipe("live_thing", "two")
    assert nlp.config["nlp"]["pipeline"] == ["one", "two"]
    assert nlp.config["components"]["one"] == {"factory": "live_thing", "size": 4}
    nlp.rename_pipe("one", "three")
    nlp.disable_pipe("two")
    assert list(nlp.config["components"]) == ["three", "two"]
    assert nlp.config["nlp"]["disabled"] == ["two"]
    nlp.remove_pipe("two")
    assert nlp.config["components"] == {"three": {"factory": "live_thing", "size": 4}}
    assert nlp.config["training"]["dropout"] == 0.5


def test_settings_of_components_that_are_edited_stay_while_others_come():
    nlp = kernel.blank("xx")
    nlp.add_pipe("live_thing", "one")
    nlp.config["components"]["one"]["size"] = 9
    nlp.add_pipe("live_thing", "two")
    assert nlp.config["components"]["one"]["size"] == 9


def test_score_weights_come_and_go_with_the_components():
    nlp = kernel.blank("xx")
    nlp.add_pipe("live_thing")
    assert nlp.config["training"]["score_weights"] == {"live": 1.0}
    nlp.remove_pipe("live_thing")
    assert nlp.config["training"]["score_weights"] == {}


def test_score_weights_that_are_edited_stay():
    nlp = kernel.blank("xx")
    nlp.add_pipe("live_thing", "one")
    nlp.config["training"]["score_weights"]["live"] = 0.5
    nlp.config["training"]["score_weights"]["other"] = 0.5
    nlp.add_pipe("live_thing", "two")
    assert nlp.config["training"]["score_weights"] == {"live": 0.5, "other": 0.5}


def test_edits_of_every_section_stay_in_bytes():
    nlp = kernel.blank("xx")
    nlp.add_pipe("live_thing")
    edits = {
        ("paths", "vectors"): "v",
        ("system", "seed"): 7,
        ("nlp", "batch_size"): 5,
        ("corpora", "extra"): {"@readers": "kernel.Corpus.v1"},
        ("training", "dropout"): 0.5,
        ("training", "score_weights"): {"live": 0.25, "other": 0.75},
        ("initialize", "vocab_data"): "words.jsonl",
    }
    for (section, key), value in edits.items():
        nlp.config[section][key] = value
    copy = kernel.blank("xx")
    copy.add_pipe("live_thing", config={"size": 9})
    copy.from_bytes(nlp.to_bytes())
    assert {path: copy.config[path[0]][path[1]] for path in edits} == edits
    assert copy.config["components"] == {"live_thing": {"factory": "live_thing", "size": 9}}


def test_score_weights_have_to_be_numbers():
    nlp = kernel.blank("en")
    nlp.config["training"]["score_weights"] = {"tag_acc": "much"}
    nlp.add_pipe("tagger")
    with pytest.raises(
        ConfigError, match=r"score_weights\] tag_acc: wrong type; expected a number"
    ):
        nlp.config.to_str()
