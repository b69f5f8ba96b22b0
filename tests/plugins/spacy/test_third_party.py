"""Entry points of distributions for spaCy, which know nothing of kernel's groups."""

import json

import pytest

from kernel import hookimpl
from kernel.errors import PluginError, RegistryError
from kernel.registry import registry
from kernel.testing import plugged

MODULE = """
import sys
print("imported", file=sys.stderr)

def make_reader(path: str = "here"):
    "Read nothing."
    return lambda nlp: [path]

def make_layer(width: int = 3):
    "Make no layer."
    return width

tables = {"lemma_lookup": {"went": "go"}}
"""
COMPONENT = """
from kernel import Language

@Language.component("snek")
def snek(doc):
    doc.user_data["snek"] = True
    return doc

@Language.factory("adder", default_config={"size": 2})
def make_adder(nlp, name, size: int):
    def add(doc):
        doc.user_data["size"] = size
        return doc
    return add

def stray(doc):
    return doc
"""
LANGUAGE = """
from kernel import Language

class KlingonDefaults(Language.Defaults):
    stop_words = {"hija"}

class Klingon(Language):
    lang = "tlh"
    Defaults = KlingonDefaults
"""
CAUGHT = """
from kernel.errors import KernelError
def attempt(func, *args):
    try:
        return func(*args)
    except KernelError as error:
        print(type(error).__name__, error)
"""


@pytest.fixture
def run(run_python, tmp_path):
    """Run code in an interpreter that finds the installed distributions; gives its lines."""

    def run(code):
        start = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{CAUGHT}"
        return run_python(f"{start}\nimport kernel\nfrom kernel.registry import registry\n{code}")

    return lambda code: run(code).splitlines()


@pytest.mark.parametrize(
    ("group", "name", "target", "expected"),
    [
        ("spacy_readers", "acme.Reader.v1", "acme:make_reader", "['here']"),
        ("spacy_architectures", "acme.Layer.v1", "acme:make_layer", "3"),
        ("spacy_misc", "acme.Layer.v1", "acme:make_layer", "3"),
        ("thinc_layers", "acme.Layer.v1", "acme:make_layer", "3"),
    ],
)
def test_functions_in_spacys_groups_are_named_in_a_config(
    distribution, run, group, name, target, expected
):
    distribution("acme-for-spacy", {group: {name: target}}, acme=MODULE)
    kind = group.partition("_")[2]
    said = run(f"""
from kernel.config import Config, resolve
found = registry.{kind}
print(found.has({name!r}), {name!r} in found.names(), found.distribution({name!r}), "acme" in sys.modules)
made = resolve(Config({{"one": {{"@{kind}": {name!r}}}}}))["one"]
print(made(None) if callable(made) else made)
print(found.find({name!r})["module"])
""")
    assert said == ["True True acme-for-spacy False", expected, "acme"]


def test_components_are_registered_when_their_name_is_looked_up(distribution, run):
    points = {"snek": "acme:snek", "adder": "acme:make_adder", "stray": "acme:stray"}
    distribution("acme-for-spacy", {"spacy_factories": points}, acme=COMPONENT)
    said = run("""
nlp = kernel.blank("en")
print("acme" in sys.modules, nlp.has_factory("snek"), nlp.has_factory("snak"))
nlp.add_pipe("adder", config={"size": 5})
nlp.add_pipe("snek")
print(nlp("a").user_data, nlp.get_pipe_meta("adder").default_config)
nlp = kernel.Language.from_config(nlp.config)
print(nlp.pipe_names, nlp("a").user_data)
attempt(nlp.add_pipe, "stray")
""")
    assert said[:3] == [
        "False True False",
        "{'size': 5, 'snek': True} {'size': 2}",
        "['adder', 'snek'] {'size': 5, 'snek': True}",
    ]
    assert said[3].startswith("PluginError `stray` (factories) cannot be imported from `acme-for-")
    assert "its code does not register a component `stray` with kernel" in said[3]


def test_languages_and_tables(distribution, run):
    points = {
        "spacy_languages": {"tlh": "klingon:Klingon"},
        "spacy_lookups": {"tlh": "acme:tables"},
    }
    distribution("acme-for-spacy", points, klingon=LANGUAGE, acme=MODULE)
    said = run("""
nlp = kernel.blank("tlh")
print(type(nlp).__name__, nlp.vocab["hija"].is_stop)
print(kernel.lookups.load_lookups("tlh", ["lemma_lookup"]).get_table("lemma_lookup"))
""")
    assert said[0] == "Klingon True"
    assert "'go'" in said[1]


