"""Lemmas are spaCy's, for words of each language's tables with any part of speech and features."""

import gzip
import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from kernel.pipeline import get_factory
from kernel.registry import registry
from kernel.text import Doc, Vocab, attributes

SPACY = os.environ.get("KERNEL_SPACY_PYTHON")
POS = [
    "NOUN",
    "VERB",
    "ADJ",
    "ADP",
    "DET",
    "PRON",
    "AUX",
    "NUM",
    "ADV",
    "CCONJ",
    "SCONJ",
    "PART",
    "INTJ",
    "PROPN",
    "PUNCT",
    "SYM",
    "X",
    "SPACE",
]
MORPHS = [
    "",
    "Number=Sing",
    "Number=Plur",
    "Gender=Fem|Number=Sing",
    "Degree=Pos",
    "VerbForm=Inf",
    "VerbForm=Part",
    "Tense=Pres|VerbForm=Fin",
    "Mood=Ind|Number=Sing|Person=1|Tense=Pres|VerbForm=Fin",
    "PronType=Prs|VerbForm=Inf",
]
# Without the languages whose tables are only looked up, except two of them.
LANGS = [
    "bn",
    "ca",
    "da",
    "el",
    "en",
    "es",
    "fa",
    "fr",
    "ga",
    "hr",
    "it",
    "mk",
    "nb",
    "nl",
    "pl",
    "ru",
    "sv",
    "uk",
]
# Of languages without tables of words.
OWN_WORDS = {
    "bn": "বইটি ছেলেটা মানুষগুলো খানি বইখানা মেয়েরা দেশের ঘরে নদীতে আমাকে",
    "uk": "стали мила три мають розповідають розповіси якийсь крайнощам слова великих читаючи",
}
NUMBERS = "5,000 1.234 1.234.567 1.000.5 2:00.531 1,5 1.5,300 12. 1.000, -3,5 1/2 3rd 18.000,-"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("spacy_lookups_data", "pymorphy3", "pymorphy3_dicts_uk"),
    pytest.mark.skipif(
        SPACY is None, reason="no interpreter with spaCy; KERNEL_SPACY_PYTHON names one"
    ),
]


def words_of(lang, luck, count=1200):
    """Words of the tables of lemmas, also in capitals and with other endings."""
    found = set()
    tables = registry.lookups.get(lang) if registry.lookups.has(lang) else {}
    for name in [name for name in tables if name.startswith("lemma_") and "rules" not in name]:
        data = table_in(tables, name)
        parts = [data] if "lookup" in name else data.values()
        for part in parts:
            found.update(luck.sample(list(part), min(len(part), count)))
    found.update(f"{OWN_WORDS.get(lang, '')} {NUMBERS}".split())
    words = sorted(word for word in found if word and not word.isspace())
    changed = [
        luck.choice([word.capitalize(), word.upper(), word + "s", word[:-1]]) for word in words
    ]
    # One spelling of each: spaCy's Spanish lemmatizer remembers the lemma of another one.
    spellings = {word.lower(): word for word in [*words, *changed] if word}
    # spaCy drops the first letter of the stem after bhf, and finds the last letter of lemmas that
    # the Persian table has as strings.
    strange = one_lemma(tables) if lang == "fa" else set()
    return [
        word for low, word in spellings.items() if not low.startswith("bhf") and low not in strange
    ]


def table_in(tables, name):
    path = Path(tables[name])
    return json.loads(gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()))


def one_lemma(tables):
    """The forms whose exception is a string."""
    exceptions = table_in(tables, "lemma_exc").values()
    return {form for part in exceptions for form, lemma in part.items() if isinstance(lemma, str)}


@pytest.fixture(scope="module")
def asked():
    """For each language: words, parts of speech, features, whether a sentence starts."""
    luck = random.Random(0)
    found = {}
    for lang in LANGS:
        words = luck.choices(words_of(lang, luck), k=4000)
        starts = [True, *luck.choices([True, False], k=3999)]
        found[lang] = [words, luck.choices(POS, k=4000), luck.choices(MORPHS, k=4000), starts]
    return found


@pytest.fixture(scope="module")
def expected(asked):
    script = Path(__file__).with_name("spacy_lemmas.py")
    run = subprocess.run(
        [SPACY, script], input=json.dumps(asked).encode(), stdout=subprocess.PIPE, check=True
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize("lang", LANGS)
def test_lemmas_are_those_of_spacy(asked, expected, lang):
    made = get_factory("lemmatizer", lang)
    vocab = Vocab(lex_attr_getters={attributes.LANG: lambda _: lang})
    nlp = type("Pipeline", (), {"vocab": vocab})
    lemmatizer = made(nlp=nlp, name="lemmatizer", **{**made.default_config, "scorer": None})
    lemmatizer.initialize()
    words, pos, morphs, starts = asked[lang]
    doc = lemmatizer(Doc(vocab, words=words, pos=pos, morphs=morphs, sent_starts=starts))
    # spaCy adds a blank to Spanish verbs without a pronoun.
    wrong = [
        (token.text, token.pos_, str(token.morph), token.lemma_, lemma)
        for token, lemma in zip(doc, expected[lang], strict=True)
        if token.lemma_ != lemma.strip(" ")
    ]
    assert wrong == []
