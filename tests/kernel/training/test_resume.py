"""A run that was interrupted and resumed ends with the same bytes as one that was not."""

import functools
import io
import json
import logging
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import hookimpl, load
from kernel.errors import CheckpointError
from kernel.training import init_nlp, train
from kernel.training import settings as run_settings

pytestmark = pytest.mark.usefixtures("quick_disk")


def fixed_rate(learn_rate, **settings):
    return {"optimizer": {"@optimizers": "Adam.v1", "learn_rate": learn_rate, **settings}}


WARMUP = {
    "@schedules": "warmup_linear.v1",
    "warmup_steps": 5,
    "total_steps": 40,
    "initial_rate": 0.05,
}
VARIANTS = {
    "plain": {},
    "accumulate": {"accumulate_gradient": 3},
    "streamed": {"max_epochs": -1, "noise": 0.4},
    "augmented": {"noise": 0.4},
    "two-components": {"pipeline": ["guess", "other"]},
    "no-averages": fixed_rate(0.01, use_averages=False),
    "rate-schedule": fixed_rate(WARMUP),
    "radam": {"optimizer": {"@optimizers": "RAdam.v1", "learn_rate": 0.01}},
    "dropout-schedule": {"dropout": {"@schedules": "decaying.v1", "base_rate": 0.5, "decay": 0.01}},
}
CASES = [(name, step) for name in VARIANTS for step in (6, 11)] + [
    ("plain", step) for step in (0, 1, 7, 19)
]


@pytest.fixture(scope="module")
def whole(toys, bytes_of, tmp_path_factory):
    """Return a function that returns the bytes of an uninterrupted run of a variant."""

    @functools.cache
    def whole(variant):
        output = tmp_path_factory.mktemp(variant)
        train(init_nlp(toys.make_config(**VARIANTS[variant])), output, stdout=io.StringIO())
        return bytes_of(output)

    return whole


@pytest.mark.parametrize(("variant", "step"), CASES)
def test_resumed_run_ends_with_the_same_bytes(fit, crash, bytes_of, whole, tmp_path, variant, step):
    crash(tmp_path, step, **VARIANTS[variant])
    fit(tmp_path, resume=True, **VARIANTS[variant])
    assert bytes_of(tmp_path) == whole(variant)


def test_frozen_component_is_resumed_beside_a_trained_one(fit, crash, bytes_of, trained, tmp_path):
    training = {
        "pipeline": ["other", "guess"],
        "sources": {"other": trained},
        "frozen_components": ["other"],
    }
    fit(tmp_path / "whole", **training)
    crash(tmp_path / "cut", 8, **training)
    fit(tmp_path / "cut", resume=True, **training)
    found = bytes_of(tmp_path / "cut")
    assert found == bytes_of(tmp_path / "whole")
    assert not any(name.startswith("raw other") for name in found)


def test_frozen_component_with_other_weights_is_refused(fit, crash, toys, trained, tmp_path):
    training = {
        "pipeline": ["other", "guess"],
        "sources": {"other": tmp_path / "source"},
        "frozen_components": ["other"],
    }
    shutil.copytree(trained, tmp_path / "source")
    crash(tmp_path / "cut", 8, **training)
    shutil.rmtree(tmp_path / "source")
    fit(tmp_path / "new", max_steps=1, seed=77)
    shutil.copytree(tmp_path / "new" / "model-last", tmp_path / "source")
    with pytest.raises(
        CheckpointError, match="weights of components that are not trained have changed"
    ):
        fit(tmp_path / "cut", resume=True, **training)


def test_run_resumed_again_and_again_ends_with_the_same_bytes(fit, crash, bytes_of, tmp_path):
    fit(tmp_path / "whole")

    crash(tmp_path / "cut", 3)
    for step in (5, 8, 9, 14, 19):
        crash(tmp_path / "cut", step, resume=True)
    fit(tmp_path / "cut", resume=True)
    assert bytes_of(tmp_path / "cut") == bytes_of(tmp_path / "whole")


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(step=st.integers(0, 25), seed=st.integers(0, 2**31), n_parts=st.integers(1, 4))
def test_any_step_is_a_good_one_to_die_at(
    fit, crash, bytes_of, tmp_path_factory, step, seed, n_parts
):
    output = tmp_path_factory.mktemp("runs")
    training = {"seed": seed, "accumulate_gradient": n_parts, "max_steps": 25, "noise": 0.3}
    fit(output / "whole", **training)

    crash(output / "cut", step, **training)
    fit(output / "cut", resume=True, **training)
    assert bytes_of(output / "cut") == bytes_of(output / "whole")


def test_scores_and_counts_go_on(fit, crash, tmp_path):
    whole, cut = [], []

    class Notes:
        def __init__(self, notes):
            self.notes = notes

        @hookimpl
        def kernel_evaluated(self, run, scores, is_best):
            plain = {name: score for name, score in scores.items() if name != "speed"}
            self.notes.append((run.step, run.epoch, run.words, dict(run.losses), plain, is_best))

    fit(tmp_path / "whole", listeners=[Notes(whole)])
    crash(tmp_path / "cut", 14, listeners=[Notes(cut)])
    fit(tmp_path / "cut", resume=True, listeners=[Notes(cut)])
    assert cut == whole
    assert [step for step, *_ in whole] == [0, 6, 12, 18]


