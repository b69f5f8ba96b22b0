import sys
from pathlib import Path

import pytest

from kernel import util
from kernel.errors import KernelError


def test_only_strings_become_paths():
    assert util.ensure_path("a/b") == Path("a/b")
    assert util.ensure_path(None) is None


def test_working_directory_comes_back_even_after_an_error(tmp_path):
    before = Path.cwd()

    def fail_inside():
        with util.working_dir(tmp_path) as current:
            assert Path.cwd() == current == tmp_path.resolve()
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail_inside()
    assert Path.cwd() == before


def test_temporary_folder_is_gone_afterwards():
    with util.make_tempdir() as folder:
        folder.joinpath("file").write_text("x")

    assert not folder.exists()


def test_file_is_imported_as_a_module(tmp_path):
    path = tmp_path / "code.py"
    path.write_text("value = 3")

    assert util.import_file("imported_for_a_test", path).value == 3
    assert sys.modules.pop("imported_for_a_test").value == 3


def test_file_that_fails_leaves_no_module(tmp_path):
    path = tmp_path / "code.py"
    path.write_text("1 / 0")

    with pytest.raises(ZeroDivisionError):
        util.import_file("failed_for_a_test", path)
    assert "failed_for_a_test" not in sys.modules
    with pytest.raises(KernelError, match="no such file"):
        util.import_file("missing_for_a_test", tmp_path / "none.py")


def test_command_is_split_and_run_without_a_shell():
    code = "import sys; print(sys.stdin.read() + sys.argv[1])"
    command = [sys.executable, "-c", code, "$HOME"]

    assert util.split_command("a 'b c' d") == ["a", "b c", "d"]
    assert util.run_command(command, stdin="in ", capture=True).stdout == "in $HOME\n"


def test_command_that_fails_says_what_it_printed():
    with pytest.raises(KernelError, match="ended with 3: oh no"):
        util.run_command([sys.executable, "-c", "print('oh no'); exit(3)"], capture=True)
    with pytest.raises(SystemExit) as ended:
        util.run_command([sys.executable, "-c", "exit(3)"])
    assert ended.value.code == 3
    with pytest.raises(KernelError, match="no command 'no-such-command'"):
        util.run_command("no-such-command --now")


def test_a_missing_command_and_package_raise_what_python_does():
    with pytest.raises(FileNotFoundError, match="no command 'kernel-none'"):
        util.run_command("kernel-none --help")
    with pytest.raises(ModuleNotFoundError, match="no package `kernel_none`"):
        util.get_package_path("kernel_none")
