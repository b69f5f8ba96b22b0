"""`nlp.pipe` with several processes in programs as people write them."""

import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are only forked on Linux"),
]

REGISTER = """
import kernel
from kernel.pipeline import Language

@Language.component("counts_tokens")
def counts_tokens(doc):
    doc.user_data["n"] = len(doc)
    return doc
"""
RUN = """
nlp = kernel.blank("en")
nlp.add_pipe("counts_tokens")
print([doc.user_data["n"] for doc in nlp.pipe(["a b", "c d e"] * 3, n_process=2)])
"""
PLAIN = """
import kernel
nlp = kernel.blank("en")
print([len(doc) for doc in nlp.pipe(["a b", "c d e"] * 3, n_process=2)])
"""
CLASS = """
from kernel.lang.en import English
class Own(English):
    lang = "own"
print([len(doc) for doc in Own().pipe(["a b", "c d e"] * 3, n_process=2)])
"""
EXTENDS = """
import kernel

@kernel.Language.factory("counts_tokens")
class CountsTokens:
    def __init__(self, nlp, name):
        kernel.Doc.set_extension("n", default=0)

    def __call__(self, doc):
        doc._.n = len(doc)
        return doc

nlp = kernel.blank("en")
nlp.add_pipe("counts_tokens")
print([doc._.n for doc in nlp.pipe(["a b", "c d e"] * 3, n_process=2)])
"""
GUARDED = REGISTER + "if __name__ == '__main__':" + RUN.replace("\n", "\n    ")
EXPECTED = "[2, 3, 2, 3, 2, 3]\n"


def run(*arguments, **settings):
    done = subprocess.run(
        [sys.executable, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        **settings,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(REGISTER + RUN, id="component-of-the-script"),
        pytest.param(GUARDED, id="guarded-script"),
        pytest.param(EXTENDS, id="component-that-registers-an-extension"),
        pytest.param(PLAIN, id="script-without-components"),
        pytest.param(CLASS, id="class-of-the-script"),
        pytest.param(PLAIN + "kernel.__name__\n", id="script-that-asks-for-a-name"),
    ],
)
def test_script_can_use_several_processes(tmp_path, code):
    script = tmp_path / "script.py"
    script.write_text(code)
    assert run(script) == EXPECTED


def test_code_without_a_file_can_use_several_processes():
    assert run("-c", REGISTER + RUN) == EXPECTED
    assert run("-", input=REGISTER + RUN) == EXPECTED


def test_forked_workers_end_with_the_program(tmp_path):
    code = REGISTER + (
        "import os, signal\n"
        "nlp = kernel.blank('en')\n"
        "nlp.add_pipe('counts_tokens')\n"
        "stream = nlp.pipe(['a'] * 10_000, n_process=2)\n"
        "next(stream)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The output is closed when the last process that has it ends.
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, timeout=60
    )
    assert done.returncode == -9
