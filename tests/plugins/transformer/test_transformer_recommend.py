"""`kernel init config` for a GPU, or with a transformer: what it recommends."""

import pytest

from kernel.cli.recommend import recommend_config
from kernel.config import resolve


def test_encoder_and_heads_have_rates_of_their_own():
    found = recommend_config("en", ["ner"], gpu=True)
    optimizer = found.config["training"]["optimizer"]
    assert optimizer["learn_rate"]["max_rate"] == 0.001
    assert optimizer["learn_rates"]["transformer"]["max_rate"] == 5e-5
    made = resolve(found.config.interpolate()["training"]["optimizer"])
    for _ in range(999):
        made.step_schedules()
    assert made.for_component("transformer").learn_rate == pytest.approx(
        5e-5, rel=0.01
    )  # a twentieth of 20,000 steps
    assert made.for_component("ner").learn_rate == pytest.approx(0.001, rel=0.01)


def test_config_for_a_gpu_has_a_transformer_that_components_listen_to():
    found = recommend_config("en", ["tagger", "ner"], gpu=True)
    config = found.config
    assert found.warnings == []
    assert config["nlp"]["pipeline"] == ["transformer", "tagger", "ner"]
    assert config["nlp"]["batch_size"] == 128
    assert config["system"]["gpu_allocator"] == "pytorch"
    model = config["components"]["transformer"]["model"]
    assert model["name"] == "roberta-base"
    assert model["get_spans"]["@span_getters"] == "kernel.wordpiece_spans.v1"
    for name in ("tagger", "ner"):
        listener = config["components"][name]["model"]["tok2vec"]
        assert listener["@architectures"] == "kernel.TransformerListener.v1"
    training = config["training"]
    assert (training["accumulate_gradient"], training["dropout"]) == (3, 0.1)
    assert training["batcher"]["@batchers"] == "kernel.batch_by_padded.v1"
    assert training["optimizer"]["use_averages"] is False


@pytest.mark.parametrize(
    ("lang", "asked", "gpu", "layer", "name"),
    [
        ("en", ["ner"], False, "tok2vec", None),
        ("en", ["transformer", "ner"], False, "transformer", "roberta-base"),
        ("en", ["tok2vec", "ner"], True, "tok2vec", None),
        ("xx", ["ner"], True, "transformer", "bert-base-multilingual-uncased"),
        ("de", ["ner"], True, "transformer", "bert-base-german-cased"),
        # No encoder is recommended, so a GPU alone is no reason for one.
        ("it", ["ner"], True, "tok2vec", None),
        ("it", ["transformer", "ner"], True, "transformer", "bert-base-multilingual-uncased"),
    ],
)
def test_layer_follows_machine_language_and_wish(lang, asked, gpu, layer, name):
    config = recommend_config(lang, asked, gpu=gpu, optimize="accuracy").config
    assert config["nlp"]["pipeline"] == [layer, "ner"]
    assert config["components"][layer]["model"].get("name") == name
    assert config["system"]["gpu_allocator"] == (
        "pytorch" if layer == "transformer" and gpu else None
    )


def test_remarks_are_about_existing_settings():
    found = recommend_config("en", ["ner"], gpu=True)
    assert found.remarks
    for path in found.remarks:
        tree = found.config
        for key in path:
            tree = tree[key]


def test_config_is_written_and_checked(run_kernel, tmp_path):
    done = run_kernel("init", "config", tmp_path / "c.toml", "-p", "ner", "--gpu")
    assert done.returncode == 0, done.stderr
    assert "a folder with an encoder, or its name at the hub" in (tmp_path / "c.toml").read_text()
