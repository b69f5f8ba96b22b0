"""`import spacy` finds kernel where a program asks for it, and nowhere else."""

import os
import subprocess
import sys

import pytest

WORKERS = """
import multiprocessing, subprocess, sys
from kernel_plugin_spacy import as_spacy
as_spacy()
import spacy

def version(_):
    import spacy
    return spacy.__version__

if __name__ == "__main__":
    for method in ("spawn", "fork", "forkserver"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(method, *pool.map(version, [None]))
    code = "import spacy; print(spacy.__version__)"
    print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True))
"""


def test_it_is_not_active_by_itself(run_python):
    run_python("""
import sys
import kernel, kernel_plugin_spacy
kernel.blank("en")
assert not [name for name in sys.modules if name.startswith("spacy")]
assert "kernel_plugin_spacy.shim.modules" not in sys.modules or "spacy" not in sys.modules
""")


def test_call_without_with_stays(run_python):
    said = run_python("""
from kernel_plugin_spacy import as_spacy
as_spacy()
as_spacy()
import kernel
import spacy
from spacy.tokens import Doc
print(Doc is kernel.Doc, spacy.Language is kernel.Language, spacy.registry is kernel.registry)
print(spacy.blank("en")("Hello, world!")[1], spacy.lang.en.English.lang)
""")
    assert said.split() == ["True", "True", "True", ",", "en"]


def test_block_ends(run_python):
    said = run_python("""
import os, sys
import kernel
from kernel_plugin_spacy import as_spacy
before = dict(os.environ), list(sys.meta_path)
with as_spacy():
    with as_spacy():
        pass
    from spacy import util
print([name for name in sys.modules if name.partition(".")[0] == "spacy"])
print((dict(os.environ), list(sys.meta_path)) == before, util.ensure_path("x"))
""")
    assert said.splitlines() == ["[]", "True x"]


def test_overrides_of_spacy_are_those_of_kernel(run_python):
    said = run_python("""
import os
from kernel_plugin_spacy import as_spacy
os.environ["SPACY_CONFIG_OVERRIDES"] = "--training.max_steps 3"
with as_spacy():
    from spacy.cli._util import parse_config_overrides
    print(parse_config_overrides([]))
    os.environ["KERNEL_CONFIG_OVERRIDES"] = "--training.max_steps 4"
    print(parse_config_overrides([]))
print("KERNEL_CONFIG_OVERRIDES" in os.environ)
""")
    assert said.splitlines() == ["{'training.max_steps': 3}", "{'training.max_steps': 4}", "False"]


def test_imported_spacy_is_refused(run_python):
    said = run_python("""
import sys, types
sys.modules["spacy"] = types.ModuleType("spacy")
from kernel.errors import PluginError
from kernel_plugin_spacy import as_spacy
try:
    as_spacy()
except PluginError as error:
    print(error)
print(len([each for each in sys.meta_path if "spacy" in type(each).__module__]))
""")
    assert said.splitlines() == [
        "spaCy is already imported in this process",
        "hint: call `as_spacy()` before anything imports `spacy`",
        "0",
    ]


def test_installed_spacy_is_replaced(run_python, tmp_path):
    (tmp_path / "spacy.py").write_text("raise AssertionError")
    said = run_python(
        "import kernel, sys; sys.path.insert(0, sys.argv[1])\n"
        "from kernel_plugin_spacy import as_spacy; as_spacy()\n"
        "import spacy; print(spacy.Language is kernel.Language)",
        str(tmp_path),
    )
    assert said == "True\n"


@pytest.mark.slow
def test_processes_that_are_started_have_it(run_python, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(WORKERS)
    said = run_python(
        "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')", str(script)
    )
    *workers, started = said.splitlines()
    assert workers == ["spawn 3.8.18", "fork 3.8.18", "forkserver 3.8.18"]
    assert "stdout='3.8.18\\n', stderr=''" in started


def test_sitecustomize_of_the_environment_runs_too(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.theirs = 1")
    code = """
import subprocess, sys
from kernel_plugin_spacy import as_spacy
as_spacy()
subprocess.run([sys.executable, "-c", "print(theirs); import spacy"], check=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_version_is_that_of_the_api(run_python):
    said = run_python("""
import importlib.metadata
from kernel_plugin_spacy import as_spacy
as_spacy()
import spacy, spacy.about
print(spacy.__version__, spacy.about.__version__, importlib.metadata.version("spacy"))
""")
    assert len(set(said.split())) == 1
    assert said.startswith("3.8.")


def test_name_that_kernel_lacks_is_an_import_error(run_python):
    said = run_python("""
from kernel_plugin_spacy import as_spacy
as_spacy()
import spacy
for code in ("import spacy.nothing", "from spacy.tokens import Nothing", "from spacy import nothing"):
    try:
        exec(code)
    except ImportError as error:
        print(error)
try:
    spacy.tokens.Nothing
except AttributeError as error:
    print(error)
""")
    first, second, third, fourth = said.splitlines()
    assert first.startswith("kernel has no `spacy.nothing`")
    assert second.startswith("kernel has no `spacy.tokens.Nothing`")
    assert third.startswith("kernel has no `spacy.nothing`")
    assert "Nothing" in fourth


def test_name_of_a_later_plugin_is_imported_and_names_the_plugin_when_it_is_used(run_python):
    said = run_python("""
from kernel_plugin_spacy import as_spacy
as_spacy()
from spacy import displacy
from spacy.pipeline import EntityLinker
from spacy.kb import KnowledgeBase
import spacy

class OwnBase(KnowledgeBase):
    pass

print(isinstance(spacy.blank("en"), EntityLinker))
for use in (lambda: displacy.render(None), EntityLinker, OwnBase):
    try:
        use()
    except NotImplementedError as error:
        print(str(error).splitlines())
""")
    first, *errors = said.splitlines()
    assert first == "False"
    for name, plugin, error in zip(
        ("displacy.render", "pipeline.EntityLinker", "kb.KnowledgeBase"),
        ("displacy", "linker", "linker"),
        errors,
        strict=True,
    ):
        assert f"`spacy.{name}` is not available" in error
        assert f"`kernel-plugin-{plugin}`" in error


def test_component_of_a_distribution_for_spacy_is_added(distribution, run_python, tmp_path):
    source = """
from spacy.language import Language
from spacy.tokens import Doc

@Language.component("snek")
def snek(doc: Doc) -> Doc:
    doc.user_data["snek"] = True
    return doc
"""
    distribution("acme-for-spacy", {"spacy_factories": {"snek": "acme:snek"}}, acme=source)
    said = run_python(
        """
import sys; sys.path.insert(0, sys.argv[1])
from kernel_plugin_spacy import as_spacy
with as_spacy():
    import spacy
    nlp = spacy.blank("en")
    nlp.add_pipe("snek")
    print(nlp("a").user_data)
""",
        str(tmp_path),
    )
    assert said.strip() == "{'snek': True}"
