"""What a run writes, and when it ends."""

import json

import numpy as np
import pytest

import kernel
from kernel.errors import CheckpointError, ConfigError, DataError, KernelError
from kernel.ops import load_weights
from kernel.training import NonFiniteError
from kernel_plugin_pretrain.pretraining import prepare

pytestmark = pytest.mark.usefixtures("quick_disk")


def test_run_writes_weights_and_log(run, files_of, log_of, tmp_path):
    output = run(tmp_path / "out")
    assert sorted(files_of(output)) == [
        *("config.cfg", "log.jsonl", "model-last.bin", "model0.bin", "model1.bin", "model2.bin")
    ]
    rows = log_of(output)
    assert [row["epoch"] for row in rows] == [0, 1, 2]
    n_words = rows[0]["nr_word"]
    assert [row["nr_word"] for row in rows] == [n_words, 2 * n_words, 3 * n_words]
    assert rows[2]["loss"] == pytest.approx(sum(row["epoch_loss"] for row in rows))
    assert rows[2]["mean_loss"] < rows[0]["mean_loss"]


def test_last_weights_are_those_of_the_last_epoch(run, files_of, tmp_path):
    files = files_of(run(tmp_path / "out"))
    assert files["model-last.bin"] == files["model2.bin"] != files["model1.bin"]


def test_saved_weights_are_averages(run, make_config, tmp_path):
    averaged = run(tmp_path / "averaged") / "model-last.bin"
    plain = {"@optimizers": "Adam.v1", "use_averages": False}
    raw = run(tmp_path / "raw", optimizer=plain) / "model-last.bin"
    assert averaged.read_bytes() != raw.read_bytes()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({"n_save_epoch": 2, "max_epochs": 4}, ["0", "2", "3"], id="every-second"),
        pytest.param({"n_save_epoch": 100}, ["0", "2"], id="first-and-last"),
        pytest.param(
            {"n_save_every": 2, "max_epochs": 1}, ["0", "0.temp"], id="also-within-an-epoch"
        ),
    ],
)
def test_epochs_that_are_saved(run, files_of, tmp_path, settings, expected):
    names = files_of(run(tmp_path / "out", **settings))
    found = [name[5:-4] for name in names if name.startswith("model") and "last" not in name]
    assert found == expected


def test_skip_last(run, files_of, tmp_path):
    files = files_of(run(tmp_path / "out", arguments={"skip_last": True}))
    assert "model-last.bin" not in files


def test_same_seed_gives_the_same_bytes(run, files_of, tmp_path):
    assert files_of(run(tmp_path / "a")) == files_of(run(tmp_path / "b"))


def test_docs_are_shuffled_in_each_epoch(make_config, tmp_path):
    state = prepare(make_config(), tmp_path)
    order = [
        tuple(token.text for example in examples for token in example.reference)
        for _, examples in (next(state.batches) for _ in range(12))
    ]
    assert len(set(order)) == 12


# ---- held-out docs


def test_held_out_docs_are_not_learned_from(make_config, tmp_path):
    state = prepare(make_config(held_out=0.1), tmp_path)
    assert (len(state.corpus.docs), len(state.corpus.held_out)) == (54, 6)


def test_held_out_share_is_exact(make_config, tmp_path):
    state = prepare(make_config(held_out=0.4), tmp_path)
    assert (len(state.corpus.docs), len(state.corpus.held_out)) == (36, 24)


def test_small_share_holds_out_one_doc(make_config, tmp_path):
    state = prepare(make_config(held_out=0.001), tmp_path)
    assert (len(state.corpus.docs), len(state.corpus.held_out)) == (59, 1)


def test_empty_held_out_corpus_is_refused(make_config, tmp_path):
    config = make_config(held_out_corpus="corpora.held_out")
    tmp_path.joinpath("empty.jsonl").write_text("")
    reader = {"@readers": "kernel.JsonlCorpus.v1", "path": str(tmp_path / "empty.jsonl")}
    config["corpora"]["held_out"] = reader
    with pytest.raises(DataError, match="held_out_corpus` has no text"):
        prepare(config, tmp_path / "out")


def test_held_out_loss_of_each_epoch_is_in_the_log(run, log_of, tmp_path):
    losses = [row["held_out_loss"] for row in log_of(run(tmp_path / "out", held_out=0.1))]
    assert len(losses) == 3
    assert losses[2] < losses[0]


