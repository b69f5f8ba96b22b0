"""Killing, stopping and resuming real processes."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kernel import load
from kernel.training import EXIT_INTERRUPTED, EXIT_TERMINATED

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("toys.py")


def start(output, *args):
    return subprocess.Popen(
        [sys.executable, SCRIPT, output, *args],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(path, process):
    end = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture(scope="module")
def expected(tmp_path_factory, bytes_of):
    output = tmp_path_factory.mktemp("whole")
    process = start(output)
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    return bytes_of(output)


@pytest.mark.parametrize("attempt", range(3))
def test_killed_process_resumes_to_the_same_bytes(tmp_path, bytes_of, expected, attempt):
    for _ in range(2):
        process = start(tmp_path, "--resume", "--pause", "0.02")
        wait_for(tmp_path / "checkpoint", process)
        time.sleep(random.uniform(0, 0.8))
        process.kill()
        process.communicate()
    process = start(tmp_path, "--resume")
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert bytes_of(tmp_path) == expected


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, EXIT_INTERRUPTED, id="ctrl-c"),
        pytest.param(signal.SIGTERM, EXIT_TERMINATED, id="sigterm"),
    ],
)
def test_signal_saves_and_says_how_to_resume(toys, tmp_path, bytes_of, expected, number, code):
    process = start(tmp_path, "--pause", "0.05")
    wait_for(tmp_path / "model-best", process)
    time.sleep(0.3)
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == code
    assert "--resume continues from there" in errors
    assert load(tmp_path / "model-last").pipe_names == ["guess"]

    process = start(tmp_path, "--resume")
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert bytes_of(tmp_path) == expected
