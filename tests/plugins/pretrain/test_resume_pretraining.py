"""A run that is killed at any moment and resumed ends with the same bytes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import CheckpointError
from kernel.training import TrainingInterrupted
from kernel_plugin_pretrain import loop

SETTINGS = {"held_out": 0.1, "n_save_every": 3, "max_epochs": 3}
SCHEDULE = {
    "@schedules": "warmup_linear.v1",
    "warmup_steps": 4,
    "total_steps": 30,
    "initial_rate": 0.05,
}
VARIANTS = {
    "plain": {},
    "rare-saves": {"n_save_every": None, "n_save_epoch": 2},
    "schedules": {
        "optimizer": {"@optimizers": "Adam.v1", "learn_rate": SCHEDULE},
        "dropout": {"@schedules": "decaying.v1", "base_rate": 0.5, "decay": 0.01},
    },
    "no-averages": {"optimizer": {"@optimizers": "Adam.v1", "use_averages": False}},
    "characters": {
        "objective": {
            "@architectures": "kernel.PretrainCharacters.v1",
            "maxout_pieces": 2,
            "hidden_size": 8,
            "n_characters": 2,
        }
    },
    "spacys-protocol": {"objective": {"@architectures": "toy.OtherProtocol.v1"}},
    "growing-batches": {
        "batcher": {
            "@batchers": "kernel.batch_by_words.v1",
            "size": {"@schedules": "compounding.v1", "start": 10, "stop": 90, "compound": 1.1},
        }
    },
}


@pytest.fixture
def moments(tmp_path):
    """Copies of a folder as a kill would leave it, around each step and each change of a name."""
    taken = []

    def watch(patch, output):
        def take():
            if output.exists():
                copy = tmp_path / "moments" / str(len(taken))
                shutil.copytree(output, copy)
                copy.joinpath(".lock").unlink(missing_ok=True)
                taken.append(copy)

        def around(owner, name):
            original = getattr(owner, name)

            def call(*args, **named):
                take()
                result = original(*args, **named)
                take()
                return result

            patch.setattr(owner, name, call)

        around(Path, "replace")
        around(Path, "rename")
        around(loop, "take_step")
        return taken

    return watch


@pytest.mark.usefixtures("quick_disk")
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_moment_can_be_resumed(run, files_of, moments, tmp_path, monkeypatch, variant):
    chosen = {**SETTINGS, **VARIANTS[variant]}
    with monkeypatch.context() as patch:
        patch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
        taken = moments(patch, tmp_path / "whole")
        whole = files_of(run(tmp_path / "whole", **chosen))
    assert len(taken) > 50

    @settings(
        max_examples=5,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.integers(0, len(taken) - 1))
    def resume(number):
        output = tmp_path / "again"
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(taken[number], output)
        run(output, resume=True, **chosen)
        assert files_of(output) == whole

    resume()


@pytest.mark.usefixtures("quick_disk")
@pytest.mark.parametrize("step", [1, 4, 9])
@pytest.mark.parametrize("variant", VARIANTS)
def test_signal_saves_the_run(run, files_of, tmp_path, monkeypatch, variant, step):
    chosen = {**SETTINGS, **VARIANTS[variant]}
    whole = files_of(run(tmp_path / "whole", **chosen))
    take_step = loop.take_step

    def interrupt(state, examples):
        take_step(state, examples)
        if state.step == step:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "take_step", interrupt)
        with pytest.raises(TrainingInterrupted) as caught:
            run(tmp_path / "cut", **chosen)
    assert caught.value.exit_code == 130
    assert f"stopped after {step} steps" in str(caught.value)
    assert files_of(run(tmp_path / "cut", resume=True, **chosen)) == whole


@pytest.mark.usefixtures("quick_disk")
def test_run_that_is_complete_can_go_on(run, files_of, tmp_path):
    whole = files_of(run(tmp_path / "whole", held_out=0.1, max_epochs=4))
    run(tmp_path / "cut", held_out=0.1, max_epochs=2)
    again = files_of(run(tmp_path / "cut", resume=True, held_out=0.1, max_epochs=4))
    del whole["config.cfg"], again["config.cfg"]
    assert again == whole


@pytest.mark.usefixtures("quick_disk")
def test_complete_run_stays_as_it_is(run, files_of, tmp_path):
    whole = files_of(run(tmp_path / "out", **SETTINGS))
    assert files_of(run(tmp_path / "out", resume=True, **SETTINGS)) == whole


@pytest.mark.usefixtures("quick_disk")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"dropout": 0.4}, "differs in `pretraining.dropout`", id="config"),
        pytest.param({"seed": 7}, "differs in `training.seed`", id="seed"),
        pytest.param({}, "the raw text has changed", id="text"),
    ],
)
def test_run_with_other_settings_or_text_is_not_resumed(
    run, files_of, make_config, tmp_path, raw_text, change, message
):
    before = files_of(run(tmp_path / "out", max_epochs=1))
    if not change:
        raw_text.write_text(raw_text.read_text().replace("ship", "boat"))
    config = make_config(max_epochs=2, **{key: change[key] for key in change if key != "seed"})
    if "seed" in change:
        config["training"] = change
    with pytest.raises(CheckpointError, match=message):
        run(tmp_path / "out", resume=True, config=config)
    assert files_of(tmp_path / "out") == before


@pytest.mark.usefixtures("quick_disk")
def test_damaged_checkpoint_is_named(run, tmp_path):
    run(tmp_path / "out", max_epochs=1)
    path = tmp_path / "out" / "checkpoint" / "state.json"
    path.write_text(path.read_text()[:-40])
    with pytest.raises(CheckpointError, match=r"state\.json"):
        run(tmp_path / "out", resume=True, max_epochs=1)


SCRIPT = """
import os
import sys
from pathlib import Path
os.fsync = lambda _: None  # a process is killed here, not the machine
sys.path.insert(0, sys.argv[1])
import conftest
from kernel.config import load_config
from kernel_plugin_pretrain import loop
from kernel_plugin_pretrain.pretraining import pretrain

loop.CHECKPOINT_SECONDS = 0.1
pretrain(load_config(sys.argv[2]), sys.argv[3], resume=True)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("quick_disk")
def test_killed_processes_resume_to_the_same_bytes(
    run, files_of, make_config, tmp_path, repository
):
    config = make_config(held_out=0.1, n_save_every=3, max_epochs=20)
    whole = files_of(run(tmp_path / "whole", config=config))
    tmp_path.joinpath("config.cfg").write_bytes((tmp_path / "whole" / "config.cfg").read_bytes())
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    folder = repository / "tests" / "plugins" / "pretrain"
    command = [sys.executable, script, folder, tmp_path / "config.cfg", tmp_path / "cut"]
    state = tmp_path / "cut" / "checkpoint" / "state.json"

    def written():
        try:
            return state.stat().st_mtime_ns
        except FileNotFoundError:
            return None

    # A process needs a second or more to start, so only a few are killed: soon after it writes.
    kills = 0
    for pause in np.random.default_rng(0).exponential(0.1, size=4):
        before = written()
        process = subprocess.Popen(command)
        while process.poll() is None and written() in {None, before}:
            time.sleep(0.001)
        time.sleep(pause)
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        kills += 1
    assert kills >= 2
    assert subprocess.run(command, check=False).returncode == 0
    assert files_of(tmp_path / "cut") == whole