def test_code_that_imports_spacy_names_its_distribution(distribution, run):
    modules = {"acme": "import spacy", "other": "import no_such_module"}
    points = {"acme.a.v1": "acme:make", "acme.b.v1": "other:make", "acme.c.v1": "acme make"}
    distribution("acme-for-spacy", {"spacy_readers": points}, **modules)
    said = run("""
sys.modules["spacy"] = None
for name in ("a", "b", "c"):
    attempt(registry.readers.get, f"acme.{name}.v1")
""")
    reasons = [
        "its code imports `spacy`, which is not installed",
        "ModuleNotFoundError: No module named 'no_such_module'",
        "the entry point `acme.c.v1 = acme make` is malformed",
    ]
    for name, line, reason in zip("abc", said[::2], reasons, strict=True):
        where = f"`acme.{name}.v1` (readers) cannot be imported from `acme-for-spacy`"
        assert line == f"PluginError {where}: {reason}"
    assert said[1::2] == [
        "hint: run the program, or `kernel`, by `python -m kernel_plugin_spacy`, as in `python -m kernel_plugin_spacy -m kernel train`; then kernel is `spacy` for it",
        "hint: see `kernel plugins`; reinstalling `acme-for-spacy` may help",
        "hint: its value must be `module` or `module:attribute`",
    ]


@pytest.mark.parametrize("owner", ["spacy", "spacy_legacy", "Spacy.Loggers", "spacy-transformers"])
def test_distributions_that_plugins_replace_are_not_read(distribution, run, owner):
    points = {"spacy-legacy.Tagger.v1": "theirs:make", "spacy.only_theirs.v1": "theirs:make"}
    distribution(owner, {"spacy_architectures": points}, theirs="raise AssertionError")
    said = run("""
print(registry.architectures.get("spacy-legacy.Tagger.v1").__module__)
print(registry.architectures.has("spacy.only_theirs.v1"), "theirs" in sys.modules)
""")
    assert said == ["kernel_plugin_tagger.model", "False False"]


def test_names_of_kernel_come_first(distribution, run):
    points = {"spacy.Corpus.v1": "acme:make_reader", "acme.same.v1": "acme:make_reader"}
    own = {"acme.same.v1": "acme:make_layer"}
    groups = {"spacy_readers": points, "kernel_readers": own}
    distribution("acme-for-spacy", groups, acme=MODULE)
    said = run("""
print(registry.readers.get("spacy.Corpus.v1").__module__, "acme" in sys.modules)
print(registry.readers.get("acme.same.v1")(), registry.readers.clashes())
""")
    assert said == ["kernel_plugin_corpus.readers False", "3 {}"]


def test_name_of_two_distributions_names_both(distribution, run):
    for name in ("one", "two"):
        distribution(name, {"spacy_misc": {"acme.same.v1": f"{name}:make"}}, **{name: ""})
    said = run("""
attempt(registry.misc.get, "acme.same.v1")
print(registry.misc.clashes())
""")
    assert said[0].endswith("`acme.same.v1` in the registry `misc` is declared by `one` and `two`")
    assert said[-1] == "{'acme.same.v1': ['one', 'two']}"


def test_kernel_plugins_lists_these_distributions(distribution, run_kernel, tmp_path):
    groups = {"spacy_readers": {"acme.Reader.v1": "acme:make_reader"}}
    distribution("acme-for-spacy", groups, acme=MODULE)
    done = run_kernel("plugins", "--json", PYTHONPATH=str(tmp_path))
    assert "imported" not in done.stderr
    (found,) = (
        each for each in json.loads(done.stdout) if each["distribution"] == "acme-for-spacy"
    )
    assert (found["name"], found["version"]) == ("-", "1.0")
    assert found["provides"] == {"readers": ["acme.Reader.v1"]}


def test_srslys_readers_are_those_of_kernel():
    for name in ("json", "jsonl", "msgpack", "yaml"):
        func = registry.readers.get(f"srsly.read_{name}.v1")
        assert func.__module__.startswith("kernel_plugin_corpus")


def test_plugin_that_fails_in_the_hook_is_named():
    class Broken:
        @hookimpl
        def kernel_entry_points(self, kind):
            raise ValueError(kind)

    with plugged(Broken(), "broken"):
        assert registry.readers.has("spacy.Corpus.v1")
        with pytest.raises(PluginError, match="`broken`"):
            registry.readers.has("acme.none.v1")
    with pytest.raises(RegistryError, match=r"no `acme\.none\.v1`"):
        registry.readers.get("acme.none.v1")


def test_plugin_may_look_up_a_name_while_it_is_loaded(distribution, run):
    source = "from kernel.registry import registry\nfound = registry.misc.has('acme.none.v1')"
    distribution("acme", {"kernel": {"acme": "acme"}}, acme=source)
    said = run("""
from kernel.plugins import installed
print([(each.name, each.error) for each in installed() if each.name == "acme"])
print(sys.modules["acme"].found)
""")
    assert said == ["[('acme', None)]", "False"]
