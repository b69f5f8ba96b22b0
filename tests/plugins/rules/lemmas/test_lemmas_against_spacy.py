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
        path = Path(tables[name])
        data = json.loads(gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()))
        parts = [data] if "lookup" in name else data.values()
        for part in parts:
            found.update(luck.sample(list(part), min(len(part), count)))
    found.update(OWN_WORDS.get(lang, "").split())
    words = sorted(word for word in found if word and not word.isspace())
    changed = [
        luck.choice([word.capitalize(), word.upper(), word + "s", word[:-1]]) for word in words
    ]
    # One spelling of each: spaCy's Spanish lemmatizer remembers the lemma of another one.
    spellings = {word.lower(): word for word in [*words, *changed] if word}
    # spaCy drops the first letter of the stem after bhf.
    return [word for low, word in spellings.items() if not low.startswith("bhf")]


@pytest.fixture(scope="module")
def asked():
    """For each language: words, parts of speech, features."""
    luck = random.Random(0)
    found = {}
    for lang in LANGS:
        words = luck.choices(words_of(lang, luck), k=4000)
        found[lang] = [words, luck.choices(POS, k=4000), luck.choices(MORPHS, k=4000)]
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
    words, pos, morphs = asked[lang]
    doc = lemmatizer(Doc(vocab, words=words, pos=pos, morphs=morphs))
    # spaCy adds a blank to Spanish verbs without a pronoun.
    wrong = [
        (token.text, token.pos_, str(token.morph), token.lemma_, lemma)
        for token, lemma in zip(doc, expected[lang], strict=True)
        if token.lemma_ != lemma.strip(" ")
    ]
    assert wrong == []
