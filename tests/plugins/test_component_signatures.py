"""The documented members of all components that learn: they exist, with these arguments."""

import inspect

import pytest

import kernel
from kernel.errors import ArgumentError

SERIALIZING = {
    "to_bytes": "*, exclude=()",
    "from_bytes": "bytes_data, *, exclude=()",
    "to_disk": "path, *, exclude=()",
    "from_disk": "path, *, exclude=()",
}
COMMON = {
    "__call__": "doc",
    "pipe": "stream, *, batch_size=128",
    "score": "examples, **settings",
    "update": "examples, *, drop=0.0, sgd=None, losses=None",
    "rehearse": "examples, *, drop=0.0, sgd=None, losses=None",
    "predict": "docs",
    "set_annotations": "docs, predictions",
    "get_loss": "examples, scores",
    "create_optimizer": "",
    "add_label": "label",
    "set_output": "nO",
    "use_params": "params",
    "finish_update": "sgd",
    "set_error_handler": "error_handler",
    "get_error_handler": "",
    **SERIALIZING,
}
OWN = {
    "tok2vec": {
        "initialize": "get_examples, *, nlp=None",
        "add_listener": "listener, component_name",
        "remove_listener": "listener, component_name",
        "find_listeners": "component",
    },
    "tagger": {"initialize": "get_examples, *, nlp=None, labels=None"},
    "morphologizer": {"initialize": "get_examples, *, nlp=None, labels=None"},
    "senter": {"initialize": "get_examples, *, nlp=None"},
    "trainable_lemmatizer": {"initialize": "get_examples, *, nlp=None, labels=None"},
    "parser": {"initialize": "get_examples, *, nlp=None, labels=None"},
    "ner": {"initialize": "get_examples, *, nlp=None, labels=None"},
    "textcat": {"initialize": "get_examples, *, nlp=None, labels=None, positive_label=None"},
    "textcat_multilabel": {"initialize": "get_examples, *, nlp=None, labels=None"},
}
PROPERTIES = {
    **dict.fromkeys(OWN, ("labels", "label_data", "hide_labels", "is_trainable", "is_resizable")),
    "tok2vec": ("listeners", "listening_components", "listener_map", "is_trainable"),
}
# The defaults of all settings except `model` and `scorer`.
SETTINGS = {
    "tok2vec": {},
    "tagger": {"overwrite": False, "neg_prefix": "!", "label_smoothing": 0.0},
    "morphologizer": {"overwrite": True, "extend": False, "label_smoothing": 0.0},
    "senter": {"overwrite": False},
    "trainable_lemmatizer": {
        "backoff": "orth",
        "min_tree_freq": 3,
        "overwrite": False,
        "top_k": 1,
    },
    "parser": {
        "moves": None,
        "update_with_oracle_cut_size": 100,
        "learn_tokens": False,
        "min_action_freq": 30,
    },
    "ner": {"moves": None, "update_with_oracle_cut_size": 100, "incorrect_spans_key": None},
    "textcat": {"threshold": 0.0},
    "textcat_multilabel": {"threshold": 0.5},
}


@pytest.fixture(scope="module")
def nlp():
    nlp = kernel.blank("en")
    for name in OWN:
        nlp.add_pipe(name)
    return nlp


def arguments(function):
    """The arguments of a method as text, without their types."""
    signature = inspect.signature(function)
    plain = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=signature.empty))[1:-1]


@pytest.mark.parametrize("name", OWN)
def test_methods_have_the_documented_arguments(nlp, name):
    component = nlp.get_pipe(name)
    expected = COMMON | OWN[name]
    assert {each: arguments(getattr(component, each)) for each in expected} == expected


@pytest.mark.parametrize("name", OWN)
def test_documented_properties_exist(nlp, name):
    component = nlp.get_pipe(name)
    assert [each for each in PROPERTIES[name] if not hasattr(component, each)] == []
    assert component.is_trainable is True


@pytest.mark.parametrize("name", OWN)
def test_settings_have_the_documented_defaults(nlp, name):
    settings = nlp.get_pipe_config(name)
    found = {key: value for key, value in settings.items() if key in SETTINGS[name]}
    assert found == SETTINGS[name]
    assert settings.keys() - {"factory", "model", "scorer"} == SETTINGS[name].keys()
    defaults = inspect.signature(type(nlp.get_pipe(name)).__init__).parameters
    assert {key: defaults[key].default for key in SETTINGS[name]} == SETTINGS[name]


@pytest.mark.parametrize("name", [name for name in OWN if name != "tok2vec"])
def test_a_component_made_by_its_class_has_the_scorer_of_its_factory(nlp, name):
    component = nlp.get_pipe(name)
    made = type(component)(nlp.vocab, component.model, name)
    assert made.score([]).keys() == component.score([]).keys() != set()


@pytest.mark.parametrize("name", OWN)
def test_outputs_can_be_added_if_the_model_is_resizable(name):
    component = kernel.blank("en").add_pipe(name)
    if component.is_resizable:
        component.set_output(5)
        assert component.model.get_dim("nO") == 5
    else:
        with pytest.raises(ArgumentError, match=f"model of `{name}` has a fixed number of outputs"):
            component.set_output(5)
