"""What the lemmatizers of some languages do with the same tables."""

import pytest

from kernel.errors import PluginError
from kernel.pipeline import get_factory
from kernel.text import Doc, Lookups, Vocab
from kernel_plugin_rules.lemmas import russian
from kernel_plugin_rules.lemmas.irish import without_mutation

TABLES = {
    "lemma_lookup": {"known": "looked-up", "odd": "looked-up", "other": "looked-up"},
    "lemma_rules": {
        "noun": [["s", ""], ["s", "x"]],
        "verb": [["ing", ""]],
        "noun_plur": [["s", ""]],
        "fin": [["o", "ar"]],
        "voc_alt_1": [["u", "o"]],
        "voc_alt_2": [["ue", "u"], ["ue", "o"]],
        "accents": [["á", "a"]],
        "det_and_pron_general": [["as", "o"], ["s", ""]],
    },
    "lemma_rules_groups": {
        "noun": [["noun_plur", ["Number=Plur"]]],
        "verb": [["fin", ["VerbForm=Fin"]]],
    },
    "lemma_exc": {"noun": {"known": ["exception"], "odd": ["exception"]}, "pron": {"se": ["él"]}},
    "lemma_index": {"noun": ["known", "cat", "catx"], "verb": ["contar", "poder"]},
}
BY_POS = {"adj": {"dobry": "dobry"}, "noun": {"bád": "boat", "Rzym": "Rome"}, "other": {"e": "E"}}


@pytest.fixture
def lemmas():
    def find(lang, word, pos, morph="", **extra):
        lookups, made = Lookups(), get_factory("lemmatizer", lang)
        for name, table in {**TABLES, **extra}.items():
            lookups.add_table(name, table)
        nlp = type("Pipeline", (), {"vocab": Vocab()})
        settings = {**made.default_config, "scorer": None}
        lemmatizer = made(nlp=nlp, name="lemmatizer", **settings)
        for name in lemmatizer.get_lookups_config(lemmatizer.mode)[0]:
            if name not in lookups:
                lookups.add_table(name, BY_POS.get(name.rpartition("_")[2], {}))
        lemmatizer.initialize(lookups=lookups)
        doc = Doc(nlp.vocab, words=[word], pos=[pos], morphs=[morph])
        return lemmatizer(doc)[0].lemma_

    return find


@pytest.mark.parametrize(
    ("lang", "word", "pos", "lemma"),
    [
        pytest.param("fr", "known", "NOUN", "known", id="index-before-exceptions"),
        pytest.param("fr", "odd", "NOUN", "exception", id="exceptions-before-rules"),
        pytest.param("ca", "cats", "NOUN", "cat", id="first-known-result"),
        pytest.param("fr", "other", "NOUN", "looked-up", id="lookup-last"),
        pytest.param("fr", "Other", "INTJ", "Other", id="only-looked-up"),
        pytest.param("el", "Other", "NOUN", "other", id="no-lookup"),
        pytest.param("nl", "odd", "NOUN", "exception", id="dutch-exception"),
        pytest.param("nl", "Other", "VERB", "looked-up", id="dutch-lookup-before-guesses"),
        pytest.param("nl", "Other", "PROPN", "other", id="dutch-names"),
        pytest.param("mk", "cats", "NOUN", "cat", id="macedonian-first-result"),
        pytest.param("mk", "dogs", "NOUN", "dogs", id="macedonian-no-guesses"),
        pytest.param("mk", "singingјќи", "NOUN", "singing", id="macedonian-adverbs-are-verbs"),
        pytest.param("ht", "Manje", "VERB", "manje", id="haitian"),
        pytest.param("it", "E", "CCONJ", "E", id="italian-table-of-others"),
        pytest.param("it", "other", "VERB", "looked-up", id="italian-lookup-last"),
        pytest.param("it", "other", "NOUN", "other", id="italian-complete-table"),
        pytest.param("it", "L'", "PRON", "lo", id="italian-clitic"),
        pytest.param("pl", "nienajdobry", "ADJ", "dobry", id="polish-prefixes"),
        pytest.param("pl", "Rzym", "NOUN", "Rome", id="polish-capitals"),
        pytest.param("ga", "mBád", "NOUN", "boat", id="irish-mutation"),
    ],
)
def test_languages_prefer_different_tables(lemmas, lang, word, pos, lemma):
    assert lemmas(lang, word, pos) == lemma


@pytest.mark.parametrize(
    ("word", "pos", "morph", "lemma"),
    [
        pytest.param("cats", "NOUN", "Number=Plur", "cat", id="rules-of-the-features"),
        pytest.param("cats", "NOUN", "Number=Sing", "cats", id="no-rules"),
        pytest.param("cuento", "VERB", "VerbForm=Fin", "contar", id="other-vowel"),
        pytest.param("cuéntamelo", "VERB", "PronType=Prs", "cuenta me lo", id="pronouns"),
        pytest.param("cuentase", "VERB", "PronType=Prs", "cuenta él", id="pronoun-with-exception"),
        pytest.param("canto", "VERB", "PronType=Prs|VerbForm=Fin", "cantar", id="no-pronoun"),
        pytest.param("unas", "PRON", "", "uno", id="pronoun"),
        pytest.param("X", "SYM", "", "x", id="first-word"),
        pytest.param("X", "PROPN", "", "X", id="name"),
        pytest.param("1.000.000,5", "NUM", "", "1000000.5", id="number"),
        pytest.param("1.000.5", "NUM", "", "1.000.5", id="not-in-thousands"),
        pytest.param("5,000", "NUM", "", "5.000", id="decimal-comma"),
    ],
)
def test_spanish_rules_depend_on_features(lemmas, word, pos, morph, lemma):
    assert lemmas("es", word, pos, morph) == lemma


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("mbád", "bád"),
        ("bhean", "bean"),
        ("bhfear", "fear"),
        ("n-athair", "athair"),
        ("nÉirinn", "Éirinn"),
        ("hÉireann", "Éireann"),
        ("tsráid", "sráid"),
        ("ndath", "dath"),
        ("anglait", "anglait"),
        ("Nua", "Nua"),
        ("", ""),
    ],
)
def test_irish_mutations_are_removed(word, bare):
    assert without_mutation(word) == bare


@pytest.mark.needs("pymorphy3", "pymorphy3_dicts_ru")
@pytest.mark.parametrize(
    ("word", "pos", "morph", "lemma"),
    [
        ("стали", "NOUN", "", "сталь"),
        ("стали", "VERB", "", "стать"),
        ("гвоздики", "NOUN", "Gender=Fem", "гвоздика"),
        ("гвоздики", "NOUN", "Gender=Masc", "гвоздик"),
        ("Москве", "PROPN", "Case=Loc", "москва"),
        ("«", "PUNCT", "", '"'),
        ("бременем", "X", "", "бремя"),
        ("мыла", "X", "", "мыла"),
    ],
)
def test_russian_homonyms_are_told_apart(lemmas, word, pos, morph, lemma):
    assert lemmas("ru", word, pos, morph) == lemma


def test_missing_library_is_named(lemmas, monkeypatch):
    russian._analyzer.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "pymorphy3", None)
    with pytest.raises(PluginError, match=r"pip install \"kernel-plugin-rules\[uk\]\""):
        lemmas("uk", "слова", "NOUN")
