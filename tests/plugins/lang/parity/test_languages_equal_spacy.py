"""Each language has the same words, special cases and tokens as in spaCy."""

import functools
import importlib.util
from pathlib import Path

import pytest

import kernel
from kernel.text import NORM, ORTH

LANGUAGES = kernel.registry.languages.names()
# Their tokenizers call a segmenter.
SEGMENTED = {"ja", "ko", "th", "vi", "zh"}

FACTS = """
import importlib
from spacy.attrs import NORM, ORTH, intify_attrs

def token(part):
    part = intify_attrs(part)
    return [part[ORTH], part.get(NORM)]

def answer(code):
    cls = spacy.util.get_lang_class(code)
    rules = cls.Defaults.tokenizer_exceptions.items()
    try:
        sentences = importlib.import_module(f"spacy.lang.{code}.examples").sentences
    except ImportError:
        sentences = []
    return {
        "class": cls.__name__,
        "rules": {text: [token(part) for part in parts] for text, parts in rules},
        "stop_words": sorted(word for word in cls.Defaults.stop_words if word),
        "writing_system": cls.Defaults.writing_system,
        "sentences": sentences,
    }
"""
TOKENS = """
def answer(argument):
    code, texts = argument
    tokenizer = spacy.blank(code).tokenizer
    return [[token.text_with_ws for token in tokenizer(text)] for text in texts]
"""


def make_texts(*facts):
    spec = importlib.util.spec_from_file_location("texts", Path(__file__).with_name("texts.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_texts(*facts)


@pytest.fixture(scope="session")
def facts_of(ask_spacy):
    return functools.cache(lambda code: ask_spacy(FACTS, code))


def rules_of(defaults):
    return {
        text: [[part[ORTH], part.get(NORM)] for part in parts]
        for text, parts in defaults.tokenizer_exceptions.items()
    }


def with_norms(rules):
    """Return special cases in which each token has a NORM: the text itself, if none is given."""
    return {text: [[orth, norm or orth] for orth, norm in parts] for text, parts in rules.items()}


@pytest.mark.parametrize("code", LANGUAGES)
def test_words_and_special_cases_are_equal(code, facts_of):
    facts = facts_of(code)
    language = kernel.registry.languages.get(code)

    assert language.__name__ == facts["class"]
    assert with_norms(rules_of(language.Defaults)) == with_norms(facts["rules"])
    assert sorted(language.Defaults.stop_words) == facts["stop_words"]
    assert language.Defaults.writing_system == facts["writing_system"]


@pytest.mark.parametrize("code", sorted({*LANGUAGES} - SEGMENTED))
def test_tokens_are_equal(code, facts_of, ask_spacy):
    facts = facts_of(code)
    made = make_texts(code, facts["rules"], facts["stop_words"], facts["sentences"])
    texts = [*facts["sentences"], *made]
    tokenizer = kernel.blank(code).tokenizer

    ours = [[token.text_with_ws for token in tokenizer(text)] for text in texts]
    theirs = ask_spacy(TOKENS, [code, texts])
    differing = [(one, other) for one, other in zip(ours, theirs, strict=True) if one != other]
    assert not differing
