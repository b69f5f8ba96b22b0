"""The table `[noun_chunks]` of a language file."""

import copy

import pytest

import kernel
from kernel.errors import DataError
from kernel.pipeline import Language
from kernel.text import Doc
from kernel_plugin_lang.languages.classes import language_from_file

RULES = """
[noun_chunks]
roles = "subj"
after = [{ labels = "adj" }]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "tlh.toml"

    def file(rules):
        path.write_text(f'name = "Klingon"\n{rules}', encoding="utf8")
        return path

    return file


def parsed(vocab):
    words = ["targh", "tIn", "legh"]
    return Doc(
        vocab, words, pos=["NOUN", "ADJ", "VERB"], heads=[2, 0, 2], deps=["subj", "adj", "ROOT"]
    )


def test_file_alone_gives_a_language_noun_phrases(file):
    nlp = language_from_file(file(RULES))()

    doc = parsed(nlp.vocab)
    assert [chunk.text for chunk in doc.noun_chunks] == ["targh tIn"]
    # A copy carries the rules with it, as a doc in another process does.
    assert [chunk.text for chunk in copy.deepcopy(doc).noun_chunks] == ["targh tIn"]


def test_file_without_the_table_gives_none(file):
    nlp = language_from_file(file(""))()

    with pytest.raises(NotImplementedError, match="`tlh`"):
        list(parsed(nlp.vocab).noun_chunks)


def test_class_can_bring_its_own_function():
    def verbs(doc):
        label = doc.vocab.strings.add("VP")
        return ((token.i, token.i + 1, label) for token in doc if token.pos_ == "VERB")

    class KlingonDefaults(kernel.blank("xx").Defaults):
        syntax_iterators = {"noun_chunks": verbs}  # noqa: RUF012

    class Klingon(Language):
        lang = "tlh"
        Defaults = KlingonDefaults

    chunks = list(parsed(Klingon().vocab).noun_chunks)
    assert [(chunk.text, chunk.label_) for chunk in chunks] == [("legh", "VP")]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        pytest.param('role = "subj"', r"`noun_chunks\.role`: unknown key", id="key"),
        pytest.param("roles = 3", r"`noun_chunks\.roles`: expected a list of strings", id="type"),
        pytest.param('nouns = "NOUN NAME"', "'NAME' is not a part of speech", id="pos"),
        pytest.param(
            'roles = { NAME = "subj" }', "'NAME' is not a part of speech", id="pos-of-roles"
        ),
        pytest.param(
            'after = [{ labels = "adj" }, { label = "det" }]',
            r"`noun_chunks\.after\[2\]\.label`: unknown key",
            id="key-of-dependents",
        ),
        pytest.param(
            'before = { with = "all" }',
            r'`noun_chunks\.before\.with`: expected "subtree"',
            id="with",
        ),
        pytest.param('overlap = "both"', r"`noun_chunks\.overlap`: expected", id="choice"),
        pytest.param('conjuncts = "conj"', "has no effect without `roles`", id="conjuncts"),
        pytest.param('under = "PRON"', "has no effect without `roles`", id="under"),
        pytest.param(
            'subtree = true\nafter = [{ labels = "adj" }]',
            r"`noun_chunks\.after`: has no effect with `subtree = true`",
            id="after",
        ),
        pytest.param("several = false", "has no effect without `after`", id="several"),
        pytest.param("distant = false", "has no effect without `after`", id="distant"),
        pytest.param('stops = { pos = "VERB" }', "without `subtree = true`", id="stops"),
        pytest.param('clauses = "VERB"', 'without `overlap = "rest"`', id="clauses"),
        pytest.param(
            'drop = { first_of_conjunct = "CCONJ" }',
            r"`noun_chunks\.drop\.first_of_conjunct`: has no effect without `conjuncts`",
            id="drop",
        ),
        pytest.param(
            'several = false\nafter = [{ labels = "adj", with = "dependents" }]',
            'with = "dependents"` must be the only rule',
            id="dependents",
        ),
        pytest.param(
            'after = [{ labels = "adj", not_across = { pos = "VERB" } }]',
            r"after\[1\]\.not_across`: has no effect",
            id="not-across",
        ),
    ],
)
def test_mistake_is_reported_with_its_place(file, rules, message):
    path = file(f"[noun_chunks]\n{rules}\n")

    with pytest.raises(DataError, match=message) as raised:
        language_from_file(path)
    assert raised.value.path == path
    assert raised.value.line in {2, 3, 4}
