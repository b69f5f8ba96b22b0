"""A tokenizer that could not be loaded again is not saved."""

import pytest

import kernel
from kernel.errors import KernelError
from kernel.registry import registry
from kernel.text import Doc


class Splitter:
    def __init__(self, vocab):
        self.vocab = vocab

    def __call__(self, text):
        return Doc(self.vocab, words=text.split("|"))


@pytest.fixture(scope="module", autouse=True)
def registered():
    def make_splitter():
        return lambda nlp: Splitter(nlp.vocab)

    registry.tokenizers.register("tests.Splitter.v1")(make_splitter)


@pytest.mark.parametrize(
    "tokenizer", [lambda text: Doc(kernel.blank("xx").vocab), Splitter(kernel.blank("xx").vocab)]
)
def test_tokenizer_that_the_config_does_not_describe_is_not_saved(tmp_path, tokenizer):
    nlp = kernel.blank("en")
    nlp.to_disk(tmp_path / "model")
    nlp.tokenizer = tokenizer
    for save in (lambda: nlp.to_disk(tmp_path / "model"), nlp.to_bytes):
        with pytest.raises(KernelError, match="the tokenizer cannot be saved: it is a") as caught:
            save()
        assert "@registry.tokenizers" in caught.value.hint
    assert [token.text for token in kernel.load(tmp_path / "model")("so.")] == ["so", "."]
    nlp.to_disk(tmp_path / "without", exclude=["tokenizer"])
    assert not tmp_path.joinpath("without", "tokenizer").exists()


def test_registered_tokenizer_is_created_again(tmp_path):
    nlp = kernel.blank("en")
    nlp.tokenizer = Splitter(nlp.vocab)
    nlp.config["nlp"]["tokenizer"] = {"@tokenizers": "tests.Splitter.v1"}
    nlp.to_disk(tmp_path / "model")
    assert [token.text for token in kernel.load(tmp_path / "model")("a|b.")] == ["a", "b."]


def test_other_tokenizer_of_the_same_class_is_saved(tmp_path):
    nlp = kernel.blank("en")
    nlp.tokenizer = kernel.blank("en").tokenizer
    nlp.tokenizer.add_special_case("ab", [{"ORTH": "a"}, {"ORTH": "b"}])
    nlp.to_disk(tmp_path / "model")
    assert [token.text for token in kernel.load(tmp_path / "model")("ab")] == ["a", "b"]
