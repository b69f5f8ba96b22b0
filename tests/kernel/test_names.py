"""Names of components: a relative path, and a section of the config."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kernel
from kernel.config import Config, find_problems, load_config_from_str
from kernel.errors import ConfigError
from kernel.names import ComponentNameError, check_component_name
from kernel.pipeline import Language

HALF = "half-a-character"
WRONG = [
    pytest.param("../../victim", "starts with '.'", id="path-outside"),
    pytest.param("a/../../victim", "starts with '.'", id="path-outside-later"),
    pytest.param("/victim", "has a '/' without a name", id="absolute-path"),
    pytest.param("a//b", "has a '/' without a name", id="empty-segment"),
    pytest.param("vocab/a", "a file with this name", id="path-in-the-vocabulary"),
    pytest.param("a\\b", "contains '\\\\\\\\'", id="path-on-windows"),
    pytest.param("..", "starts with '.'", id="parent-folder"),
    pytest.param(".hidden", "starts with '.'", id="hidden-file"),
    pytest.param("a\0b", r"contains '\\x00'", id="nul"),
    pytest.param("a\nb", r"contains '\\n'", id="line-break"),
    pytest.param("a\ud800b", r"contains '\\ud800'", id=HALF),
    pytest.param("a]b", "contains ']'", id="end-of-a-section"),
    pytest.param("*", r"contains '\*'", id="any-component"),
    pytest.param("@x", "starts with '@'", id="function-block"),
    pytest.param("a ", "ends with ' '", id="space-at-the-end"),
    pytest.param("x" * 101, "has 101 characters, at most 100", id="long"),
    pytest.param("名" * 100, "has 300 bytes in UTF-8, at most 255", id="long-in-bytes"),
    *(
        pytest.param(name, "a file with this name", id=name)
        for name in ("vocab", "Vocab", "tokenizer", "config.cfg", "config.toml", "meta.json")
    ),
    pytest.param("manifest.json", "a file with this name", id="manifest.json"),
]


@pytest.fixture(scope="module", autouse=True)
def marker():
    Language.component("named_marker", func=lambda doc: doc)


@pytest.fixture
def nlp():
    nlp = kernel.blank("en")
    nlp.add_pipe("named_marker", "good")
    return nlp


@pytest.mark.parametrize(
    ("name", "reason"), [*WRONG, pytest.param("${a}", r"contains '\$'", id="variable")]
)
def test_no_component_can_get_a_wrong_name(nlp, name, reason):
    other = kernel.blank("en")
    for change in (
        lambda: nlp.add_pipe("named_marker", name),
        lambda: nlp.create_pipe("named_marker", name),
        lambda: nlp.rename_pipe("good", name),
        lambda: other.add_pipe("good", name, source=nlp),
        lambda: other.create_pipe_from_source("good", nlp, name=name),
    ):
        with pytest.raises(ComponentNameError, match=reason) as caught:
            change()
        assert isinstance(caught.value, ValueError)
    assert nlp.pipe_names == ["good"]
    assert other.pipe_names == []


@pytest.mark.parametrize("name", ["", 7, None])
def test_empty_names_and_other_values_are_refused(name):
    with pytest.raises(ComponentNameError, match="cannot be the name of a component"):
        check_component_name(name)


# Half of a character is refused when the config is read.
@pytest.mark.parametrize(("name", "reason"), [each for each in WRONG if each.id != HALF])
def test_wrong_names_in_a_config_are_problems_with_their_line(name, reason):
    text = Config({"nlp": {"lang": "en", "pipeline": ["good", name]}}).to_str(interpolate=False)
    text += '\n[components]\n[components.good]\nfactory = "named_marker"\n'
    config = load_config_from_str(text)
    with pytest.raises(ConfigError, match=rf"(?s):3:1: \[nlp\] pipeline: .*{reason}"):
        Language.from_config(config)
    found = [str(problem) for problem in find_problems(config, complete=False)]
    assert sum("cannot be the name of a component" in problem for problem in found) == 1


def test_sections_of_components_are_checked_too():
    config = load_config_from_str(
        '[nlp]\nlang = "en"\n[components]\n[components.vocab]\nfactory = "named_marker"\n'
    )
    (problem,) = find_problems(config, complete=False)
    assert str(problem).startswith("<text>:4:1: [components] vocab: 'vocab' cannot be the name")


@given(st.text(max_size=30))
def test_pipelines_with_allowed_names_can_be_saved_and_loaded(tmp_path_factory, name):
    nlp = kernel.blank("en")
    try:
        nlp.add_pipe("named_marker", name)
    except ComponentNameError:
        return
    path = tmp_path_factory.mktemp("pipelines") / "model"
    nlp.to_disk(path)
    assert kernel.load(path).pipe_names == nlp.pipe_names


def test_a_name_with_two_segments_is_a_path_in_the_saved_pipeline(tmp_path):
    nlp = kernel.blank("en")
    nlp.add_pipe("entity_ruler", "group/ruler").add_patterns([{"label": "A", "pattern": "a"}])

    nlp.to_disk(tmp_path / "pipeline")

    assert tmp_path.joinpath("pipeline", "group", "ruler").exists()
    loaded = kernel.load(tmp_path / "pipeline")
    assert loaded.pipe_names == ["group/ruler"]
    assert [ent.label_ for ent in loaded("a b").ents] == ["A"]