def test_measuring_does_not_change_what_is_learned(make_config, run, files_of, tmp_path, raw_text):
    reader = {"@readers": "kernel.JsonlCorpus.v1", "path": str(raw_text)}
    config = make_config(held_out_corpus="corpora.held_out")
    config["corpora"]["held_out"] = reader
    measured = files_of(run(tmp_path / "measured", config=config))
    plain = files_of(run(tmp_path / "plain"))
    assert measured["model-last.bin"] == plain["model-last.bin"]
    assert measured["log.jsonl"] != plain["log.jsonl"]


def test_patience_ends_the_run(run, log_of, tmp_path):
    # No update changes anything, so the loss never falls.
    still = {"@optimizers": "Adam.v1", "learn_rate": 0.0}
    settings = {"held_out": 0.1, "patience": 2, "max_epochs": 9, "optimizer": still}
    rows = log_of(run(tmp_path / "out", **settings))
    assert [row["epoch"] for row in rows] == [0, 1, 2]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"patience": 2}, "pretraining.patience"),
        ({"held_out": 0.1, "held_out_corpus": "corpora.pretrain"}, "pretraining.held_out"),
        (
            {"optimizer": {"@optimizers": "Adam.v1", "learn_rates": {"tok2vec": 0.1}}},
            "pretraining.optimizer: `learn_rates` has no effect",
        ),
        ({"corpus": "paths.raw_text"}, "type `str`, expected a corpus"),
    ],
)
def test_contradictory_settings_are_refused(run, tmp_path, settings, message):
    with pytest.raises(ConfigError) as caught:
        run(tmp_path / "out", **settings)
    assert message in str(caught.value).replace("[pretraining] ", "pretraining.")


# ---- what is learned from


def test_corpus_may_be_a_spacy_file(run, log_of, make_config, tmp_path):
    nlp = kernel.blank("en")
    path = tmp_path / "docs.spacy"
    kernel.DocBin(docs=[nlp.make_doc(text) for text in ("a b c", "d e", "")]).to_disk(path)
    config = make_config(max_epochs=1)
    config["corpora"]["pretrain"] = {"@readers": "kernel.Corpus.v1", "path": str(path)}
    assert log_of(run(tmp_path / "out", config=config))[0]["nr_word"] == 5


def test_corpus_without_text_is_refused(run, tmp_path, raw_text):
    raw_text.write_text("")
    with pytest.raises(DataError, match=r"`corpora\.pretrain` has no text"):
        run(tmp_path / "out")


def test_missing_text_is_refused(run, make_config, tmp_path):
    config = make_config()
    config["paths"]["raw_text"] = None
    with pytest.raises(KernelError, match="has no `path`"):
        run(tmp_path / "out", config=config)


# ---- layers


def test_listener_stands_for_the_shared_component(run, files_of, make_config, tmp_path):
    named = files_of(run(tmp_path / "named"))
    listening = files_of(run(tmp_path / "listening", component="tagger", layer="tok2vec"))
    assert listening["model-last.bin"] == named["model-last.bin"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"component": "ner"}, "no component `ner`", id="component"),
        pytest.param(
            {"component": "tagger", "layer": "tok2wec"}, "did you mean `tok2vec`", id="layer"
        ),
        pytest.param(
            {"component": "tagger", "layer": ""}, "does not compute word vectors", id="no-tok2vec"
        ),
    ],
)
def test_layer_that_cannot_be_pretrained_is_refused(run, tmp_path, settings, message):
    with pytest.raises(ConfigError, match=message):
        run(tmp_path / "out", **settings)


def test_config_without_section_is_refused(run, make_config, tmp_path):
    config = make_config()
    del config["pretraining"]
    with pytest.raises(ConfigError, match=r"no section \[pretraining\]"):
        run(tmp_path / "out", config=config)


PARSER_MODEL = {
    "@architectures": "kernel.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 8,
    "maxout_pieces": 2,
}
LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": 8}


def give_to_parser(config, owner):
    """Replace the tagger by a parser with a tok2vec of its own, or with a listener."""
    blocks = config["components"]
    own = blocks["tok2vec"]["model"] if owner == "ner" else LISTENER
    config["components"] = {"ner": {"factory": "ner", "model": {**PARSER_MODEL, "tok2vec": own}}}
    if owner == "tok2vec":
        config["components"]["tok2vec"] = blocks["tok2vec"]
    config["nlp"]["pipeline"] = ["ner"] if owner == "ner" else ["tok2vec", "ner"]


