"""Names from entry points, names of this process, and registries added by plugins."""

import sys

import pytest

import kernel
from kernel.errors import ConfigError, RegistryError
from kernel.registry import canonical_name

THINGS = """
from kernel import hookimpl

@hookimpl
def kernel_add_registries():
    return ["acme_things"]

def make_spoon(size: int = 3):
    "Make a spoon."
    return f"a spoon of {size}"
"""
POINTS = {
    "kernel": {"acme": "acme"},
    "kernel_acme_things": {"acme.Spoon.v1": "acme:make_spoon"},
}


@pytest.fixture
def run(run_python, tmp_path):
    """Run code in an interpreter that finds the installed distributions."""

    def run(code):
        return run_python(f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}")

    return run


def test_plugin_opens_a_registry(distribution, run):
    distribution("acme", POINTS, acme=THINGS)
    said = run("""
import kernel
from kernel.config import Config, resolve
print(kernel.registry.acme_things.names(), "acme_things" in kernel.registry.get_registry_names())

@kernel.registry.acme_things("mine.Fork.v1")
def make_fork():
    "Make a fork."
    return "a fork"

blocks = {"one": {"@acme_things": "acme.Spoon.v1", "size": 4}, "two": {"@acme_things": "mine.Fork.v1"}}
print(resolve(Config(blocks)))
""")
    assert said.splitlines() == [
        "['acme.Spoon.v1'] True",
        "{'one': 'a spoon of 4', 'two': 'a fork'}",
    ]


def test_program_opens_a_registry_and_inherits_all(distribution, run):
    distribution("acme", {"kernel_made_things": {"acme.Spoon.v1": "acme:make_spoon"}}, acme=THINGS)
    said = run("""
from kernel import registry
from kernel.config import Config, resolve
registry.create("made_things", entry_points=True)
registry.create("own_things")

class Inherited(registry):
    made_things: object

Inherited.own_things("acme.Fork.v1", func=lambda: "a fork")
made = resolve(Config({"a": {"@made_things": "acme.Spoon.v1"}, "b": {"@own_things": "acme.Fork.v1"}}))
print(made["a"], made["b"], Inherited.made_things is registry.made_things)
try:
    registry.create("own_things")
except ValueError as error:
    print(error)
""")
    assert said.splitlines() == [
        "a spoon of 3 a fork True",
        "there is a registry `own_things` already",
    ]


def test_unknown_registry_is_an_error_with_a_suggestion():
    with pytest.raises(RegistryError, match="no registry `architecture`") as caught:
        kernel.registry.of("architecture")
    assert caught.value.hint == "did you mean `architectures`?"
    assert not hasattr(kernel.registry, "architecture")
    assert "architecture" not in kernel.registry
    assert not kernel.registry.has("architecture", "x.v1")


def test_registry_of_a_plugin_that_is_not_installed_names_the_plugin(monkeypatch):
    from kernel.config import Config, resolve

    index = {"registries": {"dowsers": "kernel-plugin-a"}, "dowsers": {"x.v1": "kernel-plugin-b"}}
    monkeypatch.setattr(sys.modules["kernel.registry"], "first_party_names", lambda: index)
    for name, distribution in (("x.v1", "kernel-plugin-b"), ("y.v1", "kernel-plugin-a")):
        with pytest.raises(RegistryError, match=f"pip install {distribution}"):
            kernel.registry.get("dowsers", name)
        with pytest.raises(ConfigError, match=f"pip install {distribution}"):
            resolve(Config({"one": {"@dowsers": name}}))


CLASH = """
import kernel
from kernel.errors import ConfigError, RegistryError
try:
    kernel.registry.misc.get("acme.same.v1")
except RegistryError as error:
    print(error)
print(kernel.registry.misc.get("acme.beta.v1")(), kernel.registry.misc.clashes())
"""


def install_clash(distribution):
    for name in ("beta", "alpha"):
        points = {"acme.same.v1": f"{name}:make", f"acme.{name}.v1": f"{name}:make"}
        distribution(name, {"kernel_misc": points}, **{name: f"def make(): return {name!r}"})


