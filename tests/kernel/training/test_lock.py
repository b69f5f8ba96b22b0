"""Only one run at a time writes to an output folder."""

import os
import platform
import subprocess
import sys
import threading

import pytest

from kernel import hookimpl
from kernel.errors import CheckpointError
from kernel.training import locked

HOLD = """
import pathlib, sys
from kernel.training import locked
with locked(pathlib.Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_run():
    """Return a function that starts a process that holds the lock of a folder."""
    processes = []

    def start(output):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, output],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout.readline() == "locked\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_second_run_says_who_holds_the_lock(fit, tmp_path, other_run):
    process = other_run(tmp_path)
    tmp_path.joinpath(".model-last.12345678.tmp").mkdir()

    for how in ({}, {"resume": True}, {"overwrite": True}):
        with pytest.raises(CheckpointError) as caught:
            fit(tmp_path, **how, max_steps=1)
        assert str(caught.value).startswith(
            f"the output folder {tmp_path} is in use by the process {process.pid} on "
            f"{platform.node()}, since 2"
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", ".model-last.12345678.tmp"]


def test_lock_of_a_killed_run_does_not_matter(fit, tmp_path, other_run):
    process = other_run(tmp_path)
    process.kill()
    process.communicate()
    assert tmp_path.joinpath(".lock").exists()

    fit(tmp_path, max_steps=1)
    assert not tmp_path.joinpath(".lock").exists()


@pytest.mark.parametrize("text", ["", "not json", '{"pid": 1', "[]", '{"pid": [[]]}'])
def test_stale_lock_file_with_any_content_does_not_matter(tmp_path, text):
    tmp_path.joinpath(".lock").write_text(text)
    with locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_lock_is_held_until_the_end_of_the_run(fit, tmp_path):
    errors = []

    def second():
        with pytest.raises(CheckpointError, match=f"process {os.getpid()} on") as caught:
            fit(tmp_path, resume=True, max_steps=1)
        errors.append(caught.value)

    class Starter:
        @hookimpl
        def kernel_run_ended(self, run):
            thread = threading.Thread(target=second)
            thread.start()
            thread.join()

    fit(tmp_path, max_steps=1, listeners=[Starter()])
    assert len(errors) == 1
    assert not tmp_path.joinpath(".lock").exists()


def test_lock_is_released_after_an_error(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        raise ZeroDivisionError
    with locked(tmp_path), locked(tmp_path):
        pass


def test_lock_file_that_is_a_link_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    output = tmp_path / "output"
    output.mkdir()
    output.joinpath(".lock").symlink_to(victim)
    with pytest.raises(CheckpointError, match=r"\.lock cannot be opened"), locked(output):
        pass
    assert victim.read_text() == "mine"


def test_file_cannot_be_locked_as_a_folder(tmp_path):
    tmp_path.joinpath("file").touch()
    with (
        pytest.raises(CheckpointError, match="is a file, expected a folder"),
        locked(tmp_path / "file"),
    ):
        pass


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a feature of Unix")
def test_lock_file_that_is_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / ".lock")
    with (
        pytest.raises(CheckpointError, match=r"\.lock cannot lock .* not a regular file"),
        locked(tmp_path),
    ):
        pass


@pytest.mark.parametrize("target", ["nowhere", "output"], ids=["dangling", "loop"])
def test_link_that_leads_nowhere_is_refused(tmp_path, target):
    output = tmp_path / "output"
    output.symlink_to(tmp_path / target)
    with (
        pytest.raises(CheckpointError, match="is a link to a folder that does not"),
        locked(output),
    ):
        pass
