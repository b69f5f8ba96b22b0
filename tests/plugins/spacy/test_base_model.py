"""The callback that copies tokenizer and vocabulary of a base pipeline before initialization."""

import numpy as np
import pytest

import kernel
from kernel.errors import ConfigError
from kernel.registry import registry
from kernel.training import create_copy_from_base_model


@pytest.fixture
def base(tmp_path):
    """The folder of a pipeline with a special case and word vectors."""
    nlp = kernel.blank("en")
    nlp.tokenizer.add_special_case("foo-bar", [{"ORTH": "foo"}, {"ORTH": "-bar"}])
    nlp.vocab.set_vector("foo", np.ones(5, "float32"))
    nlp.to_disk(tmp_path / "base")
    return str(tmp_path / "base")


def config_with(**settings):
    block = {"@callbacks": "spacy.copy_from_base_model.v1", **settings}
    return {"initialize": {"before_init": block}}


def test_tokenizer_and_vocabulary_are_copied_before_initialization(base, tmp_path):
    nlp = kernel.blank("de", config=config_with(tokenizer=base, vocab=base))
    nlp.initialize()
    assert [token.text for token in nlp("foo-bar don't")] == ["foo", "-bar", "do", "n't"]
    assert nlp.vocab.get_vector("foo").tolist() == [1.0] * 5
    nlp.to_disk(tmp_path / "saved")
    again = kernel.load(tmp_path / "saved")
    assert [token.text for token in again("foo-bar")] == ["foo", "-bar"]


def test_nothing_is_copied_without_a_name(base):
    nlp = kernel.blank("de")
    create_copy_from_base_model()(nlp)
    create_copy_from_base_model(vocab=base)(nlp)
    assert [token.text for token in nlp("foo-bar")] != ["foo", "-bar"]
    assert nlp.vocab.vectors.shape[1] == 5


def test_another_tokenizer_is_not_copied(base):
    nlp = kernel.blank("zh")
    with pytest.raises(ConfigError, match=r"cannot be copied: its settings are .*kernel.Tokenizer"):
        registry.callbacks.get("kernel.copy_from_base_model.v1")(tokenizer=base)(nlp)
