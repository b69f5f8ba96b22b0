"""The modules `kernel.lang.<code>` are made from the classes of the languages."""

import importlib

import catalogue
import pytest

import kernel
from kernel.text import ORTH, attributes
from kernel_plugin_lang.names.examples import EXAMPLES


def test_classes_of_a_language():
    from kernel.lang.de import German, GermanDefaults

    assert German is kernel.registry.languages.get("de")
    assert German.Defaults is GermanDefaults
    # A pipeline is pickled with the name of its class.
    module = importlib.import_module(German.__module__)
    assert getattr(module, German.__qualname__) is German


def test_words_and_rules_of_a_language():
    from kernel.lang.de.punctuation import TOKENIZER_INFIXES, TOKENIZER_PREFIXES
    from kernel.lang.de.stop_words import STOP_WORDS
    from kernel.lang.de.tokenizer_exceptions import TOKENIZER_EXCEPTIONS

    defaults = kernel.registry.languages.get("de").Defaults
    assert "wegen" in STOP_WORDS
    assert TOKENIZER_EXCEPTIONS is defaults.tokenizer_exceptions
    assert TOKENIZER_PREFIXES[0] == "``"
    assert defaults.infixes == TOKENIZER_INFIXES


def test_words_and_rules_are_also_in_the_module_of_the_language():
    from kernel.lang import de, xx

    assert de.STOP_WORDS is de.stop_words.STOP_WORDS
    assert de.TOKENIZER_EXCEPTIONS is de.German.Defaults.tokenizer_exceptions
    assert not hasattr(xx, "STOP_WORDS")
    assert xx.Language is kernel.Language


def test_functions_of_a_language():
    from kernel.lang.en.lex_attrs import LEX_ATTRS, like_num
    from kernel.lang.en.syntax_iterators import SYNTAX_ITERATORS, noun_chunks

    assert LEX_ATTRS[attributes.LIKE_NUM] is like_num
    assert like_num("eleven")
    assert {"noun_chunks": noun_chunks} == SYNTAX_ITERATORS


@pytest.mark.parametrize("code", EXAMPLES)
def test_example_sentences_are_several_tokens(code):
    sentences = importlib.import_module(f"kernel.lang.{code}.examples").sentences
    nlp = kernel.blank(code)
    assert len(sentences) >= 4
    assert all(len(nlp(sentence)) > 5 for sentence in sentences)


def test_words_of_a_string_are_joined_for_patterns():
    from kernel.lang.char_classes import group_chars, merge_chars, split_chars

    words = r" \( \) "

    assert split_chars(words) == [r"\(", r"\)"]
    assert merge_chars(words) == r"\(|\)"
    assert group_chars(words) == r"\(\)"


def test_token_match_of_a_language():
    from kernel.lang.fr.tokenizer_exceptions import TOKEN_MATCH

    assert TOKEN_MATCH("porte-monnaie")


def test_rules_of_all_languages():
    from kernel.lang.norm_exceptions import BASE_NORMS
    from kernel.lang.punctuation import TOKENIZER_INFIXES, TOKENIZER_PREFIXES, TOKENIZER_SUFFIXES
    from kernel.lang.tokenizer_exceptions import BASE_EXCEPTIONS, URL_MATCH

    defaults = kernel.registry.languages.get("xx").Defaults
    assert defaults.prefixes == TOKENIZER_PREFIXES
    assert defaults.suffixes == TOKENIZER_SUFFIXES
    assert defaults.infixes == TOKENIZER_INFIXES
    assert BASE_EXCEPTIONS[":-)"] == [{ORTH: ":-)"}]
    assert URL_MATCH("nlp.example.org")
    assert BASE_NORMS["”"] == '"'


def test_language_of_this_process_has_a_module(monkeypatch):
    class Klingon(kernel.Language):
        lang = "tlh"

    monkeypatch.setitem(catalogue.REGISTRY, ("kernel", "languages", "tlh"), Klingon)

    assert importlib.import_module("kernel.lang.tlh").Klingon is Klingon


@pytest.mark.parametrize("name", ["dee", "de.nothing", "xx.stop_words", "xx.punctuation"])
def test_what_a_language_does_not_have_is_not_found(name):
    with pytest.raises(ModuleNotFoundError, match=f"No module named 'kernel.lang.{name}'"):
        importlib.import_module(f"kernel.lang.{name}")


def test_parts_of_a_language_are_attributes():
    import kernel.lang.de

    assert kernel.lang.de.stop_words.STOP_WORDS
    with pytest.raises(AttributeError, match=r"'kernel\.lang\.de' has no attribute 'nothing'"):
        _ = kernel.lang.de.nothing


def test_lexical_attributes_of_all_languages():
    from kernel.lang import lex_attrs

    getters = lex_attrs.LEX_ATTRS
    assert getters[attributes.LIKE_NUM] is lex_attrs.like_num
    assert getters[attributes.SHAPE]("Ab1") == "Xxd"
    assert getters[attributes.LIKE_URL]("nlp.example.org")
    assert (lex_attrs.prefix("kernel"), lex_attrs.suffix("kernel")) == ("k", "nel")
    assert lex_attrs.is_stop("The", {"the"})
