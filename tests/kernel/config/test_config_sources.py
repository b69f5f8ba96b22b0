"""Components copied from other pipelines, tokenizers' settings, and names without a plugin."""

import importlib
import importlib.metadata
import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

from kernel.config import find_problems
from kernel.registry import first_party_names, missing_names, registry

SOURCED = """
[nlp]
lang = "en"
pipeline = ["ner"]

[components]

[components.ner]
source = "{source}"
"""


@pytest.fixture
def trained(ner, tmp_path):
    """The folder of a pipeline with `tok2vec` and `ner`, as far as its config goes."""
    folder = tmp_path / "trained"
    folder.mkdir()
    ner.to_disk(folder / "config.cfg", interpolate=False)
    return folder


@pytest.fixture
def source_problems(functions, read):
    """What is wrong with a component that is copied: `source_problems(source, more_lines)`."""

    def find(source, more=""):
        text = SOURCED.format(source=source) + more
        found = find_problems(read(text), complete=False)
        return [problem for problem in found if problem.path[:1] == ("components",)]

    return find


def test_existing_sourced_component_has_no_problems(source_problems, trained):
    more = 'component = "ner"\nreplace_listeners = ["model.tok2vec"]\n'
    assert source_problems(trained, more) == []


def test_listener_copied_without_its_shared_component_is_no_problem(source_problems, trained):
    assert source_problems(trained) == []


def test_component_without_listeners_needs_no_replacement(source_problems, trained):
    more = 'component = "tok2vec"\nreplace_listeners = ["model.tok2vec"]\n'
    assert source_problems(trained, more) == []


def test_missing_source_is_reported(source_problems, trained):
    (problem,) = source_problems(str(trained).replace("trained", "trianed"))
    assert problem.message.startswith("there is no pipeline ")
    assert (problem.path, problem.origin.line) == (("components", "ner", "source"), 9)
    assert problem.suggestion == str(trained)


def test_folder_without_a_config_is_reported(source_problems, tmp_path):
    (problem,) = source_problems(tmp_path)
    assert problem.message == f"{tmp_path} is not a pipeline: it has no config.cfg"


def test_source_with_a_broken_config_is_reported(source_problems, trained):
    trained.joinpath("config.cfg").write_text("[nlp]\nlang = $x")
    (problem,) = source_problems(trained)
    assert "cannot be read" in problem.message


def test_component_missing_in_the_source_is_reported(source_problems, trained):
    (problem,) = source_problems(trained, 'component = "nre"\n')
    assert problem.message == f"the pipeline '{trained}' has no component `nre`"
    assert (problem.origin.line, problem.suggestion) == (10, "ner")
    assert problem.hint.startswith("it has: tok2vec, ner;")


def test_layer_to_replace_must_be_a_listener(source_problems, trained):
    (problem,) = source_problems(trained, 'replace_listeners = ["model.tokvec"]\n')
    assert problem.message == f"`model.tokvec` is no listener of `ner` in '{trained}'"
    assert (problem.origin.line, problem.suggestion) == (10, "model.tok2vec")


def test_installed_package_is_a_source(source_problems, trained, tmp_path, monkeypatch):
    package = tmp_path / "site" / "xx_test_pipeline"
    package.mkdir(parents=True)
    package.joinpath("__init__.py").write_text("raise RuntimeError('imported')")
    trained.rename(package / "xx_test_pipeline-1.0")
    point = importlib.metadata.EntryPoint("xx_test_pipeline", "xx_test_pipeline:load", "models")
    monkeypatch.syspath_prepend(package.parent)
    module = importlib.import_module("kernel.registry")
    known = module._entry_points
    monkeypatch.setattr(
        module,
        "_entry_points",
        lambda kind: {point.name: [point]} if kind == "models" else known(kind),
    )
    replaced = 'replace_listeners = ["model.tok2vec"]\n'
    assert source_problems("xx_test_pipeline", replaced) == []
    (problem,) = source_problems("xx_test_pipeline", 'component = "nre"\n')
    assert problem.suggestion == "ner"


class Splitter:
    """A tokenizer that is initialized."""

    def initialize(self, get_examples: Any, nlp: Any = None, *, limit: int = 5) -> None:
        """Learn where words end."""


class Fixed:
    """A tokenizer that takes nothing."""


def make_splitter() -> Callable[[Any], Splitter]:
    raise AssertionError


def make_fixed() -> Callable[[Any], Fixed]:
    raise AssertionError


@pytest.mark.parametrize(
    ("maker", "line", "message"),
    [
        (make_splitter, "limit = 3", None),
        (make_splitter, "limti = 3", "`limti` is not an argument of"),
        (make_splitter, 'limit = "x"', "wrong type"),
        (make_fixed, "limit = 3", "a `Fixed` has no settings to be initialized with"),
    ],
    ids=["right", "typo", "type", "takes-none"],
)
def test_settings_of_the_tokenizer_are_checked(functions, register, read, maker, line, message):
    register("tokenizers", "t.splitter.v1", maker)
    text = f'[nlp]\nlang = "en"\n[nlp.tokenizer]\n@tokenizers = "t.splitter.v1"\n[initialize]\n[initialize.tokenizer]\n{line}'
    found = find_problems(read(text), complete=False)
    assert [problem.message.startswith(message) for problem in found] == ([True] if message else [])
    assert all(problem.origin.line in {6, 7} for problem in found)


