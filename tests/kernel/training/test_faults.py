"""If any write, flush or rename fails, complete models are kept."""

import contextlib
import os
import random
from pathlib import Path

import pytest

from kernel import load
from kernel.files import MANIFEST, verify_manifest

NAMES = ("model-best", "model-last", "checkpoint")


class DiskError(OSError):
    pass


class Failing:
    """Counts calls of an operating system function, and lets one of them fail."""

    def __init__(self, monkeypatch, fail_at=None):
        self.count = 0
        self.fail_at = fail_at
        for owner, name in (
            (os, "fsync"),
            (os, "link"),
            (Path, "rename"),
            (Path, "replace"),
            (Path, "open"),
        ):
            monkeypatch.setattr(owner, name, self.wrap(getattr(owner, name)))

    def wrap(self, function):
        def failing(*args, **kwargs):
            is_write = function.__name__ != "open" or "w" in str(args[1:]) + str(kwargs)
            if is_write:
                self.count += 1
                if self.count == self.fail_at:
                    raise DiskError(f"{function.__name__} failed")
            return function(*args, **kwargs)

        return failing


def complete(output):
    """Return the existing folders; raises LoadError if one of them is not complete."""
    found = [name for name in NAMES if (output / name).exists()]
    for name in found:
        assert (output / name / MANIFEST).is_file()
        verify_manifest(output / name)
        if name != "checkpoint":
            load(output / name)
    return found


SHORT = {"max_steps": 1, "eval_frequency": 1}


@pytest.fixture
def n_calls(fit, tmp_path, monkeypatch):
    """The number of calls that can fail while one run replaces another."""
    fit(tmp_path / "count", **SHORT)
    with monkeypatch.context() as patch:
        counter = Failing(patch)
        fit(tmp_path / "count", overwrite=True, **SHORT)
    return counter.count


def check_failure(fit, output, monkeypatch, fail_at):
    """Let the call number `fail_at` fail, check the folders, and train again."""
    fit(output, seed=9, **SHORT)
    with monkeypatch.context() as patch:
        Failing(patch, fail_at)
        with contextlib.suppress(OSError):
            fit(output, overwrite=True, **SHORT)
    assert complete(output) == list(NAMES), f"call {fail_at}"
    fit(output, overwrite=True, **SHORT)
    assert not list(output.glob(".*")), f"call {fail_at}"


def test_failing_at_some_call_leaves_complete_models(
    fit, bytes_of, tmp_path, monkeypatch, quick_disk, n_calls
):
    assert n_calls > 80
    fit(tmp_path / "whole", **SHORT)
    for fail_at in random.sample(range(1, n_calls + 1), 8):
        check_failure(fit, tmp_path / str(fail_at), monkeypatch, fail_at)
        assert bytes_of(tmp_path / str(fail_at)) == bytes_of(tmp_path / "whole")


@pytest.mark.slow
def test_failing_at_any_call_leaves_complete_models(
    fit, tmp_path, monkeypatch, quick_disk, n_calls
):
    for fail_at in range(1, n_calls + 1):
        check_failure(fit, tmp_path / str(fail_at), monkeypatch, fail_at)
