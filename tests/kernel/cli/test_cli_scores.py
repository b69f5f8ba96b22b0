"""A custom component: its scores are shown and explained like those of all others."""

import pytest

import kernel as library
from kernel import Score
from kernel.config import score_descriptions
from kernel.registry import registry
from kernel.text import Doc, DocBin
from kernel_plugin_loggers.columns import columns_of

SCORES = {
    "acme_f": Score(1.0, title="ACME F", help="F-score of anvils"),
    "acme_auc": Score(help="area under the curve of anvils"),
    "acme_by_kind": Score(title="ACME", help="rates of each kind of anvil", per="kind"),
    "acme_hidden": Score(help="not among the weights", listed=False),
}
VALUES = {
    "acme_f": 0.5,
    "acme_f_desc": "mean",
    "acme_auc": 0.25,
    "acme_by_kind": {"iron": {"p": 0.125, "hits": 1.0}, "tin": None, "lead": 0.5},
    "acme_odd": 0.75,
    "acme_odd_by_size": {"big": 0.625, "small": None},
}


class Anvils:
    def __init__(self, name):
        self.name = name

    def __call__(self, doc):
        return doc

    def score(self, examples, **_):
        return VALUES


@registry.factories.register("acme_anvils")
@library.factory("acme_anvils", scores=SCORES)
def make_anvils(nlp, name):
    return Anvils(name)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anvils")
    nlp = library.blank("en")
    nlp.add_pipe("acme_anvils")
    nlp.to_disk(folder / "model")
    DocBin(docs=[Doc(nlp.vocab, ["One", "anvil"])]).to_disk(folder / "dev.spacy")
    return folder


def test_evaluate_has_a_row_for_each_score_and_a_table_for_each_score_of_several(kernel, pipeline):
    done = kernel("evaluate", pipeline / "model", pipeline / "dev.spacy")
    assert done.exit_code == 0, done.output
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert {"ACME F (mean) 50.00", "acme_odd 75.00"} <= set(lines)
    assert not [line for line in lines if line.startswith(("acme_auc", "acme_f_desc"))]
    table = lines.index("ACME (per kind)")
    rows = ["P HITS", "iron 12.50 100.00", "lead - -", "tin - -"]
    assert lines[table + 1 : table + 5] == rows
    table = lines.index("acme_odd_by_size (per type)")
    assert lines[table + 1 : table + 3] == ["big 62.50", "small -"]


def test_scores_replace_a_file_only_with_force(kernel, pipeline, tmp_path):
    output = tmp_path / "scores.json"
    command = ["evaluate", pipeline / "model", pipeline / "dev.spacy", "--output", output]
    output.write_text("mine")
    refused = kernel(*command)
    assert (refused.exit_code, output.read_text()) == (1, "mine")
    assert f"{output} exists" in refused.stderr
    assert kernel(*command, "--force").exit_code == 0
    assert "acme_f" in output.read_text()


def test_scores_by_component_need_a_file(kernel, pipeline):
    done = kernel("evaluate", pipeline / "model", pipeline / "dev.spacy", "-P")
    assert done.exit_code == 1
    assert "--per-component needs --output" in done.stderr


def test_score_that_is_no_number_is_an_error(kernel, pipeline, monkeypatch):
    monkeypatch.setitem(VALUES, "acme_odd", object())
    done = kernel("evaluate", pipeline / "model", pipeline / "dev.spacy")
    assert done.exit_code == 1
    assert "error: expected a number or a table as a score, got object" in done.stderr


def test_scores_are_explained_in_a_config(kernel, tmp_path):
    path = tmp_path / "config.toml"
    assert kernel("init", "config", path, "--pipeline", "acme_anvils").exit_code == 0
    text = path.read_text()
    assert "# F-score of anvils\nacme_f = 1.0" in text
    assert "acme_hidden" not in text
    done = kernel("config", "explain", path, "training.score_weights.acme_by_kind")
    assert "rates of each kind of anvil" in done.stdout


def test_training_table_has_the_titles(pipeline):
    nlp = library.load(pipeline / "model")
    columns = columns_of(nlp)
    assert columns.scores == ("acme_f",)
    assert "ACME F" in columns.names


def test_a_score_that_is_not_listed_is_not_a_mistake(kernel, tmp_path):
    path = tmp_path / "config.cfg"
    kernel("init", "config", path, "--pipeline", "acme_anvils")
    done = kernel("debug", "config", path, "--training.score_weights.acme_hidden", "0.5")
    assert "acme_hidden" not in done.stdout


def test_weights_alone_are_short_for_scores():
    made = library.factory("x", default_score_weights={"x_f": 1.0, "x_detail": None})(make_anvils)
    assert made.scores == {"x_f": Score(1.0), "x_detail": Score()}
    assert make_anvils.default_score_weights == {
        "acme_f": 1.0,
        "acme_auc": None,
        "acme_by_kind": None,
    }


def test_later_components_describe_a_score():
    config = {
        "nlp": {"pipeline": ["morphologizer", "tagger", "gone"]},
        "components": {name: {"factory": name} for name in ("morphologizer", "tagger", "gone")},
    }
    found = score_descriptions(config)
    assert next(iter(found)) == "token_acc"
    assert (found["pos_acc"].weight, found["pos_acc"].title) == (0.0, "POS")