def test_longer_run_goes_on_from_a_finished_one(fit, bytes_of, tmp_path):
    fit(tmp_path / "long", max_steps=30)

    fit(tmp_path / "short", max_steps=13)
    fit(tmp_path / "short", resume=True, max_steps=30)
    assert bytes_of(tmp_path / "short") == bytes_of(tmp_path / "long")


def test_finished_run_is_left_alone(fit, bytes_of, tmp_path):
    fit(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    fit(tmp_path, resume=True)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_resuming_without_a_checkpoint_starts_a_new_run(fit, bytes_of, tmp_path):
    fit(tmp_path / "whole")
    fit(tmp_path / "new", resume=True)
    assert bytes_of(tmp_path / "new") == bytes_of(tmp_path / "whole")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        pytest.param({"dropout": 0.3}, "training.dropout", id="dropout"),
        pytest.param({"seed": 4}, "training.seed", id="seed"),
        pytest.param({"noise": 0.1}, "corpora.train.noise", id="corpus"),
        pytest.param({"max_epochs": -1}, "training.is_streamed", id="streaming"),
    ],
)
def test_another_config_is_refused_by_key(fit, crash, tmp_path, change, key):
    crash(tmp_path, 9)
    with pytest.raises(CheckpointError, match=rf"it differs in `{key}`"):
        fit(tmp_path, resume=True, **change)


def test_other_labels_are_refused(fit, crash, toys, tmp_path, monkeypatch):
    crash(tmp_path, 9)
    monkeypatch.setattr(toys.Guesser, "labels", property(lambda _: ("early", "other")))
    with pytest.raises(CheckpointError, match="the labels of `guess` are not those of the run"):
        fit(tmp_path, resume=True)


def test_other_shapes_are_refused(fit, crash, toys, tmp_path, monkeypatch):
    crash(tmp_path, 9)
    monkeypatch.setattr(toys, "N_BUCKETS", 32)
    with pytest.raises(
        CheckpointError, match=r"`guess/model/W` are float32\(64, 2\).*float32\(32, 2\)"
    ):
        fit(tmp_path, resume=True)


def test_other_data_is_refused(fit, crash, toys, tmp_path, monkeypatch):
    crash(tmp_path, 9)
    monkeypatch.setattr(toys, "WORDS", toys.WORDS[:8])
    monkeypatch.setattr(toys.Guesser, "labels", property(lambda _: ("early", "late")))
    make_corpus = toys.make_corpus(29)
    monkeypatch.setattr(toys, "make_corpus", make_corpus)
    resolve = run_settings.resolve_dot_names
    monkeypatch.setattr(
        run_settings, "resolve_dot_names", lambda *args: [make_corpus, resolve(*args)[1]]
    )
    with pytest.raises(CheckpointError, match="training data has changed"):
        fit(tmp_path, resume=True)


@pytest.mark.parametrize("name", ["weights.npz", "state.npz", "state.json"])
@pytest.mark.parametrize("damage", ["truncated", "altered", "missing"])
def test_damaged_file_is_named(fit, crash, tmp_path, name, damage):
    crash(tmp_path, 9)
    path = tmp_path / "checkpoint" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(data if damage == "altered" else data[: len(data) // 2])
    with pytest.raises(CheckpointError, match=rf"checkpoint/{name}"):
        fit(tmp_path, resume=True)


def test_missing_manifest_is_an_error(fit, crash, tmp_path):
    crash(tmp_path, 9)
    tmp_path.joinpath("checkpoint", "manifest.json").unlink()
    with pytest.raises(CheckpointError, match=r"manifest\.json is missing"):
        fit(tmp_path, resume=True)


def test_checkpoint_has_no_pickle(fit, tmp_path):
    fit(tmp_path)
    assert sorted(path.name for path in tmp_path.joinpath("checkpoint").iterdir()) == [
        "manifest.json",
        "state.json",
        "state.npz",
        "weights.npz",
    ]
    assert json.loads(tmp_path.joinpath("checkpoint", "state.json").read_text())["step"] == 21


def test_other_versions_are_reported(fit, crash, tmp_path, monkeypatch, caplog):
    crash(tmp_path, 9)
    from kernel.training import checkpoint

    monkeypatch.setattr(checkpoint, "versions", lambda: {"numpy": "0.0"})
    with caplog.at_level(logging.WARNING, "kernel.training"):
        fit(tmp_path, resume=True)
    assert "versions have changed" in caplog.text
    assert "numpy" in caplog.text


def test_model_best_has_averaged_weights(fit, tmp_path):
    fit(tmp_path, max_steps=12)
    from kernel.training.packing import read_arrays

    raw = read_arrays(tmp_path / "checkpoint" / "weights.npz")["guess/model/W"]
    saved = load(tmp_path / "model-last").get_pipe("guess").model.get_param("W")
    assert raw.shape == saved.shape
    assert (raw != saved).any()