def test_name_of_two_distributions_names_both_and_no_other_name_suffers(distribution, run):
    install_clash(distribution)
    assert run(CLASH).splitlines() == [
        "`acme.same.v1` in the registry `misc` is declared by `alpha` and `beta`",
        "hint: uninstall all except one",
        "beta {'acme.same.v1': ['alpha', 'beta']}",
    ]


def test_config_with_a_name_of_two_distributions_names_both(distribution, run):
    install_clash(distribution)
    said = run("""
from kernel.config import Config, resolve
from kernel.errors import ConfigError
try:
    resolve(Config({"one": {"@misc": "acme.same.v1"}}))
except ConfigError as error:
    print(error)
""")
    assert "`acme.same.v1` in the registry `misc` is declared by `alpha` and `beta`" in said
    assert "uninstall all except one" in said


def test_listing_of_plugins_has_the_clashes(distribution, run_kernel, tmp_path):
    install_clash(distribution)
    said = run_kernel("plugins", PYTHONPATH=str(tmp_path)).stderr
    assert "`acme.same.v1` in `misc` is declared by alpha and beta" in said


def test_name_of_this_process_comes_before_that_of_a_plugin(distribution, run):
    points = {"kernel_misc": {"acme.same.v1": "acme:make"}}
    distribution("acme", points, acme="def make(): return 'of the plugin'")
    said = run("""
import kernel

@kernel.registry.misc("acme.same.v1")
def make():
    return "of this process"

print(kernel.registry.misc.get("acme.same.v1")())
""")
    assert said == "of this process\n"


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("spacy.Tagger.v2", "kernel.Tagger.v2"),
        ("spacy-legacy.Tagger.v1", "kernel.Tagger.v1"),
        ("kernel.Tagger.v2",) * 2,
        ("Adam.v1",) * 2,
    ],
)
def test_names_of_spacy_have_a_name_here(name, canonical):
    assert canonical_name(name) == canonical


def test_function_is_registered_without_a_decorator():
    def make_cup():
        return "a cup"

    assert kernel.registry.misc("mine.Cup.v1", func=make_cup) is make_cup
    assert kernel.registry.misc.register("mine.Cup.v2", func=make_cup) is make_cup
    assert kernel.registry.misc.get("mine.Cup.v1")() == "a cup"


def test_all_functions_are_returned_by_name():
    found = kernel.registry.schedules.get_all()
    assert set(found) == set(kernel.registry.schedules.names())
    assert found["constant.v1"] is kernel.registry.schedules.get("constant.v1")


def test_config_of_any_sections_is_resolved():
    block = {"@schedules": "compounding.v1", "start": 1, "stop": "${sizes.largest}", "compound": 2}
    config = {"sizes": {"largest": 3, "schedule": block}}

    made = kernel.registry.resolve(config, overrides={"sizes.largest": 4})

    assert made["sizes"]["largest"] == 4
    assert [made["sizes"]["schedule"](step) for step in range(4)] == [1, 2, 4, 4]
    assert config["sizes"]["schedule"] == block


def test_config_of_any_sections_is_filled():
    filled = kernel.registry.fill({"x": {"@optimizers": "Adam.v1", "L2": 0.5}})
    assert filled["x"]["@optimizers"] == "Adam.v1"
    assert (filled["x"]["L2"], filled["x"]["beta1"]) == (0.5, 0.9)


@pytest.mark.parametrize("method", ["resolve", "fill"])
def test_arguments_are_checked(method):
    with pytest.raises(ConfigError, match=r"\[x\] rate: wrong type; expected a number"):
        getattr(kernel.registry, method)({"x": {"@schedules": "constant.v1", "rate": "fast"}})


@pytest.mark.parametrize("name", [None, 3, ["a"], b"Adam.v1"])
def test_names_of_other_types_are_refused(name):
    assert not kernel.registry.has("optimizers", name)
    with pytest.raises(RegistryError, match="expected a name in the registry `optimizers`, got"):
        kernel.registry.get("optimizers", name)
    with pytest.raises(RegistryError, match="expected a name to register in `misc`, got"):
        kernel.registry.misc.register(name)