@pytest.mark.parametrize("owner", ["ner", "tok2vec"])
def test_layer_of_a_parser_is_the_one_before_its_vectors_are_joined(
    make_config, run, files_of, tmp_path, owner
):
    named = files_of(run(tmp_path / "named"))
    config = make_config(component="ner", layer="tok2vec")
    give_to_parser(config, owner)
    files = files_of(run(tmp_path / "out", config=config))
    assert files["model-last.bin"] == named["model-last.bin"]


# ---- objectives


def test_objective_of_spacys_protocol(run, log_of, tmp_path):
    objective = {"@architectures": "toy.OtherProtocol.v1"}
    rows = log_of(run(tmp_path / "out", objective=objective, held_out=0.1))
    assert rows[2]["mean_loss"] < rows[0]["mean_loss"]
    assert rows[2]["held_out_loss"] < rows[0]["held_out_loss"]


def test_loss_that_is_not_a_number_ends_the_run(run, make_config, files_of, tmp_path, monkeypatch):
    huge = {"@optimizers": "SGD.v1", "learn_rate": 1e30, "grad_clip": 0.0}
    with pytest.raises(NonFiniteError, match="pretraining stops"):
        run(tmp_path / "out", optimizer=huge)
    assert "model-last.bin" not in files_of(tmp_path / "out")


# ---- the folder


def test_folder_with_an_earlier_run_is_kept(run, files_of, tmp_path):
    before = files_of(run(tmp_path / "out"))
    with pytest.raises(CheckpointError, match="files of an earlier run"):
        run(tmp_path / "out", max_epochs=1)
    assert files_of(tmp_path / "out") == before


def test_overwriting_replaces_all_files(run, files_of, tmp_path):
    run(tmp_path / "out")
    run(tmp_path / "out", overwrite=True, max_epochs=1)
    assert "model1.bin" not in files_of(tmp_path / "out")


def test_other_files_in_the_folder_do_not_matter(run, tmp_path):
    tmp_path.joinpath("out").mkdir()
    note = tmp_path / "out" / "note.txt"
    note.write_text("keep me")
    run(tmp_path / "out", overwrite=True, max_epochs=1)
    assert note.read_text() == "keep me"


def test_saved_config_describes_the_run(run, files_of, tmp_path):
    first = files_of(run(tmp_path / "out"))
    again = kernel.config.load_config(tmp_path / "out" / "config.cfg")
    assert files_of(run(tmp_path / "again", config=again)) == first


# ---- starting from weights


def test_resume_path_starts_with_the_next_epoch(run, log_of, tmp_path):
    run(tmp_path / "out")
    arguments = {"resume_path": tmp_path / "out" / "model2.bin"}
    run(tmp_path / "out", max_epochs=5, arguments=arguments)
    rows = log_of(tmp_path / "out")
    assert [row["epoch"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[3]["mean_loss"] < rows[0]["mean_loss"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resume_path": "model-last.bin"}, "--epoch-resume"),
        ({"resume_path": "."}, "is a folder"),
        ({"epoch_resume": 3}, "--epoch-resume has no effect"),
        ({"resume_path": "nowhere/model3.bin"}, "no such file"),
        ({"resume_path": "model3.bin", "epoch_resume": -1}, "from 0 on"),
    ],
)
def test_weights_that_cannot_be_started_from(run, tmp_path, arguments, message, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KernelError) as caught:
        run(tmp_path / "out", arguments=arguments)
    assert message in str(caught.value)


def test_weights_of_a_renamed_file_need_the_number_of_an_epoch(run, log_of, tmp_path):
    weights = run(tmp_path / "out") / "model-last.bin"
    arguments = {"resume_path": weights, "epoch_resume": 2}
    assert [row["epoch"] for row in log_of(run(tmp_path / "more", arguments=arguments))] == [2]


def test_weights_are_thincs_bytes_of_the_layer(run, make_config, tmp_path):
    path = run(tmp_path / "out") / "model-last.bin"
    layer = prepare(make_config(), tmp_path / "other").learner.layer.model
    load_weights(layer, path.read_bytes())
    assert layer.to_bytes() == path.read_bytes()
    assert all(
        np.isfinite(node.get_param("E")).all() for node in layer.walk() if "E" in node.param_names
    )


def test_log_is_json(run, tmp_path):
    text = (run(tmp_path / "out", max_epochs=1) / "log.jsonl").read_text()
    assert set(json.loads(text)) == {"nr_word", "loss", "epoch_loss", "mean_loss", "epoch"}
