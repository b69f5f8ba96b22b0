"""The class `Language`, subclasses of it, their data, and arguments of the wrong type."""

import pytest

import kernel
from kernel import Example, Language, Vocab
from kernel.errors import ArgumentError, UnsupportedError, WrongTypeError

English = type(kernel.blank("en"))


def test_base_class_takes_the_vocabulary_of_any_language():
    vocab = kernel.blank("en").vocab
    assert Language(vocab=vocab).vocab is vocab


def test_vocabulary_of_another_language_is_refused():
    with pytest.raises(ArgumentError, match="language of the vocabulary is 'xx'"):
        English(vocab=kernel.blank("xx").vocab)


@pytest.mark.parametrize("value", [False, None, ["x"], Vocab])
def test_vocab_must_be_a_vocabulary(value):
    with pytest.raises(WrongTypeError, match="invalid value of `vocab`: expected a Vocab or True"):
        Language(value)


def test_base_class_has_the_common_tokenizer_rules():
    assert [token.text for token in Language()("(now). http://x.org")] == [
        *("(", "now", ")", "."),
        "http://x.org",
    ]


def test_subclass_may_have_its_own_code():
    class Dialect(English):
        lang = "en_dialect"

    nlp = Dialect()
    assert nlp.vocab.lang == nlp("a")[0].lang_ == "en_dialect"
    assert [token.text for token in nlp("don't")] == ["do", "n't"]


def test_rules_that_a_subclass_sets_win():
    class Plain(Language):
        class Defaults(Language.Defaults):
            prefixes = ()
            stop_words = ("so",)

    nlp = Plain()
    assert [token.text for token in nlp("(now).")] == ["(now", ")", "."]
    assert nlp.vocab["so"].is_stop


def test_stop_words_can_be_added_to_a_pipeline():
    class Own(English):
        class Defaults(English.Defaults):
            stop_words = {"of", "the"}  # noqa: RUF012 — as scripts write it

    nlp = Own()
    nlp.Defaults.stop_words |= {"btw"}
    nlp.Defaults.stop_words.add("imho")
    nlp.Defaults.stop_words.remove("the")

    assert [token.is_stop for token in nlp("btw imho the of cat")] == [
        True,
        True,
        False,
        True,
        False,
    ]


def test_default_config_is_a_copy():
    English.default_config["training"]["dropout"] = 0.9
    assert English.default_config["nlp"]["lang"] == "en"
    assert kernel.blank("en").config["training"]["dropout"] == 0.1


@pytest.mark.parametrize(
    "name", ["pipeline", "pipe_names", "components", "component_names", "disabled", "factory_names"]
)
def test_lists_of_components_cannot_be_changed(name):
    with pytest.raises(UnsupportedError, match="cannot be changed; use `add_pipe`"):
        getattr(kernel.blank("xx"), name).append("mine")


def test_settings_of_initialize_follow_the_component():
    nlp = kernel.blank("xx")
    nlp.add_pipe("ner")
    settings = nlp.config["initialize"]["components"]
    settings["ner"] = {"labels": ["A"]}

    nlp.rename_pipe("ner", "mine")
    assert settings == {"mine": {"labels": ["A"]}}
    nlp.replace_pipe("mine", "tagger")
    assert settings == {}
    settings["mine"] = {"labels": ["B"]}
    nlp.remove_pipe("mine")
    assert settings == {}


def test_pipes_are_disabled_by_arguments_or_by_a_list():
    nlp = kernel.blank("xx")
    nlp.add_pipe("ner")
    nlp.add_pipe("senter")
    with nlp.disable_pipes(["ner"]):
        assert nlp.pipe_names == ["senter"]
    with nlp.disable_pipes("ner", "senter"):
        assert nlp.pipe_names == []
    assert nlp.pipe_names == ["ner", "senter"]


def test_settings_of_a_component_name_its_factory():
    nlp = kernel.blank("xx")
    nlp.add_pipe("ner", name="mine")
    assert nlp.get_pipe_config("mine")["factory"] == "ner"


@pytest.mark.parametrize("source", ["en_core_web_sm", None.__class__, 5])
def test_source_must_be_a_pipeline(source):
    message = "`source` must be a loaded pipeline, got a .*\nhint: load it first"
    with pytest.raises(WrongTypeError, match=message):
        kernel.blank("xx").add_pipe("ner", source=source)


@pytest.mark.parametrize("method", ["update", "rehearse", "evaluate"])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("text", "expects Examples, got a str"),
        ([("text", {})], "expects Examples, got a tuple"),
        (5, "expects a list of Examples, got a int"),
        (None, "expects a list of Examples, got a NoneType"),
    ],
)
def test_examples_must_be_examples(method, given, message):
    nlp = kernel.blank("xx")
    with pytest.raises(WrongTypeError, match=f"`{method}` {message}"):
        getattr(nlp, method)(given)


@pytest.mark.parametrize("method", ["update", "rehearse", "evaluate"])
def test_single_example_is_refused(method):
    nlp = kernel.blank("xx")
    example = Example.from_dict(nlp.make_doc("text"), {})
    with pytest.raises(WrongTypeError, match=r"got a Example\nhint: put a single Example in"):
        getattr(nlp, method)(example)


def test_a_pipeline_of_the_base_class_is_saved_and_loaded(tmp_path):
    nlp = Language()
    nlp.add_pipe("textcat")
    nlp.to_disk(tmp_path / "model")

    loaded = kernel.load(tmp_path / "model")

    assert type(loaded) is Language
    assert loaded.config["nlp"]["lang"] == ""
    assert loaded.pipe_names == ["textcat"]
    assert [token.text for token in loaded.make_doc("(now).")] == ["(", "now", ")", "."]


@pytest.mark.parametrize("name", [5, None, 1.5, b"en"])
def test_other_objects_than_names_are_refused(name):
    with pytest.raises(OSError, match=f"no pipeline {name!r}"):
        kernel.load(name)
    with pytest.raises(ImportError, match=f"no language `{name}`"):
        kernel.blank(name)


def test_stop_words_of_a_language_can_be_added():
    english = kernel.blank("en")
    english.Defaults.stop_words.add("kernelish")
    try:
        assert kernel.blank("en")("Kernelish word")[0].is_stop
    finally:
        english.Defaults.stop_words.remove("kernelish")


@pytest.mark.parametrize("argument", ["exclude", "annotates"])
def test_update_refuses_unknown_components(argument):
    nlp = kernel.blank("en")
    nlp.add_pipe("textcat").add_label("A")
    nlp.get_pipe("textcat").add_label("B")
    nlp.initialize()
    examples = [Example.from_dict(nlp.make_doc("a"), {"cats": {"A": 1.0, "B": 0.0}})]

    with pytest.raises(KeyError, match="the pipeline has no component `textcats`"):
        nlp.update(examples, **{argument: ["textcats"]})
    assert nlp.update(examples, **{argument: "textcat"}) is not None
    with pytest.raises(ValueError, match="`drop` is 5; expected a share from 0 to 1"):
        nlp.update(examples, drop=5)


def test_settings_of_a_component_are_a_dict():
    with pytest.raises(ValueError, match="expected a dict as `config` of `tagger`, got 'x'"):
        kernel.blank("en").add_pipe("tagger", config="x")
