"""Explaining a setting, comparing two configs, and the JSON Schema."""

import json
import re

import pytest

from kernel.config import Config, diff, explain, fill, json_schema
from kernel.errors import ConfigError


def test_argument_is_explained_by_its_function(ner):
    found = explain(ner, "training.optimizer.learn_rate")
    assert (found.value, found.default) == (0.001, 0.001)
    assert found.function.endswith(".adam")
    assert found.signature.startswith("adam(learn_rate, beta1")
    assert found.expected == "a whole number, a number or a list of numbers"
    assert [origin.layer for origin in found.origins] == ["default"]


def test_setting_is_explained_by_its_class(ner):
    found = explain(ner, ("training", "dropout"))
    assert found.range == "at least 0 and below 1"
    assert found.help == "share of the activations that are dropped in an update"
    assert found.expected == "a number or a function block"


def test_explanation_of_a_variable_has_the_origin_of_its_value(ner):
    found = explain(ner, "components.ner.model.tok2vec.width")
    assert found.raw == "${components.tok2vec.model.encode.width}"
    assert found.value == 96
    assert [origin.layer for origin in found.origins] == ["variable", "file"]
    assert str(found.origins[1]) == "config.cfg:27:1"


def test_setting_of_a_component_is_explained_by_its_factory(ner):
    found = explain(ner, "components.ner.update_with_oracle_cut_size")
    assert found.function.endswith(".make_ner")
    assert found.expected == "a whole number"


def test_factory_of_a_component_is_explained(ner):
    found = explain(ner, "components.ner.factory")
    assert (found.value, found.help) == (
        *("ner", "the registered function that creates the component"),
    )


def test_unknown_setting_suggests_the_nearest(ner):
    with pytest.raises(
        ConfigError, match=r"did you mean `training\.optimizer\.learn_rate`"
    ) as caught:
        explain(ner, "training.optimizer.learn_rat")
    assert caught.value.hint


def test_difference_names_each_setting_once(ner):
    other = ner.copy()
    other["training"]["dropout"] = 0.2
    del other["nlp"]["batch_size"]
    other["paths"]["mine"] = "x"
    other["training"]["logger"] = {"@loggers": "other.v1"}
    changes = {".".join(change.path): (change.before, change.after) for change in diff(ner, other)}
    assert list(changes) == ["paths.mine", "nlp.batch_size", "training.dropout", "training.logger"]
    assert changes["training.dropout"] == (0.1, 0.2)
    assert repr(changes["nlp.batch_size"]) == "(1000, <absent>)"
    assert repr(changes["paths.mine"]) == "(<absent>, 'x')"
    assert diff(ner, ner.copy()) == []


def test_spacy_name_of_the_same_function_is_all_that_differs(ner):
    other = ner.copy()
    other["corpora"]["train"]["@readers"] = "spacy.Corpus.v1"
    assert [change.path for change in diff(ner, other)] == [("corpora", "train", "@readers")]


def test_true_and_one_are_different():
    assert [change.after for change in diff({"a": {"x": 1}}, {"a": {"x": True}})] == [True]


def test_config_is_the_same_in_both_formats(ner):
    toml = ner.to_str(interpolate=False, format="toml")
    assert diff(ner, Config().from_str(toml, interpolate=False, format="toml")) == []


KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "null": type(None),
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def is_kind(value, kind):
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def is_number(value):
    return is_kind(value, "number")


def fits_table(schema, value):
    other = schema.get("additionalProperties", True)
    for key, item in value.items():
        inner = schema.get("properties", {}).get(key, other)
        if inner is False or (inner is not True and not valid(inner, item)):
            return False
    return True


# The keywords that the schema uses, as the standard defines them.
KEYWORDS = {
    "anyOf": lambda wanted, value, _: any(valid(option, value) for option in wanted),
    "not": lambda wanted, value, _: not valid(wanted, value),
    "enum": lambda wanted, value, _: value in wanted,
    "type": lambda wanted, value, _: is_kind(value, wanted),
    "pattern": lambda wanted, value, _: (
        not isinstance(value, str) or bool(re.search(wanted, value))
    ),
    "minimum": lambda wanted, value, _: not is_number(value) or value >= wanted,
    "exclusiveMaximum": lambda wanted, value, _: not is_number(value) or value < wanted,
    "minProperties": lambda wanted, value, _: not isinstance(value, dict) or len(value) >= wanted,
    "propertyNames": lambda wanted, value, _: all(valid(wanted, key) for key in value),
    "properties": lambda _, value, schema: not isinstance(value, dict) or fits_table(schema, value),
    "additionalProperties": lambda _, value, schema: fits_table(schema, value),
    "items": lambda wanted, value, _: all(valid(wanted, item) for item in value),
}
NOTES = {"$schema", "title", "description", "default", "examples"}


def valid(schema, value):
    return all(KEYWORDS[key](schema[key], value, schema) for key in schema if key not in NOTES)


@pytest.fixture
def schema(ner):
    made = json_schema(ner.interpolate())
    return json.loads(json.dumps(made))


def test_schema_accepts_the_config_it_was_created_from(ner, schema):
    assert valid(schema, dict(ner))
    assert valid(schema, dict(ner.interpolate()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.dropout", 1.5),
        ("training.dropout", "high"),
        ("training.dropuot", 0.1),
        ("training.max_steps", 0.5),
        ("nlp.pipeline", "ner"),
        ("nlp.pipeline", [1]),
        ("system.gpu_allocator", "pytorhc"),
        ("components.ner.model.hidden_width", "wide"),
        ("components.ner.model.state_type", "nre"),
        ("components.ner.update_with_oracle_cut_size", "x"),
        ("training.batcher.size.start", "x"),
        ("training.score_weights.ents_f", "x"),
    ],
)
def test_schema_rejects_the_values_that_the_check_rejects(ner, schema, path, value):
    config = ner.copy()
    *sections, key = path.split(".")
    block = config
    for section in sections:
        block = block[section]
    block[key] = value
    assert not valid(schema, dict(config))


def test_schema_describes_settings_and_names_functions(schema):
    training = schema["properties"]["training"]["properties"]
    assert training["dropout"]["description"].startswith("share of the activations")
    assert training["dropout"]["default"] == 0.1
    logger = training["logger"]["properties"]["@loggers"]
    assert "kernel.ConsoleLogger.v1" in logger["examples"]


def test_default_config_has_a_schema(functions):
    assert json_schema(fill({}).interpolate())["properties"]["corpora"]["properties"]["train"]