@pytest.mark.parametrize(
    "name", ["before_creation", "after_creation", "after_pipeline_creation"], ids=str
)
def test_callbacks_of_the_pipeline_are_checked(functions, register, read, name):
    register("callbacks", "t.change.v1", lambda words: words)
    text = f'[nlp]\nlang = "en"\n[nlp.{name}]\n@callbacks = "t.change.v1"\nwodrs = ["a"]\n'
    (problem,) = find_problems(read(text), complete=False)
    assert (problem.path, problem.suggestion) == (("nlp", name, "wodrs"), "words")
    (problem,) = find_problems(read(text.replace("t.change", "t.chaneg")), complete=False)
    assert (problem.origin.line, problem.suggestion) == (4, "t.change.v1")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("architectures", "spacy.SpanCategorizer.v1"),
        ("misc", "spacy.ngram_suggester.v1"),
        ("augmenters", "spacy.nothing_of_ours.v1"),
    ],
)
def test_name_of_spacy_without_a_plugin_says_so(functions, monkeypatch, read, kind, name):
    module = importlib.import_module("kernel.registry")
    monkeypatch.setattr(module, "missing_names", lambda: {kind: {name: "kernel-plugin-later"}})
    found = find_problems(read(f'[a]\nx = ${{b}}\n[b]\n@{kind} = "{name}"'), complete=False)
    (problem,) = [problem for problem in found if problem.path[-1] == f"@{kind}"]
    later = "it will come with the plugin `kernel-plugin-later`"
    assert problem.hint == f"kernel has no `{name}` yet; {later}"
    assert problem.suggestion is None


def test_names_without_a_plugin_are_listed_as_missing():
    provided = first_party_names()
    for kind, names in missing_names().items():
        assert not {*names} & {*provided.get(kind, {})}
        assert all(re.fullmatch("kernel-plugin-[a-z0-9]+", plugin) for plugin in names.values())


def test_names_of_spacy_that_a_plugin_has_resolve():
    for kind, name in [
        ("architectures", "spacy.Tok2Vec.v2"),
        ("architectures", "spacy.TransitionBasedParser.v2"),
        ("architectures", "spacy-legacy.Tok2Vec.v1"),
        ("layers", "spacy-legacy.StaticVectors.v1"),
        ("readers", "spacy.Corpus.v1"),
        ("batchers", "spacy.batch_by_words.v1"),
        ("loggers", "spacy.ConsoleLogger.v3"),
        ("tokenizers", "spacy.Tokenizer.v1"),
        ("scorers", "spacy.ner_scorer.v1"),
    ]:
        own = re.sub("^spacy(-legacy)?", "kernel", name)
        assert registry.get(kind, name) is registry.get(kind, own)


@pytest.mark.parametrize(
    ("block", "name", "plugin"),
    [
        (
            '@architectures = "spacy-legacy.EntityLinker.v1"',
            "spacy-legacy.EntityLinker.v1",
            "linker",
        ),
        ('@misc = "spacy.ngram_suggester.v1"', "spacy.ngram_suggester.v1", "spancat"),
        (
            '@callbacks = "spacy.models_with_nvtx_range.v1"',
            "spacy.models_with_nvtx_range.v1",
            "thinc",
        ),
    ],
)
def test_names_of_spacy_say_which_plugin_will_have_them(read, block, name, plugin):
    found = find_problems(read(f"[a]\nx = ${{b}}\n[b]\n{block}"), complete=False)
    (problem,) = [problem for problem in found if problem.path[-1].startswith("@")]
    is_released = plugin == "thinc"
    source = "a later version of" if is_released else "the plugin"
    later = f"it will come with {source} `kernel-plugin-{plugin}`"
    assert problem.hint == f"kernel has no `{name}` yet; {later}"
    assert problem.suggestion is None


@pytest.mark.skipif(find_spec("kernel_plugin_transformer") is not None, reason="it is installed")
@pytest.mark.parametrize("name", ["spacy-transformers.strided_spans.v1", "acme.my_spans.v1"])
def test_names_of_a_plugin_that_is_not_installed_say_which(read, name):
    found = find_problems(read(f'[a]\nx = ${{b}}\n[b]\n@span_getters = "{name}"'), complete=False)
    (problem,) = [problem for problem in found if problem.path[-1].startswith("@")]
    plugin = "kernel-plugin-transformer"
    assert problem.hint == f"it is provided by `{plugin}`: pip install {plugin}"


def test_settings_of_a_copied_component_can_be_overridden(source_problems, trained):
    def find(line):
        return source_problems(trained, f'replace_listeners = ["model.tok2vec"]\n{line}\n')

    assert find("update_with_oracle_cut_size = 5") == []
    (problem,) = find('update_with_oracle_cut_size = "many"')
    assert (problem.origin.line, problem.message) == (11, "wrong type")
    (problem,) = find("update_with_oracle_cut_sise = 5")
    assert problem.message.startswith("`update_with_oracle_cut_sise` is not a setting of `ner`")
    assert problem.suggestion == "update_with_oracle_cut_size"
    (problem,) = find('model = "small"')
    assert problem.message == "the model of a component with `source` cannot be changed"
