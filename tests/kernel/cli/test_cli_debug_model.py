"""`kernel debug model`: the layers of a component, before and after it learned a little."""

import re

import pytest

from kernel import Language


@pytest.fixture
def config(kernel, tmp_path):
    path = tmp_path / "config.toml"
    assert kernel("init", "config", path, "--pipeline", "tagger,ner").exit_code == 0
    return path


def rows(stdout):
    """The cells of each row, by its first cells: the number and the name of a layer."""
    return [re.split(r"\s{2,}", line.strip()) for line in stdout.splitlines() if line.strip()]


def test_layers_are_listed_with_sizes_and_parameters(kernel, config):
    result = kernel("debug", "model", config, "tagger")
    assert result.exit_code == 0, result.stderr
    assert rows(result.stdout)[:6] == [
        ["Model of `tagger` after initialization"],
        ["#", "layer", "sizes", "parameters"],
        ["0", "tok2vec-listener>>with_array(softmax)", "nO 8"],
        ["1", "tok2vec-listener", "nO 96"],
        ["2", "with_array(softmax)", "nO 8, nI 96"],
        ["3", "softmax", "nO 8, nI 96", str(8 * 96 + 8)],
    ]
    assert ["all layers", "776"] in rows(result.stdout)
    assert "two sample sentences" in result.stderr


def test_losses_of_the_component_and_of_its_shared_layer_are_shown(kernel, config):
    *_, header, shared, own = rows(kernel("debug", "model", config, "tagger").stdout)
    assert header == ["loss of", "update 1", "update 2", "update 3"]
    assert (shared[0], own[0]) == ("tok2vec", "tagger")
    first, _, last = map(float, own[1:])
    assert 0 < last < first


def test_each_step_is_shown_when_it_is_asked_for(kernel, config):
    shown = kernel("debug", "model", config, "tagger", "-P0", "-P1", "-P2", "-P3", "-l", "0")
    titles = re.findall("Model of `tagger` (.*)", shown.stdout)
    assert titles == ["before initialization", "after initialization", "after 3 updates"]
    assert re.findall(r"all layers +([\d,]+)", shown.stdout) == ["0", "776", "776"]
    assert "`tagger` predicts an array of 12 int64" in shown.stdout


def test_weights_and_gradients_are_shown(kernel, config):
    args = ("debug", "model", config, "tagger", "-l", "3", "-P1", "-P2", "-PAR", "-GRAD")
    found = rows(kernel(*args).stdout)
    weights = [row for row in found if row[0] == "b"]
    assert [row[1] for row in weights] == ["8 float32", "8 float32"]
    assert weights[0][2] == "0 0 0 0 0 …"
    # Three updates with the rate 0.001 from 0, by Adam.
    changes = [abs(float(value)) for value in weights[1][2].split()[:5]]
    assert changes == pytest.approx([0.003] * 5, rel=0.01)
    ((_, size, values),) = [row for row in found if row[0] == "gradient of b"]
    assert size == "8 float32"
    assert all(float(value) for value in values.split()[:5])


def test_attributes_and_unknown_sizes_are_shown(kernel, config):
    found = kernel("debug", "model", config, "tagger", "-P0", "-ATTR", "-DIM").stdout
    assert ["softmax", "nO ?, nI 96"] in [row[1:3] for row in rows(found)]
    assert ["listens_to =", "'*'"] in rows(found)


def test_shared_layer_learns_with_the_components_that_listen_to_it(kernel, config):
    result = kernel("debug", "model", config, "tok2vec")
    losses = {row[0]: row[1:] for row in rows(result.stdout)[-3:]}
    assert list(losses) == ["tok2vec", "tagger", "ner"]
    assert float(losses["tok2vec"][2]) > 0


def test_corpus_is_used_if_the_config_names_one(kernel, config, tmp_path):
    (tmp_path / "train.iob").write_text("Anna|U-PERSON lives|O\n")
    assert kernel("convert", tmp_path / "train.iob", tmp_path).exit_code == 0
    result = kernel(
        "debug", "model", config, "ner", "--paths.train", tmp_path / "train.spacy", "-P3"
    )
    assert result.stderr == "ok: 3 updates with 1 examples\n"
    assert "update 3" in result.stdout


def test_unknown_component_is_refused_with_a_suggestion(kernel, config):
    result = kernel("debug", "model", config, "tager")
    assert result.exit_code == 1
    assert "error: the pipeline has no component `tager`" in result.stderr
    assert "hint: did you mean `tagger`?" in result.stderr


def test_component_without_a_model_is_refused(kernel, config):
    Language.component("shouter", func=lambda doc: doc)
    text = config.read_text().replace('"tagger"', '"shouter"', 1)
    config.write_text(text + '\n[components.shouter]\nfactory = "shouter"\n')
    result = kernel("debug", "model", config, "shouter")
    assert result.exit_code == 1
    assert "error: the component `shouter` has no model of Thinc" in result.stderr
    assert "hint: components with a model: tok2vec, ner" in result.stderr


def test_wrong_numbers_of_layers_are_refused(kernel, config):
    result = kernel("debug", "model", config, "tagger", "-l", "0,x")
    assert result.exit_code == 2
    assert "expected numbers, separated by commas" in result.stderr
