import json

import catalogue
import pytest

import kernel
from kernel import util
from kernel.errors import ConfigError, KernelError, LoadError, RegistryError
from kernel.registry import registry


@pytest.fixture
def package(tmp_path):
    """A package with a pipeline in it, as `python -m build` would find it."""
    nlp = kernel.blank("en")
    nlp.meta["name"], nlp.meta["version"] = "small", "1.2.3"
    root = tmp_path / "en_small"
    nlp.to_disk(root / "en_small-1.2.3")
    (root / "meta.json").write_text(json.dumps(nlp.meta))
    (root / "__init__.py").write_text("")
    return root


def test_pipeline_of_a_package_is_found_from_its_init_file(package):
    nlp = util.load_model_from_init_py(package / "__init__.py")

    assert (nlp.lang, nlp.meta["version"]) == ("en", "1.2.3")


def test_meta_of_a_package_is_read(package):
    assert util.get_model_meta(package)["name"] == "small"
    with pytest.raises(OSError, match=r"meta\.json is missing"):
        util.get_model_meta(package.parent)


def test_meta_of_a_caller_is_added(package):
    nlp = util.load_model_from_path(package / "en_small-1.2.3", meta={"author": "Ada"})

    assert (nlp.meta["author"], nlp.meta["name"]) == ("Ada", "small")


def test_meta_must_name_the_pipeline(tmp_path, package):
    path = package / "meta.json"
    path.write_text('{"lang": "en"}')

    with pytest.raises(LoadError, match="has no name, version"):
        util.load_meta(path)
    with pytest.raises(LoadError, match="is missing"):
        util.load_meta(tmp_path / "meta.json")


def test_pipeline_is_made_from_a_config():
    config = {"nlp": {"lang": "en", "pipeline": []}}

    assert util.load_model_from_config(config, auto_fill=True).lang == "en"
    with pytest.raises(ConfigError, match="has no `lang`"):
        util.load_model_from_config({"nlp": {"pipeline": []}})


def test_sourced_components_are_those_without_a_factory():
    config = {
        "nlp": {"pipeline": ["ner", "tagger"]},
        "components": {
            "ner": {"source": "x"},
            "tagger": {"factory": "tagger"},
            "parser": {"source": "y"},
        },
    }

    assert util.get_sourced_components(config) == {"ner": {"source": "x"}}


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        *(("en", "en"), ("en_GB", "en"), ("EN-us", "en"), ("mul", "xx"), ("qq", None)),
        *(
            ("deu", "de"),
            ("ger", "de"),
            ("fra-CA", "fr"),
            ("iw", "he"),
            ("mo", "ro"),
            ("scc", "sr"),
        ),
    ],
)
def test_language_is_found_by_its_tag(tag, code):
    assert util.find_matching_language(tag) == code


@pytest.fixture
def forget_languages():
    """Languages that the test registers are not known to other tests."""
    stored = registry.languages._local
    before = set(stored.get_all())
    yield
    for name in set(stored.get_all()) - before:
        del catalogue.REGISTRY[*stored.namespace, name]


@pytest.mark.usefixtures("forget_languages")
def test_language_class_is_registered_under_its_code():
    class Test(kernel.Language):
        lang = "qtest"

    util.set_lang_class("qtest", Test)

    assert util.get_lang_class("qtest") is Test
    with pytest.raises(RegistryError, match="already registered"):
        util.set_lang_class("qtest", kernel.Language)


def test_packages_are_known_with_their_versions():
    assert util.is_package("numpy")
    assert util.get_package_version("no-such-package") is None
    assert util.get_package_path("kernel").joinpath("py.typed").exists()
    with pytest.raises(KernelError, match="no package `no_such_package`"):
        util.get_package_path("no_such_package")


@pytest.mark.parametrize(
    ("version", "constraint", "expected"),
    [
        ("3.8.1", ">=3.8,<3.9", True),
        ("3.9.0", ">=3.8,<3.9", False),
        ("3.8.1", "3.8.1", True),
        ("3.8.1", "nonsense", None),
    ],
)
def test_versions_are_held_against_constraints(version, constraint, expected):
    assert util.is_compatible_version(version, constraint) is expected


def test_minor_release_is_a_range():
    assert util.get_minor_version_range("3.8.1.dev2") == ">=3.8.0,<3.9.0"
