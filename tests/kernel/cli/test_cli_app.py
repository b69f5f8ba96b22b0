from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kernel import hookimpl
from kernel.cli import Command, Group
from kernel.cli.app import make_program
from kernel.cli.commands import OWN
from kernel.errors import DataError, KernelError, PluginError
from kernel.testing import plugged


def python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_importing_the_command_line_imports_nothing_heavy():
    heavy = "{'thinc', 'torch', 'rich', 'click', 'tomlkit'}"
    assert python(f"import kernel.cli, sys; print(*{heavy} & set(sys.modules))") == []


def test_help_imports_no_models():
    code = (
        "import sys; sys.argv = ['kernel', '--help']\n"
        "from kernel.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*{'thinc', 'torch', 'rich'} & set(sys.modules), 'end')"
    )
    assert python(code)[-1] == "end"
    assert python(code)[-2] not in {"thinc", "torch", "rich"}


def helps(command, *names):
    """Yield the full name of each command and option below `command`, with its help."""
    context = click.Context(command, info_name=" ".join(names))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            yield from helps(command.get_command(context, name), *names, name)
    if names:
        yield " ".join(names), command.help
    for option in command.get_params(context):
        if isinstance(option, click.Option):
            yield f"{' '.join(names)} {option.opts[0]}", option.help


def test_every_command_and_option_has_a_help_in_sentences():
    # `[default: …]` may follow the last sentence.
    found = dict(helps(make_program()))
    assert {"train", "train --resume", "convert --lang", "init vectors", "config diff"} <= {*found}
    sentences = re.compile(r"(?s)[A-Z].*[.](  \[default: .*\])?\s*")
    assert [name for name, text in found.items() if not sentences.fullmatch(text or "")] == []


@pytest.mark.slow
def test_help_is_there_in_half_a_second():
    # Processor time, which does not depend on other processes.
    program = Path(sys.executable).with_name("kernel")

    def measure():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([program, "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(measure() for _ in range(5)) < 0.5


def test_help_lists_every_command(kernel):
    result = kernel("--help")
    assert result.exit_code == 0
    for name in ("init", "convert", "train", "evaluate", "debug", "info", "plugins", "config"):
        assert f"\n  {name} " in result.stdout


@pytest.mark.parametrize(
    "command", [each for each in OWN if isinstance(each, Command)], ids=lambda command: command.name
)
def test_every_command_loads_and_explains_itself(kernel, command):
    assert isinstance(command.load(), click.Command)
    result = kernel(*command.name.split(), "--help")
    assert result.exit_code == 0
    assert f"Usage: kernel {command.name}" in result.stdout


@pytest.mark.parametrize("name", ["Train", "a b c", "", "-x"])
def test_command_name_is_checked(name):
    with pytest.raises(PluginError, match=f"`name` is '{name}'; expected one or two words"):
        Command(name, "", "a:b")


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("no_such_module:go", "cannot be imported: ModuleNotFoundError: No module named 'no_such_"),
        ("os:no_such_name", "cannot be imported: AttributeError: module 'os' has no attribute"),
        ("os:getcwd", "`os:getcwd` is not a click command"),
    ],
)
def test_command_that_cannot_be_loaded_is_named(kernel, target, problem):
    result = kernel("acme", "go", commands=[Command("acme go", "", target)])
    assert result.exit_code == 1
    assert "error: the command `acme go`" in result.stderr
    assert problem in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("first", "second"),
    [("x", "x"), ("x y", "x y"), ("x", "x y")],
    ids=["command", "inner", "group"],
)
def test_taken_name_is_left_to_the_first(capsys, first, second):
    program = make_program([Command(first, "first", "a:b"), Command(second, "second", "a:c")])
    found = program.table["x"]
    assert getattr(found, "table", {"y": found})["y"].help == "first"
    assert capsys.readouterr().err == f"warning: the name `{second}` is taken: a:c\n"


