"""What the guides show of pretraining: the commands, the settings and their connection to training."""

import json

import pytest

import kernel as kernel_package
from kernel.config import load_config

LINES = ["Nobody saw the ship leave at dawn", "The port of Bergen is quiet in winter"] * 8


@pytest.fixture
def raw_text(write):
    return write("text.jsonl", "".join(f"{json.dumps({'text': line})}\n" for line in LINES))


@pytest.fixture
def pretrain(run, config, raw_text, tmp_path):
    """Fill the config of the small pipeline, and run `pretrain` with these arguments."""

    def start(*arguments, more=""):
        filled = tmp_path / "config_pretrain.cfg"
        if not filled.exists():
            run("init", "fill-config", config(more), filled, "--pretraining")
        return run(
            *("pretrain", filled, tmp_path / "output", "--paths.raw_text", raw_text),
            *("--pretraining.max_epochs", "2", "--pretraining.objective.hidden_size", "8"),
            *arguments,
        )

    return start


def test_fill_config_adds_the_defaults_of_the_section(run, config, tmp_path):
    filled = tmp_path / "config_pretrain.cfg"
    run("init", "fill-config", config(), filled, "--pretraining")
    section = load_config(filled)["pretraining"]
    expected = {
        "max_epochs": 1000,
        "dropout": 0.2,
        "n_save_every": None,
        "n_save_epoch": None,
        "component": "tok2vec",
        "layer": "",
        "corpus": "corpora.pretrain",
    }
    assert {key: section[key] for key in expected} == expected
    assert section["batcher"]["size"] == 3000
    assert section["objective"] == {
        "@architectures": "kernel.PretrainCharacters.v1",
        "maxout_pieces": 3,
        "hidden_size": 300,
        "n_characters": 4,
    }
    assert section["optimizer"]["use_averages"] is True


def test_pretraining_produces_a_file_per_epoch(pretrain, tmp_path):
    pretrain()
    names = sorted(path.name for path in (tmp_path / "output").glob("*.bin"))
    assert names == ["model-last.bin", "model0.bin", "model1.bin"]


def test_text_may_be_in_the_binary_format(pretrain, run, tmp_path):
    nlp = kernel_package.blank("en")
    path = tmp_path / "text.spacy"
    kernel_package.DocBin(docs=[nlp.make_doc(line) for line in LINES]).to_disk(path)
    reader = """
        [corpora]

        [corpora.pretrain]
        @readers = "spacy.Corpus.v1"
        path = ${paths.raw_text}
        """
    pretrain("--paths.raw_text", path, more=reader)
    assert (tmp_path / "output" / "model1.bin").exists()


def test_weights_connect_pretraining_to_training(pretrain, run, tmp_path, data):
    pretrain()
    weights = tmp_path / "output" / "model1.bin"
    done = run(
        *("train", tmp_path / "config_pretrain.cfg", *data),
        *("--paths.init_tok2vec", weights, "--output", tmp_path / "model"),
    )
    assert f"from {weights}" in done.stdout


def test_layer_of_a_component_is_pretrained(run, write, raw_text, tmp_path):
    config = write(
        "textcat.cfg",
        """
        [nlp]
        lang = "en"
        pipeline = ["textcat"]

        [components]

        [components.textcat]
        factory = "textcat"

        [components.textcat.model]
        @architectures = "spacy.TextCatEnsemble.v2"

        [components.textcat.model.tok2vec]
        @architectures = "spacy.HashEmbedCNN.v2"
        width = 16
        depth = 1
        embed_size = 100
        window_size = 1
        maxout_pieces = 2
        subword_features = true
        pretrained_vectors = null

        [components.textcat.model.linear_model]
        @architectures = "spacy.TextCatBOW.v3"
        exclusive_classes = true
        length = 262144
        ngram_size = 1

        [corpora]

        [corpora.pretrain]
        @readers = "spacy.JsonlCorpus.v1"
        path = ${paths.raw_text}

        [paths]
        raw_text = null

        [pretraining]
        max_epochs = 1
        component = "textcat"
        layer = "tok2vec"

        [pretraining.objective]
        @architectures = "spacy.PretrainCharacters.v1"
        maxout_pieces = 3
        hidden_size = 8
        n_characters = 4
        """,
    )
    done = run("pretrain", config, tmp_path / "output", "--paths.raw_text", raw_text)
    assert "of the component `textcat`" in done.stderr


def test_vectors_objective(run, pretrain, write, tmp_path):
    write("vectors.txt", "ship 1 0 0\nport 0 1 0\ndawn 0 0 1\nwinter 1 1 0\n")
    run("init", "vectors", "en", tmp_path / "vectors.txt", tmp_path / "vectors")
    objective = """
        [initialize]
        vectors = ${paths.vectors}

        [pretraining]

        [pretraining.objective]
        @architectures = "spacy.PretrainVectors.v1"
        maxout_pieces = 3
        hidden_size = 300
        loss = "cosine"
        """
    pretrain("--paths.vectors", tmp_path / "vectors", more=objective)
    assert (tmp_path / "output" / "model1.bin").exists()
