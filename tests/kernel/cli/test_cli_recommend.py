"""Recommended configs: complete, valid, and the same as spaCy's except intended differences.

`spacy_init_config.json` has what `spacy init config` (3.8.18) wrote for the same options.
"""

from __future__ import annotations

import functools
import itertools
import json
import operator
import re
from pathlib import Path

import pytest

from kernel.cli.comments import add_comments
from kernel.cli.recommend import recommend_config
from kernel.config import Config, check, fill, score_descriptions
from kernel.config.explain import argument_helps
from kernel.plugins import installed

SPACY = json.loads(Path(__file__).with_name("spacy_init_config.json").read_text(encoding="utf8"))
NAMES = sorted(SPACY["components"]["efficiency"].keys() - {"tok2vec"})
BOTH = ["efficiency", "accuracy"]
EMBED = ("components", "tok2vec", "model", "embed")

without_transformer = pytest.mark.skipif(
    "transformer" in {plugin.name for plugin in installed()},
    reason="a plugin recommends a shared layer for the GPU",
)

# Intended differences from spaCy's settings; docs/config.md gives the reasons.
OURS = {
    ("nlp", "vectors"): None,
    ("training", "optimizer", "use_averages"): True,
}


def renamed(value):
    """Return spaCy's settings with the names that functions have here."""
    return json.loads(json.dumps(value).replace('"spacy.', '"kernel.'))


def put(tree, path, value):
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = value


CASES = [
    pytest.param(case, id=f"{case['optimize']}-{'+'.join(case['asked'])}")
    for case in SPACY["pipelines"]
]


@pytest.mark.parametrize("case", CASES)
def test_pipeline_and_score_weights_are_spacys(case):
    config = recommend_config("en", case["asked"], optimize=case["optimize"]).config
    assert config["nlp"]["pipeline"] == case["pipeline"]
    assert config["training"]["score_weights"] == case["score_weights"]


@pytest.mark.parametrize("optimize", BOTH)
@pytest.mark.parametrize("name", ["tok2vec", *NAMES])
def test_component_has_spacys_settings(name, optimize):
    config = recommend_config(
        "en", ["ner" if name == "tok2vec" else name], optimize=optimize
    ).config
    block = json.loads(json.dumps(config["components"][name]))
    assert block == renamed(SPACY["components"][optimize][name])


@pytest.mark.parametrize(
    "gpu", [pytest.param(False, id="cpu"), pytest.param(True, id="gpu", marks=without_transformer)]
)
@pytest.mark.parametrize("optimize", BOTH)
def test_other_sections_are_spacys(optimize, gpu):
    config = json.loads(
        json.dumps(recommend_config("en", ["tagger"], optimize=optimize, gpu=gpu).config)
    )
    del config["components"], config["nlp"]["pipeline"], config["training"]["score_weights"]
    expected = renamed(SPACY["sections"])
    # A setting of a plugin, which cannot add keys to [paths].
    del expected["paths"]["init_tok2vec"]
    expected["initialize"]["init_tok2vec"] = None
    expected["paths"]["vectors"] = "en_core_web_lg" if optimize == "accuracy" else None
    for path, value in OURS.items():
        put(expected, path, value)
    expected["nlp"]["batch_size"] = 128 if gpu else 1000
    assert config == expected


@pytest.mark.parametrize(("names", "dropout"), [(["ner"], 0.2), (["ner", "tagger"], 0.1)])
def test_plugin_may_recommend_settings_of_training(names, dropout):
    assert recommend_config("en", names).config["training"]["dropout"] == dropout


COMBINATIONS = [
    *itertools.combinations(NAMES, 1),
    *itertools.combinations(NAMES, 2),
    tuple(NAMES),
]


@pytest.mark.parametrize("optimize", BOTH)
@pytest.mark.parametrize("names", COMBINATIONS, ids="+".join)
def test_recommended_config_is_sound_and_complete_in_both_formats(names, optimize):
    found = recommend_config("en", names, optimize=optimize)
    config = found.config
    check(config)
    assert fill(config) == config
    for form in ("cfg", "toml"):
        text = config.to_str(interpolate=False, format=form)
        if form == "toml":
            text = add_comments(text, config, found.remarks)
        assert Config().from_str(text, interpolate=False, format=form) == config


@pytest.mark.parametrize("lang", ["en", "xx"])
@pytest.mark.parametrize("optimize", BOTH)
def test_every_key_has_a_comment(lang, optimize):
    found = recommend_config(lang, NAMES, optimize=optimize)
    text = found.config.to_str(interpolate=False, format="toml")
    text = add_comments(text, found.config, found.remarks)
    lines = text.splitlines()
    bare = [
        line
        for above, line in itertools.pairwise(lines)
        if re.match(r'["\w@]+ = |\[', line) and not above.startswith("# ")
    ]
    assert bare == []


def test_every_score_is_explained():
    described = score_descriptions(recommend_config("en", NAMES).config)
    assert [name for name, score in described.items() if not score.help] == []


def test_meaning_on_two_lines_is_complete():
    def change(size, kind):
        """Change something.

        size  how much, in words; where there
              are none, in characters
        kind  what

        Raises nothing.
        """

    assert argument_helps(change) == {
        "size": "how much, in words; where there are none, in characters",
        "kind": "what",
    }


@pytest.mark.parametrize("optimize", BOTH)
def test_remarks_are_about_existing_settings(optimize):
    found = recommend_config("en", ["ner"], optimize=optimize)
    for *sections, key in found.remarks:
        assert key in functools.reduce(operator.getitem, sections, found.config)


def test_vectors_are_left_out_for_a_language_without():
    config = recommend_config("xx", ["ner"], optimize="accuracy").config
    assert config["paths"]["vectors"] is None
    assert functools.reduce(operator.getitem, EMBED, config)["include_static_vectors"] is False


def test_vectors_are_left_out_if_nothing_includes_them():
    assert (
        recommend_config("en", ["senter"], optimize="accuracy").config["paths"]["vectors"] is None
    )


@pytest.mark.parametrize(("optimize", "warns"), [("accuracy", True), ("efficiency", False)])
def test_missing_vectors_are_reported(kernel, optimize, warns):
    result = kernel("init", "config", "-", "-p", "ner", "-o", optimize)
    warning = "warning: the word vectors `en_core_web_lg` are not installed: "
    assert (warning in result.stderr) is warns


@without_transformer
def test_missing_transformer_for_gpu_is_reported(kernel):
    result = kernel("init", "config", "-", "-p", "ner", "--gpu")
    assert "warning: no installed plugin recommends a shared layer for the GPU" in result.stderr
    assert "batch_size = 128" in result.stdout


def test_shared_layer_that_nothing_listens_to_is_left_out(kernel):
    result = kernel("init", "config", "-", "-p", "tok2vec,textcat")
    assert "warning: `tok2vec` is left out" in result.stderr
    assert 'pipeline = ["textcat"]' in result.stdout


def test_shared_layer_alone_is_refused(kernel):
    result = kernel("init", "config", "-", "-p", "tok2vec")
    assert "error: a pipeline of `tok2vec` alone does nothing: " in result.stderr
    assert "shared layers are added" in result.stderr
