"""The check of a whole config: what is caught, where, and with which advice."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from kernel.config import Config, check, fill, find_problems
from kernel.errors import ConfigError
from kernel.registry import registry
from kernel.scoring import Score


@pytest.fixture
def edit(ner, read):
    """The complete config as text with one line replaced, as problems."""

    def edit(old: str, new: str, **options) -> list:
        text = ner.to_str(interpolate=False)
        assert f"\n{old}\n" in text, old
        return find_problems(read(text.replace(f"\n{old}\n", f"\n{new}\n", 1)), **options)

    return edit


def one(problems):
    (problem,) = problems
    return problem


def test_message_has_position_key_problem_and_advice(edit):
    problem = one(edit("dropout = 0.1", "dropuot = 0.1"))
    line = problem.origin.line
    assert str(problem) == (
        f"config.cfg:{line}:1: [training] dropuot: [training] has no `dropuot`\n"
        "    did you mean `dropout`?"
    )
    problem = one(edit("dropout = 0.1", 'dropout = "high"'))
    assert str(problem) == (
        f"config.cfg:{line}:1: [training] dropout: wrong type; "
        'expected a number or a function block, got the string "high"'
    )


def test_check_raises_all_problems_in_the_order_of_the_file(ner, read):
    text = ner.to_str(interpolate=False)
    text = text.replace("dropout = 0.1", "dropout = 1.5").replace("width = 96", "width = wide")
    with pytest.raises(ConfigError, match="2 problems in the config") as caught:
        check(read(text))
    assert [problem.path[-1] for problem in caught.value.problems] == ["width", "dropout"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("dropout = 0.1", "dropout = 1.0", "a number at least 0 and below 1"),
        ("accumulate_gradient = 1", "accumulate_gradient = 0", "a number at least 1"),
        ("eval_frequency = 200", "eval_frequency = 0", "a number at least 1"),
        ("max_epochs = 0", "max_epochs = -2", "a number at least -1"),
        ("patience = 1600", "patience = -1", "a number at least 0"),
        ("batch_size = 1000", "batch_size = 0", "a number at least 1"),
        ("seed = 0", "seed = -1", "a number at least 0"),
    ],
)
def test_numbers_out_of_range_are_problems(edit, old, new, expected):
    assert edit(old, new)[0].expected == expected


def test_streaming_epochs_are_in_range(edit):
    assert edit("max_epochs = 0", "max_epochs = -1") == []


def test_dropout_may_be_a_schedule(ner):
    config = ner.copy()
    schedule = {
        "@schedules": "compounding.v1",
        "start": 0.1,
        "stop": 0.5,
        "compound": 1.1,
        "t": 0.0,
    }
    config["training"]["dropout"] = schedule
    assert find_problems(config) == []


def test_unknown_section_is_a_problem_unless_something_refers_to_it(ner):
    config = ner.copy()
    config["mine"] = {"x": 1}
    assert one(find_problems(config)).path == ("mine",)
    config["components"]["tok2vec"]["model"]["encode"]["depth"] = "${mine.x}"
    assert find_problems(config) == []
    assert find_problems(config.interpolate()) == []


def test_corpus_may_be_in_any_section(ner):
    config = ner.copy()
    config["data"] = {"mine": config["corpora"]["train"]}
    config["training"]["train_corpus"] = "data.mine"
    assert find_problems(config) == []


def test_corpora_may_be_one_function(ner, register):
    register("readers", "test.both.v1", lambda path: {"train": None, "dev": None})
    config = ner.copy()
    config["corpora"] = {"@readers": "test.both.v1", "path": "x"}
    assert find_problems(config) == []


@pytest.mark.parametrize(
    ("key", "value", "suggestion"),
    [
        (("nlp", "pipeline"), ["tok2vec", "nre"], "ner"),
        (("nlp", "disabled"), ["nre"], "ner"),
        (("training", "frozen_components"), ["tok2vc"], "tok2vec"),
        (("training", "annotating_components"), ["nerr"], "ner"),
        (("training", "train_corpus"), "corpora.dve", "corpora.dev"),
        (("training", "dev_corpus"), "corpora", "corpora.train"),
    ],
)
def test_unknown_name_is_a_problem(ner, key, value, suggestion):
    config = ner.copy()
    config[key[0]][key[1]] = value
    found = find_problems(config)
    assert (key, suggestion) in [(problem.path, problem.suggestion) for problem in found]


@pytest.mark.parametrize(
    ("rates", "frozen", "message", "suggestion"),
    [
        pytest.param({"nre": 0.1}, [], "`nre` is not in the pipeline", "ner", id="misspelled"),
        pytest.param(
            {"ner": 0.1}, ["ner"], "`ner` has a learning rate, but is frozen", None, id="frozen"
        ),
    ],
)
def test_learning_rate_of_a_component_that_is_not_trained_is_a_problem(
    ner, rates, frozen, message, suggestion
):
    config = ner.copy()
    config["training"]["optimizer"]["learn_rates"] = rates
    config["training"]["frozen_components"] = frozen
    found = {problem.path: problem for problem in find_problems(config)}
    problem = found["training", "optimizer", "learn_rates", next(iter(rates))]
    assert (problem.message, problem.suggestion) == (message, suggestion)


def test_component_twice_in_the_pipeline_is_a_problem(ner):
    config = ner.copy()
    config["nlp"]["pipeline"] = ["tok2vec", "ner", "ner"]
    assert "twice" in one(find_problems(config)).message


def test_settings_of_unknown_component_to_initialize_are_a_problem(ner):
    config = ner.copy()
    config["initialize"]["components"] = {"nerr": {"labels": ["A"]}}
    assert one(find_problems(config)).suggestion == "ner"


def test_unknown_arguments_of_initialize_are_a_problem(ner, register):
    class Component:
        def initialize(self, get_examples, *, nlp=None, labels: list[str] | None = None) -> None:
            raise AssertionError

    def make(nlp, name) -> Component:
        raise AssertionError

    register("factories", "test_component", make)
    config = ner.copy()
    config["components"]["mine"] = {"factory": "test_component"}
    config["nlp"]["pipeline"].append("mine")
    config["initialize"]["components"] = {"mine": {"labels": ["A"]}}
    assert find_problems(config) == []
    config["initialize"]["components"] = {"mine": {"lables": ["A"]}}
    assert one(find_problems(config)).suggestion == "labels"
    config["initialize"]["components"] = {"mine": {"labels": "A"}}
    assert one(find_problems(config)).expected == "a list of strings or null"


def test_language_without_plugin_is_a_problem(ner):
    config = ner.copy()
    config["nlp"]["lang"] = "eng"
    problem = one(find_problems(config))
    assert (problem.path, problem.suggestion) == (("nlp", "lang"), "en")


def test_component_needs_a_factory_or_a_source(ner):
    config = ner.copy()
    config["components"]["ner"] = {"model": {}}
    assert "neither `factory` nor `source`" in find_problems(config)[0].message
    config["components"]["ner"] = {"source": "en_pipeline", "replace_listeners": ["model.tok2vec"]}
    config["training"]["score_weights"] = {}
    (problem,) = find_problems(config)
    assert problem.message == "there is no pipeline 'en_pipeline'"
    config["components"]["ner"] = {"source": "en_pipeline", "replace_listener": ["model.tok2vec"]}
    assert "replace_listeners" in [problem.suggestion for problem in find_problems(config)]


def test_unknown_factory_suggests_the_nearest(edit):
    problem = next(p for p in edit('factory = "ner"', 'factory = "nre"') if p.path[-1] == "factory")
    assert problem.suggestion == "ner"


def test_function_of_the_wrong_registry_is_a_problem(edit):
    problem = edit('@loggers = "kernel.ConsoleLogger.v1"', '@optimizers = "Adam.v1"')[0]
    assert problem.suggestion == "@loggers"


def test_function_with_the_wrong_return_type_is_a_problem(ner, register):
    def make() -> str:
        raise AssertionError

    register("misc", "test.text.v1", make)
    config = ner.copy()
    config["components"]["ner"]["model"]["tok2vec"] = {"@misc": "test.text.v1"}
    problem = one(find_problems(config))
    assert (problem.expected, problem.received) == ("a function block for a `Model`", "a `str`")


def test_nothing_is_called_while_checking(ner, register):
    def fail(path: str | None = None) -> None:
        raise AssertionError("called")

    register("readers", "test.fail.v1", fail)
    config = ner.copy()
    config["corpora"]["train"] = {"@readers": "test.fail.v1", "path": None}
    assert find_problems(config) == []


def test_defaults_may_be_missing_unless_the_config_must_be_complete(ner, read):
    config = read("[nlp]\nlang = en\n[components]\n[components.ner]\nfactory = ner")
    assert [p.path[-1] for p in find_problems(config, complete=False)] == ["model"]
    assert ("training",) in [problem.path for problem in find_problems(config)]


def test_missing_key_says_how_to_add_it_and_its_default(edit):
    problem = one(edit("patience = 1600", "# gone"))
    assert problem.path == ("training", "patience")
    assert problem.hint == "run `kernel init fill-config` to add it with its default, 1600"


def test_problem_in_a_section_used_twice_is_reported_once(ner, read):
    text = ner.to_str(interpolate=False).replace("width = 96", "width = wide")
    config = read(text)
    config["mine"] = {"one": "${components.tok2vec.model}", "two": "${components.tok2vec.model}"}
    config["initialize"]["tokenizer"] = {"x": "${mine.one}"}
    found = [problem for problem in find_problems(config) if problem.message == "wrong type"]
    lines = [problem.origin.line for problem in found]
    assert len(lines) == len(set(lines)) == 1


def test_wrong_reference_does_not_hide_other_problems(edit):
    text = "hidden_width = 64"
    found = edit(text, "hidden_width = ${no.where}\nhidden = 3")
    assert {problem.path[-1] for problem in found} == {"hidden_width", "hidden"}


def test_paths_may_have_any_key_but_misspellings_are_reported(edit):
    assert edit('train = "train.spacy"', 'train = "train.spacy"\nmodels = "x"') == []
    found = edit('train = "train.spacy"', 'trian = "train.spacy"')
    assert [(problem.path[-1], problem.suggestion) for problem in found] == [
        ("path", "${paths.trian}"),
        ("trian", "train"),
    ]


def test_vectors_block_of_spacy_is_accepted(edit):
    text = "vectors = null\n\n[nlp.tokenizer]"
    block = '[nlp.vectors]\n@vectors = "spacy.Vectors.v1"\n\n[nlp.tokenizer]'
    assert edit(text, block) == []


def test_config_with_spacy_names_has_no_problems(ner, read):
    text = ner.to_str(interpolate=False).replace('"kernel.', '"spacy.')
    assert find_problems(read(text)) == []
    slip = text.replace("spacy.MaxoutWindowEncoder.v2", "spacy.MaxoutWindowEncodr.v2")
    assert one(find_problems(read(slip))).suggestion == "spacy.MaxoutWindowEncoder.v2"


def test_plain_dict_is_checked_as_well(functions):
    assert find_problems(dict(fill(Config({"nlp": {"lang": "en"}})))) == []


@pytest.mark.parametrize("comment", ["# steps", "; steps", "  # a; b"])
def test_comment_after_a_value_is_explained(functions, read, comment):
    config = fill(read(f'[nlp]\nlang = "en"\n[training]\nmax_steps = 30 {comment}'))
    (problem,) = [each for each in find_problems(config) if each.path[0] == "training"]
    assert (problem.origin.line, problem.message) == (4, "wrong type")
    assert problem.hint == "a comment must be on a line of its own"
    config = fill(read(f'[nlp]\nlang = "en"\n[training]\nmax_steps = many {comment}'))
    (problem,) = [each for each in find_problems(config) if each.path[0] == "training"]
    assert problem.hint is None


def test_tokenizer_of_any_type_may_be_initialized(functions, register, read):
    def make() -> Callable[[Any], Any]:
        return lambda nlp: nlp

    register("tokenizers", "any.v1", make)
    text = '[nlp]\nlang = "en"\ntokenizer = {"@tokenizers": "any.v1"}\n[initialize]\ntokenizer = {"x": 1}'
    assert [each for each in find_problems(fill(read(text))) if each.path[0] == "initialize"] == []


@pytest.mark.parametrize("comment", ["# English", "; English", "  # a; b"])
def test_comment_after_a_string_in_quotes_is_explained(functions, read, comment):
    config = fill(read(f'[nlp]\nlang = "en" {comment}\n[paths]\ntrain = "a # b"\n'))
    problem = one(find_problems(config))
    assert (problem.path, problem.origin.line) == (("nlp", "lang"), 2)
    assert problem.hint == "a comment must be on a line of its own"


def test_component_has_a_factory_or_a_source_not_both(ner):
    config = ner.copy()
    config["components"]["ner"]["source"] = "en_pipeline"
    problem = one(find_problems(config))
    assert problem.message == "a component with both `factory` and `source`"


def test_unused_component_without_a_plugin_is_not_read(ner):
    config = ner.copy()
    config["components"]["later"] = {"factory": "later", "x": 1}
    problem = one(find_problems(config))
    assert (problem.path, problem.is_unread) == (("components", "later"), True)
    config["nlp"]["pipeline"] = ["tok2vec", "ner", "later"]
    assert not one(find_problems(config)).is_unread


def test_sections_that_nothing_reads_are_not_filled(ner, read):
    text = ner.to_str(interpolate=False) + '\n[optimizer]\n@optimizers = "Adam.v1"\n'
    config = fill(read(text))
    assert config["optimizer"] == {"@optimizers": "Adam.v1"}
    assert one(find_problems(config)).is_unread
    config = fill(read(text + "[mine]\noptimizer = ${optimizer}\n"))
    assert config["optimizer"]["beta1"] == 0.9


def test_score_with_a_value_for_each_type_cannot_be_weighed(ner, register):
    factory = registry.factories.get("ner")
    scores = {"ents_per_type": Score(per="type")}
    register("factories", "ner", SimpleNamespace(**attrs.asdict(factory), scores=scores))
    config = ner.copy()
    config["training"]["score_weights"]["ents_per_type"] = 0.5
    assert one(find_problems(config)).hint == "set its weight to null"
    for weight in (0.0, None):
        config["training"]["score_weights"]["ents_per_type"] = weight
        assert find_problems(config) == []


def test_size_of_batches_is_given_once(functions, read):
    batcher = '[training.batcher]\n@batchers = "spacy.batch_by_words.v1"\nsize = 9\n'
    config = fill(read(f'[nlp]\nlang = "en"\n[training]\nbatch_size = 3\n{batcher}'))
    problem = one(find_problems(config))
    assert problem.message == "`batch_size` only has an effect if [training.batcher] has no `size`"
