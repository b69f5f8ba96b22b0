"""The second signal ends a run at once."""

import os
import signal

import pytest

from kernel import hookimpl
from kernel.cli import Command
from kernel.cli.app import make_program


class Killer:
    """Sends signals to this process before the first update."""

    def __init__(self, *numbers):
        self.numbers = numbers
        self.n_sent = 0

    @hookimpl
    def kernel_before_update(self, run):
        for number in self.numbers:
            os.kill(os.getpid(), number)
            self.n_sent += 1


@pytest.mark.parametrize(
    ("numbers", "exit_code"),
    [
        pytest.param((signal.SIGTERM, signal.SIGTERM), 143, id="terminated-twice"),
        pytest.param((signal.SIGINT, signal.SIGINT), 130, id="ctrl-c-twice"),
        pytest.param((signal.SIGINT, signal.SIGTERM), 143, id="ctrl-c-then-terminated"),
    ],
)
def test_second_signal_ends_the_run_with_its_exit_code(fit, tmp_path, numbers, exit_code):
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt) as caught:
        fit(tmp_path, listeners=[Killer(*numbers)], max_steps=5)
    assert caught.value.exit_code == exit_code
    assert signal.getsignal(signal.SIGTERM) is before
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_program_exits_with_the_code_of_the_signal(monkeypatch, capsys):
    import click

    @click.command()
    def stop():
        error = KeyboardInterrupt()
        error.exit_code = 143
        raise error

    monkeypatch.setattr(Command, "load", lambda self: stop)
    program = make_program([Command("stop", "", "a:b")])
    with pytest.raises(SystemExit) as caught:
        program.main(["stop"])
    assert caught.value.code == 143
    assert "interrupted" in capsys.readouterr().err
