import importlib.util
import io
import os
import sys
from pathlib import Path

import pytest

from kernel.training import init_nlp, train
from kernel.training.packing import read_arrays


@pytest.fixture(scope="session")
def toys():
    """The module next to this file that creates small pipelines and corpora."""
    name = "kernel_training_toys"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("toys.py"))
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def fit(toys):
    """Return a function that trains a toy pipeline: `fit(output, resume=…, max_steps=…)`."""

    def fit(output=None, *, resume=False, overwrite=False, listeners=(), stdout=None, **training):
        nlp = init_nlp(toys.make_config(**training))
        return train(
            nlp,
            output,
            resume=resume,
            overwrite=overwrite,
            listeners=listeners,
            stdout=stdout or io.StringIO(),
            stderr=io.StringIO(),
        )

    return fit


class CrashError(Exception):
    pass


@pytest.fixture
def crash(toys, fit, monkeypatch):
    """Return a function that trains up to a step and raises there."""

    def crash(output, step, **training):
        from kernel.training import loop

        take_step = loop.take_step

        def crashing(run, epoch, examples):
            if run.step == step:
                raise CrashError
            take_step(run, epoch, examples)

        with monkeypatch.context() as patch:
            patch.setattr(loop, "take_step", crashing)
            with pytest.raises(CrashError):
                fit(output, **training)

    return crash


@pytest.fixture
def quick_disk(monkeypatch):
    """Skip flushing to disk, which takes most of the time of these runs."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="session")
def trained(toys, tmp_path_factory):
    """The folder of a trained toy pipeline."""
    nlp = init_nlp(toys.make_config(max_steps=2, seed=8))
    return train(nlp, tmp_path_factory.mktemp("trained"), stdout=io.StringIO())[1]


@pytest.fixture(scope="session")
def bytes_of():
    """Return a function that returns the results of a finished run: raw bytes by name."""

    def bytes_of(output):
        found = {
            f"raw {name}": array.tobytes()
            for name, array in read_arrays(output / "checkpoint" / "weights.npz").items()
        }
        for model in ("model-best", "model-last"):
            for path in sorted(output.joinpath(model).rglob("model")):
                found[str(path.relative_to(output))] = path.read_bytes()
        return found

    return bytes_of