def test_plugin_adds_a_command_to_a_group(kernel):
    added = Command("debug it", "Debug it.", "kernel.cli.info:info")
    assert "  it  Debug it." in kernel("debug", "--help", commands=[added]).stdout


def test_plugin_has_a_group_of_its_own(kernel):
    added = [Group("acme", "Work with Acme."), Command("acme do", "Do it.", "kernel.cli.info:info")]
    assert "  acme  Work with Acme." in kernel("--help", commands=added).stdout
    assert "  do  Do it." in kernel("acme", "--help", commands=added).stdout


def test_group_without_commands_is_not_shown(kernel):
    assert "acme" not in kernel("--help", commands=[Group("acme", "Nothing in it.")]).stdout


def test_plugin_that_fails_to_name_its_commands_is_reported(capsys):
    class Plugin:
        @hookimpl
        def kernel_commands(self):
            raise RuntimeError("no [commands]")

    with plugged(Plugin(), "odd"):
        assert "train" in make_program().table
    assert capsys.readouterr().err == (
        "warning: `kernel_commands` of the plugin `odd` failed: RuntimeError: no [commands]; "
        "its commands are missing\n"
    )


def test_error_is_a_message_and_a_hint(kernel, command):
    def fail():
        raise KernelError("no `[training]` in [bold]config.cfg[/bold]", hint="add [training] \\")

    result = kernel("try-it", commands=command(fail))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "error: no `[training]` in [bold]config.cfg[/bold]\nhint: add [training] \\\n"
    )


def test_long_messages_are_not_folded(kernel, command):
    message = "word " * 100 + "end"

    def fail():
        raise DataError(message, path="file", line=3)

    result = kernel("try-it", commands=command(fail))
    assert result.stderr == f"error: file:3: {message}\n"


def test_exit_code_of_an_error_is_used(kernel, command):
    class StoppedError(KernelError):
        exit_code = 130

    def stop():
        raise StoppedError("stopped")

    assert kernel("try-it", commands=command(stop)).exit_code == 130


def test_missing_file_gives_no_traceback(kernel, command, tmp_path):
    result = kernel("try-it", commands=command((tmp_path / "none").read_text))
    assert result.exit_code == 1
    assert result.stderr == f"error: {tmp_path / 'none'}: No such file or directory\n"


def test_a_bug_shows_its_traceback(kernel, command):
    result = kernel("try-it", commands=command(lambda: 1 / 0))
    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "No such command 'trian'. Did you mean 'train'?"),
        (["nonsense"], "No such command 'nonsense'."),
        (
            ["debug", "diff-config"],
            "No such command 'debug diff-config': use `kernel config diff`.",
        ),
        (["benchmark", "accuracy"], "'benchmark accuracy': use `kernel evaluate`."),
        (["init", "labels"], "it will come with the plugin `kernel-plugin-tools`."),
        (["convert"], "Missing argument 'INPUT_PATH'"),
        (["convert", "--nope"], "No such option '--nope'"),
        (["init", "config", "x.cfg", "--optimize", "speed"], "'speed' is not one of"),
    ],
    ids=[
        *("command", "unlike-any", "renamed", "renamed-of-two-words", "missing"),
        *("argument", "option", "choice"),
    ],
)
def test_wrong_usage_exits_with_2(kernel, arguments, message):
    result = kernel(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_control_characters_in_messages_are_escaped(monkeypatch, capsys):
    @click.command()
    def break_terminal():
        raise KernelError("`\x1b[2J` is\nwrong", hint="\x07")

    monkeypatch.setattr(Command, "load", lambda self: break_terminal)
    with pytest.raises(SystemExit):
        make_program([Command("stop", "", "a:b")]).main(["stop"])
    assert capsys.readouterr().err.splitlines() == [
        *("error: `\\x1b[2J` is", "wrong", "hint: \\x07"),
    ]
