"""What programs written for spaCy import, and what they do with it first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# One module a line, and the names that public code imports from it most often.
IMPORTED = Path(__file__).with_name("imported_names.txt").read_text(encoding="utf8")
# Names of spaCy that other code seldom needs, and the reason why kernel does not have them.
ABSENT = {
    "cli._util.app": "it is an object of typer",
    "cli.download.get_compatibility": "nothing is downloaded",
    "cli.evaluate.print_prf_per_type": "functions do not print",
    "lang.af.examples.sentences": "seven languages have example sentences",
    "language.DEFAULT_CONFIG_PATH": "the default config is not a file",
    "ml.models.build_spancat_model": "part of a component that is not there",
    "ml.tb_framework.TransitionModel": "layers are others",
    "pipeline._parser_internals.nonproj": "private",
    "pipeline.transition_parser.Parser": "parsers are others",
    "tests.util.make_tempdir": "spaCy's own tests",
    "tokens.graph.Graph": "not documented",
    "training.initialize.convert_vectors": "a command, `kernel init vectors`",
    "training.loop.train_while_improving": "steps are others",
}
IMPORT_ALL = """
import importlib, sys, warnings
for line in sys.argv[1].splitlines():
    module, *names = line.split()
    for name in names:
        try:
            exec(f"from {module} import {name}", {})
        except Exception as error:
            print(f"{module}.{name}: {error}")
"""
ACTIVE = "from kernel_plugin_spacy import as_spacy; as_spacy()\n"


@pytest.fixture
def run_as_spacy(run_python):
    return lambda code, *args: run_python(ACTIVE + code, *args)


def test_each_imported_name_is_there(run_as_spacy):
    assert sum(len(line.split()) - 1 for line in IMPORTED.splitlines()) > 300
    assert run_as_spacy(IMPORT_ALL, IMPORTED) == ""


def test_list_has_only_names_of_spacy():
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_PYTHON names no interpreter that has spaCy")
    command = [python, "-W", "ignore", "-c", IMPORT_ALL, IMPORTED]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_names_of_later_plugins_are_not_there_yet(run_as_spacy):
    said = run_as_spacy("""
import importlib
from types import ModuleType
from kernel_plugin_spacy.shim.later import LATER
for package, names in LATER.items():
    module = importlib.import_module(f"spacy.{package}")
    for name in names:
        found = getattr(module, name)
        found = getattr(found, name) if isinstance(found, ModuleType) else found
        if found.__doc__ != "Not in kernel yet.":
            print(package, name)
""")
    # What a plugin has must be taken out of the table.
    assert said == ""


def test_each_listed_name_is_an_attribute(run_as_spacy):
    # `inspect.getmembers` and `hasattr` expect no other error than AttributeError.
    said = run_as_spacy(
        """
import importlib, pkgutil, sys
import kernel_plugin_spacy.names
from kernel_plugin_spacy.shim import modules

names = {"", *modules._HOMES, *modules.LATER}
names |= {f"{package}.{part}" for package, parts in modules._PARTS.items() for part in parts}
names |= {each.name for each in pkgutil.iter_modules(kernel_plugin_spacy.names.__path__)}
names |= {line.split()[0].removeprefix("spacy").strip(".") for line in sys.argv[1].splitlines()}
for name in sorted(names):
    module = importlib.import_module(f"spacy.{name}".removesuffix("."))
    for listed in dir(module):
        try:
            getattr(module, listed)
        except Exception as error:
            print(f"{module.__name__}.{listed}: {error!r}")
    if hasattr(module, "no_such_name"):
        print(module.__name__)
print(len(names) > 140)
""",
        IMPORTED,
    )
    assert said == "True\n"


def test_absent_names_are_import_errors(run_as_spacy):
    said = run_as_spacy(
        """
import sys
for path in sys.argv[1:]:
    module, _, name = f"spacy.{path}".rpartition(".")
    try:
        exec(f"from {module} import {name}", {})
    except ImportError as error:
        print(error)
""",
        *ABSENT,
    )
    assert [line.partition("`: ")[0] for line in said.splitlines()] == [
        f"kernel has no `spacy.{_first_absent(path)}" for path in ABSENT
    ]


def _first_absent(path):
    """The outermost module of the path that is absent, or the path."""
    absent = ("lang.af.examples", "ml.tb_framework", "pipeline._parser_internals")
    absent = (*absent, "pipeline.transition_parser", "tests", "tokens.graph")
    return next((module for module in absent if path.startswith(f"{module}.")), path)


def test_attributes_of_the_package_are_imported_when_they_are_used(run_as_spacy):
    said = run_as_spacy("""
import spacy
print(spacy.tokens.Doc.__name__, spacy.lang.en.English.lang, spacy.util.registry is spacy.registry)
print(spacy.displacy.render.__name__, "load" in dir(spacy), hasattr(spacy, "nothing"))
from spacy.symbols import *
print(NOUN, nsubj)
""")
    assert said.splitlines() == ["Doc en True", "spacy.displacy.render True False", "92 429"]


def test_function_is_called_under_both_of_its_names(run_as_spacy):
    said = run_as_spacy("""
