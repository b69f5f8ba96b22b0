"""`python -m kernel_plugin_spacy` runs programs as Python does."""

import json
import subprocess
import sys

import pytest

import kernel

PACKAGE = """
from pathlib import Path
from spacy.language import Language
from spacy.util import get_model_meta, load_model_from_init_py

__version__ = get_model_meta(Path(__file__).parent)["version"]

@Language.component("small_count")
def count(doc):
    doc.user_data["n"] = len(doc)
    return doc

def load(**overrides):
    return load_model_from_init_py(__file__, **overrides)
"""

SCRIPT = """
import sys, spacy
print(__name__, __file__ == sys.argv[0], sys.argv[1:], spacy.blank("en").lang)
import neighbour

def fail():
    raise ValueError("no")

if __name__ == "__main__":
    print(sys.modules["__main__"].fail is fail)
    fail()
"""


@pytest.fixture
def run():
    def run(*args, cwd=None, shimmed=True):
        prefix = ["-m", "kernel_plugin_spacy"] if shimmed else []
        return subprocess.run(
            [sys.executable, *prefix, *map(str, args)],
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
        )

    return run


def test_script_runs_as_the_main_program(run, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    (tmp_path / "neighbour.py").write_text("")
    done = run(script, "-m", "x", cwd="/")
    assert done.stdout.splitlines() == ["__main__ True ['-m', 'x'] en", "True"]
    assert done.returncode == 1
    assert done.stderr.splitlines()[:2] == [
        "Traceback (most recent call last):",
        f'  File "{script}", line 11, in <module>',
    ]
    assert done.stderr.endswith("ValueError: no\n")


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.exit(3)",
        "import sys; print(sys.argv, sys.path[0], __name__); sys.exit('bye')",
        "raise ValueError(1)",
        "raise KeyboardInterrupt",
        "1 +",
    ],
)
def test_code_ends_as_in_python(run, code):
    expected = run("-c", code, "a", shimmed=False)
    done = run("-c", code, "a")
    assert (done.returncode, done.stdout, done.stderr) == (
        expected.returncode,
        expected.stdout,
        expected.stderr,
    )


def test_module_is_run(run, tmp_path):
    package = tmp_path / "acme"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(
        "import sys, spacy; print(__spec__.name, sys.argv[0] == __file__, sys.argv[1:], spacy.util)"
    )
    done = run("-m", "acme", "a", cwd=tmp_path)
    assert done.stdout.startswith("acme.__main__ True ['a'] <module 'spacy.util'"), done.stderr


def test_command_line_of_spacy_is_that_of_kernel(run):
    done = run("-m", "spacy", "info", "--silent")
    assert done.returncode == run("-m", "kernel", "info", "--silent", shimmed=False).returncode
    done = run("-m", "spacy", "--help")
    assert "train" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "usage: python -m kernel_plugin_spacy"),
        (("-m",), 2, "Argument expected for the -m option"),
        (("-x",), 2, "Unknown option: -x"),
        (("-m", "no_such_module"), 1, "No module named no_such_module"),
        (("no_such_file.py",), 2, "can't open file"),
    ],
)
def test_wrong_use_is_named(run, arguments, code, message):
    done = run(*arguments)
    assert done.returncode == code
    assert message in done.stderr


def test_code_of_the_package_of_a_pipeline_is_run(run, tmp_path, monkeypatch):
    package, info = tmp_path / "en_small", tmp_path / "en_small-1.0.dist-info"
    nlp = kernel.blank("en")
    nlp.meta["name"], nlp.meta["version"] = "small", "1.0"
    nlp.to_disk(package / "en_small-1.0")
    package.joinpath("meta.json").write_text(json.dumps(nlp.meta))
    package.joinpath("__init__.py").write_text(PACKAGE)
    config = package / "en_small-1.0" / "config.cfg"
    block = '[components.counted]\nfactory = "small_count"\n'
    text = config.read_text().replace("pipeline = []", 'pipeline = ["counted"]')
    config.write_text(text.replace("[components]\n", f"[components]\n\n{block}"))
    package.joinpath("en_small-1.0", "manifest.json").unlink()
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: en_small\nVersion: 1.0\n")
    info.joinpath("entry_points.txt").write_text("[spacy_models]\nen_small = en_small\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    done = run("-c", "import spacy; print(spacy.load('en_small')('a b c').user_data)")

    assert (done.stdout, done.stderr) == ("{'n': 3}\n", "")
    refused = run("-c", "import kernel; kernel.load('en_small')", shimmed=False)
    assert "no `small_count` in the registry `factories`" in refused.stderr
