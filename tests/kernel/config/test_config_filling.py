"""Filling: what is added, what is kept, and that a filled config does not change again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.config import (
    Config,
    Values,
    combine_score_weights,
    default_config,
    diff,
    explain,
    fill,
    fill_block,
    find_problems,
    merge,
)

PARTIAL = """\
# My recognizer.
[nlp]  # the pipeline
lang = "en"
# one component
pipeline = [
  "ner",  # entities
]

[training]
dropout = 0.2  # more than usual

# where the data is
[corpora.train]
"@readers" = "kernel.Corpus.v1"
path = "x"   # a file

[training.optimizer]
learn_rate = 0.01 # fast

[components.ner]
factory = "ner"
model = {"@architectures" = "kernel.Tok2VecListener.v1", width = 3}
"""


def test_default_config_lacks_only_arguments_of_functions(functions):
    changes = diff(default_config(), fill(default_config()))
    reader = {"gold_preproc": False, "max_length": 0, "limit": 0, "augmenter": None}
    assert {".".join(change.path): change.after for change in changes} == {
        **{f"corpora.{name}.{key}": reader[key] for name in ("train", "dev") for key in reader},
        "training.logger.progress_bar": False,
        "training.batcher.get_length": None,
        "training.batcher.size.t": 0.0,
    }


def test_components_get_the_defaults_of_their_factory(ner):
    assert ner["components"]["ner"]["update_with_oracle_cut_size"] == 100
    assert ner["components"]["ner"]["scorer"] == {"@scorers": "kernel.ner_scorer.v1"}
    assert ner["components"]["ner"]["model"]["nO"] is None
    assert ner["components"]["ner"]["model"]["tok2vec"]["upstream"] == "*"
    assert ner.origin("components.ner.scorer").layer == "default"


def test_score_weights_come_from_the_components(ner):
    assert ner["training"]["score_weights"] == {
        "ents_f": 1.0,
        "ents_p": 0.0,
        "ents_r": 0.0,
        "ents_per_type": None,
    }


def test_variables_are_kept(ner):
    assert ner["training"]["seed"] == "${system.seed}"
    width = "${components.tok2vec.model.encode.width}"
    assert ner["components"]["ner"]["model"]["tok2vec"]["width"] == width


def test_another_function_is_not_mixed_with_the_default(functions, read, register):
    register("optimizers", "test.plain.v1", lambda rate=0.5: rate)
    text = '[training]\n[training.optimizer]\n@optimizers = "test.plain.v1"'
    assert fill(read(text))["training"]["optimizer"] == {
        "@optimizers": "test.plain.v1",
        "rate": 0.5,
    }


def test_spacy_name_of_the_default_function_is_mixed_with_it(functions, read):
    text = '[training]\n[training.batcher]\n@batchers = "spacy.batch_by_words.v1"\ntolerance = 0.5'
    batcher = fill(read(text))["training"]["batcher"]
    assert (batcher["tolerance"], batcher["size"]["start"]) == (0.5, 100)


def test_sourced_components_are_not_changed(functions, read):
    block = '[components]\n[components.ner]\nsource = "en_pipeline"'
    assert fill(read(block))["components"]["ner"] == {"source": "en_pipeline"}


def test_section_that_is_a_variable_is_not_filled(functions, read):
    config = fill(read("[training]\noptimizer = ${my.optimizer}\n[my]\n[my.optimizer]\nx = 1"))
    assert config["training"]["optimizer"] == "${my.optimizer}"


def test_language_adds_its_defaults(functions, register, read):
    defaults = type("Defaults", (), {"config": {"nlp": {"batch_size": 7}}})
    register("languages", "tlh", type("Klingon", (), {"Defaults": defaults}))
    assert fill(read('[nlp]\nlang = "tlh"'))["nlp"]["batch_size"] == 7
    assert fill(read('[nlp]\nlang = "tlh"\nbatch_size = 8'))["nlp"]["batch_size"] == 8


def test_filling_keeps_comments_and_order_in_toml(functions, read):
    after = iter(fill(read(PARTIAL, "toml")).to_str(interpolate=False, format="toml").splitlines())
    *lines, inline = PARTIAL.splitlines()
    assert [line for line in lines if line not in after] == []
    assert next(after) == inline.replace("}", ', upstream = "*"}')


@pytest.mark.parametrize("form", ["cfg", "toml"])
def test_filled_config_does_not_change_when_filled_again(functions, read, form):
    text = PARTIAL if form == "toml" else read(PARTIAL, "toml").to_str(interpolate=False)
    once = fill(read(text, form))
    written = once.to_str(interpolate=False, format=form)
    twice = fill(read(written, form))
    assert twice == once
    assert twice.to_str(interpolate=False, format=form) == written


def test_added_keys_have_the_origin_default(functions, read):
    filled = fill(read(PARTIAL, "toml"))
    assert (filled.origin("training.dropout").layer, filled.origin("training.dropout").line) == (
        "file",
        10,
    )
    assert filled.origin("training.patience").layer == "default"
    assert filled.origin("training.optimizer.learn_rate").line == 18


def test_changed_values_keep_their_position_in_the_file(read):
    config = read(PARTIAL, "toml")
    config["training"]["dropout"] = 0.5
    config["nlp"]["pipeline"] = ["a", "b"]
    del config["corpora"]["train"]["path"]
    del config["components"]
    text = config.to_str(interpolate=False, format="toml")
    assert "dropout = 0.5  # more than usual\n" in text
    assert 'pipeline = ["a", "b"]\n\n[training]' in text
    assert "# one component" in text
    assert "a file" not in text
    assert read(text, "toml") == config


def test_array_of_tables_survives_a_change_elsewhere(read):
    text = "[a]\nx = 1  # one\n[[a.list]]\ny = 1\n[[a.list]]\ny = 2\n"
    config = read(text, "toml")
    config["a"]["x"] = 2
    written = config.to_str(interpolate=False, format="toml")
    assert written == text.replace("x = 1", "x = 2")
    config["a"]["list"].append({"y": 3})
    assert read(config.to_str(interpolate=False, format="toml"), "toml") == config


SCATTERED = """# the start
[a]  # header
x = 1  # one