import spacy
from spacy.cli.info import info
from spacy.cli.train import train
from spacy.training.pretrain import pretrain
assert spacy.cli.info(exclude=["plugins"]) == info(exclude=["plugins"]) == spacy.info(exclude=["plugins"])
try:
    spacy.cli.train("no.cfg")
except OSError as error:
    print("no.cfg" in str(error))
try:
    spacy.util()
except TypeError as error:
    print(error)
""")
    assert said.splitlines() == ["True", "the module `spacy.util` is not callable"]


def test_download_says_how_to_install(run_as_spacy):
    said = run_as_spacy("""
import spacy
try:
    spacy.load("xx_no_such")
except OSError:
    try:
        spacy.cli.download("xx_no_such")
    except NotImplementedError as error:
        print(error)
""")
    assert "`xx_no_such`" in said
    assert "pip install --no-deps" in said


def test_messages_with_codes(run_as_spacy):
    said = run_as_spacy("""
from spacy.errors import Errors, ErrorsWithCodes, Warnings

class Own(metaclass=ErrorsWithCodes):
    E001 = "{name} is wrong"

print(Own.E001.format(name="x"))
print(Errors.E103.format(span1="a"), Warnings.W030[:6])
print(hasattr(Own, "E002"), hasattr(Errors, "nothing"))
""")
    first, second, third = said.splitlines()
    assert first == "[E001] x is wrong"
    assert second.startswith("[E103] ")
    assert second.endswith("(span1='a') [W030]")
    assert third == "False False"


def test_default_models_are_those_of_the_components(run_as_spacy):
    said = run_as_spacy("""
import spacy
from spacy.pipeline.tagger import DEFAULT_TAGGER_MODEL
from spacy.pipeline.textcat import single_label_bow_config, single_label_cnn_config
nlp = spacy.blank("en")
nlp.add_pipe("tagger", name="given", config={"model": DEFAULT_TAGGER_MODEL})
nlp.add_pipe("tagger")
components = nlp.config["components"]
print(components["given"]["model"] == components["tagger"]["model"])
for text in (single_label_bow_config, single_label_cnn_config):
    model = spacy.util.load_config_from_str(text)["model"]
    nlp.add_pipe("textcat", config={"model": model}, name=model["@architectures"])
print(nlp.pipe_names[2:])
""")
    assert said.splitlines() == ["True", "['spacy.TextCatBOW.v3', 'spacy.TextCatReduce.v1']"]


def test_commands_are_functions(run_as_spacy, tmp_path):
    (tmp_path / "data.iob").write_text("I|O like|O London|I-GPE .|O\n\n" * 8)
    said = run_as_spacy(
        """
import sys
from pathlib import Path
import spacy
from spacy.cli.convert import convert
from spacy.cli.evaluate import evaluate
from spacy.cli.init_config import fill_config, init_config
from spacy.cli.train import train
folder = Path(sys.argv[1])
convert(folder / "data.iob", folder, converter="iob", n_sents=4)
init_config(lang="en", pipeline=["ner"]).to_disk(folder / "base.cfg", interpolate=False)
base, filled = fill_config(folder / "config.cfg", folder / "base.cfg")
assert filled == spacy.util.load_config(folder / "config.cfg")
data = str(folder / "data.spacy")
train(
    folder / "config.cfg",
    folder / "out",
    overrides={"paths.train": data, "paths.dev": data, "training.max_steps": 2},
)
scores = evaluate(folder / "out" / "model-last", data, folder / "scores.json")
print("ents_f" in scores, (folder / "scores.json").exists())
""",
        str(tmp_path),
    )
    assert said.splitlines()[-1] == "True True"


def test_functions_that_are_not_silent_print_what_they_did(run_as_spacy, tmp_path):
    said = run_as_spacy(
        """
import sys
sys.stderr = sys.stdout  # where messages go
from spacy.cli import fill_config, init_config
from spacy.cli._util import setup_gpu
base, filled = f"{sys.argv[1]}/base.cfg", f"{sys.argv[1]}/filled.cfg"
for silent in (True, False):
    print(silent)
    setup_gpu(-1, silent=silent)
    init_config(lang="de", pipeline=["ner"], silent=silent).to_disk(base)
    fill_config(filled, base, silent=silent)
""",
        str(tmp_path),
    )
    assert said.splitlines() == [
        "True",
        "False",
        "using the CPU",
        "the recommended config: de, ner, for efficiency",
        f"wrote {tmp_path}/base.cfg with all defaults to {tmp_path}/filled.cfg",
    ]


def test_problems_of_a_config_end_the_program(tmp_path):
    path = tmp_path / "wrong.cfg"
    path.write_text("[nlp]\nlang = 3\n", encoding="utf8")
    program = f"""{ACTIVE}
from spacy.cli._util import show_validation_error
from spacy.util import load_model_from_config, load_config
with show_validation_error():
    load_model_from_config(load_config({str(path)!r}), auto_fill=True)
"""

    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)

    assert ended.returncode == 1
    assert "language" in ended.stderr
    assert "Traceback" not in ended.stderr
