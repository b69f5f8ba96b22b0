from __future__ import annotations

import sys

import pytest

from kernel.cli.code import import_code
from kernel.errors import KernelError
from kernel.registry import registry


def test_code_file_registers_functions(tmp_path):
    path = tmp_path / "functions.py"
    path.write_text(
        "from kernel.registry import registry\n"
        "@registry.misc('test_cli_code.answer.v1')\n"
        "def answer():\n    return 42\n"
    )
    import_code(path)
    assert registry.misc.get("test_cli_code.answer.v1")() == 42


def test_no_code_file_does_nothing():
    before = set(sys.modules)
    import_code(None)
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1\n\ny = nope\n", ":3: NameError: name 'nope' is not defined"),
        ("def f(:\n", ":1: SyntaxError: invalid syntax"),
    ],
    ids=["name", "syntax"],
)
def test_failing_code_is_reported_by_line(tmp_path, code, message):
    path = tmp_path / "broken.py"
    path.write_text(code)
    with pytest.raises(KernelError) as caught:
        import_code(path)
    assert f"{path}{message}" in caught.value.message


def test_missing_code_file_is_named(tmp_path):
    with pytest.raises(KernelError, match=r"gone\.py: no such file"):
        import_code(tmp_path / "gone.py")


def test_code_that_imports_spacy_is_told_the_names_of_kernel(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    monkeypatch.setitem(sys.modules, "spacy.tokens", None)
    path = tmp_path / "functions.py"
    for code in ("import spacy\n", "from spacy.tokens import Doc\n"):
        path.write_text(code)
        with pytest.raises(KernelError) as caught:
            import_code(path)
        assert "python -m kernel_plugin_spacy -m kernel" in caught.value.hint