# about b
[b]
y.z = 2

# a goes on
[a.c]
z = 3  # three
# the end
"""


def test_section_in_two_parts_keeps_its_comments(read):
    config = read(SCATTERED, "toml")
    config["a"]["w"] = 5
    config["a"]["c"]["z"] = 4
    config["b"]["y"]["v"] = [{"u": None}]
    config["a"]["c"]["d"] = {"@misc": "f.v1"}
    text = config.to_str(interpolate=False, format="toml")
    changed = SCATTERED.replace("# one\n", "# one\nw = 5\n").replace("z = 3", "z = 4")
    changed = changed.replace("y.z = 2\n", 'y.z = 2\ny.v = [{u = "${null}"}]\n')
    assert text == changed.replace("# three\n", '# three\n\n[a.c.d]\n"@misc" = "f.v1"\n')
    assert read(text, "toml") == config


KEYS = st.sampled_from(["a", "b", "c d", "@e"])
TREES = st.recursive(
    st.integers(0, 3) | st.none(),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
SECTIONS = st.dictionaries(KEYS, st.dictionaries(KEYS, TREES, max_size=3), max_size=3)


@given(before=SECTIONS, after=SECTIONS)
def test_any_change_of_a_toml_document_is_written(before, after):
    text = Config(before).to_str(interpolate=False, format="toml")
    read = Config().from_str(text, interpolate=False, format="toml")
    changed = Config(after, source=read.source)
    written = changed.to_str(interpolate=False, format="toml")
    assert Config().from_str(written, interpolate=False, format="toml") == after


def test_merging_prefers_the_updates_and_can_drop_extra_keys():
    defaults = {"a": {"x": 1, "y": 2}, "b": {"@misc": "f.v1", "z": 3}}
    updates = {"a": {"y": 5, "w": 6}, "b": {"@misc": "g.v1"}}
    assert merge(defaults, updates) == {
        "a": {"x": 1, "y": 5, "w": 6},
        "b": {"@misc": "g.v1"},
    }
    assert Config(defaults).merge(updates, remove_extra=True)["a"] == {"x": 1, "y": 5}


def test_default_block_is_not_mixed_into_a_plain_section():
    assert merge({"a": {"x": 1}}, {"a": {"@misc": "f.v1"}}) == {"a": {"@misc": "f.v1"}}
    assert merge({"a": {"@misc": "f.v1", "x": 1}}, {"a": {"y": 2}}) == {
        "a": {"@misc": "f.v1", "x": 1, "y": 2}
    }


def test_merging_keeps_literal_strings_of_values():
    literal = Values({"a": {"x": "${no.variable}", "y": "$5"}})
    merged = merge({"a": {"z": "${a.y}"}}, literal)
    assert merged.interpolate() == {"a": {"x": "${no.variable}", "y": "$5", "z": "$5"}}


def test_values_are_filled_like_the_config_that_they_come_from(functions, read):
    config = read('[paths]\ntrain = "x"\n[nlp]\nlang = "en"')
    filled = fill(config.interpolate()).interpolate()
    assert filled["corpora"]["train"]["path"] == "x"
    assert filled == fill(config).interpolate()


def test_block_of_a_function_is_completed_from_its_signature():
    def make(nlp, name, model, depth: int = 3, *, names=("a", "b"), hook=print):
        raise AssertionError

    filled = fill_block(make, {"depth": 5}, defaults={"model": {"x": 1}}, given=["nlp", "name"])
    assert filled == {"depth": 5, "model": {"x": 1}, "names": ["a", "b"]}


def test_score_weights_are_scaled_to_one():
    weights = [
        {"tag_acc": 1.0},
        {"dep_uas": 0.5, "dep_las": 0.5, "sents_f": 0.0, "dep_las_per_type": None},
        {"ents_f": 1.0},
    ]
    assert combine_score_weights(weights) == {
        "tag_acc": 0.33,
        "dep_uas": 0.17,
        "dep_las": 0.17,
        "sents_f": 0.0,
        "dep_las_per_type": None,
        "ents_f": 0.33,
    }
    assert combine_score_weights(weights, {"ents_f": 0.0, "mine": 2.0})["mine"] == 0.5
    assert combine_score_weights([{"a": 0.0, "b": None}]) == {"a": 0.0, "b": None}


@given(st.lists(st.floats(0, 10, allow_subnormal=False), max_size=8))
def test_scaled_weights_do_not_change_when_scaled_again(numbers):
    once = combine_score_weights([{f"w{n}": number for n, number in enumerate(numbers)}])
    assert combine_score_weights([], once) == once


def test_importing_config_does_not_import_parsers_or_arrays(run_python):
    code = "import sys, kernel.config; print([m for m in ('tomlkit', 'thinc', 'rich', 'click') if m in sys.modules])"
    assert run_python(code).strip() == "[]"


def test_scores_without_a_weight_count_nothing_in_a_partial_list(ner):
    ner["training"]["score_weights"] = {"ents_p": 0.5, "token_acc": 0.25, "speed": 0.25}
    assert find_problems(ner, complete=False) == []
    assert fill(ner)["training"]["score_weights"] == {
        "ents_p": 0.5,
        "token_acc": 0.25,
        "speed": 0.25,
        "ents_f": 0.0,
        "ents_r": 0.0,
        "ents_per_type": None,
    }


def test_empty_table_is_not_written_as_a_default(functions, register, read):
    """spaCy refuses arguments that its functions do not have, also empty ones."""

    def make_optimizer(rate: float = 0.1, rates: dict[str, float] = {}):  # noqa: B006
        return rate, rates

    register("optimizers", "rated.v1", make_optimizer)
    text = '[training]\n[training.optimizer]\n@optimizers = "rated.v1"\n'
    filled = fill(read(text))
    assert filled["training"]["optimizer"] == {"@optimizers": "rated.v1", "rate": 0.1}
    assert fill(filled) == filled
    found = explain(filled, "training.optimizer.rates")
    assert (found.value, found.default) == ({}, {})
    assert [origin.layer for origin in found.origins] == ["default"]

    set_later = Config().from_str(text, overrides={"training.optimizer.rates.ner": 0.2})
    assert fill(set_later)["training"]["optimizer"]["rates"] == {"ner": 0.2}
