"""The sentencizer: where sentences start, in which scripts, what stays, and files."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kernel
from kernel.errors import ArgumentError, LoadError
from kernel.pipeline import Sentencizer
from kernel.text import Doc

VOCAB = kernel.blank("en").vocab
WORDS = [".", "!", "a", "b", '"', ")", "\n", "?!", "。"]


def starts(sentencizer, words, **annotations):
    doc = sentencizer(Doc(VOCAB, words=words.split(" "), **annotations))
    return [token.i for token in doc if token.is_sent_start]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("Hello ! This is it .", [0, 2], id="plain"),
        pytest.param("Hello ! . Test . . ok", [0, 3, 6], id="repeated"),
        pytest.param('" Nice ! " I am', [0, 4], id="quotes"),
        pytest.param("¡ Buen día ! ¿ qué tal ?", [0, 5], id="opening"),
        pytest.param("Yes ?! no", [0], id="other-words"),
        pytest.param(". . a", [0, 2], id="ends-first"),
        pytest.param(") a", [0], id="no-end"),
    ],
)
def test_sentences_start_after_punctuation(words, expected):
    assert starts(Sentencizer(), words) == expected


@pytest.mark.parametrize("end", list(".!?。।።؟։།၊។𑈸")[:8])
def test_all_scripts_have_ends(end):
    assert starts(Sentencizer(), f"a {end} b") == [0, 2]


def test_other_words_can_end_sentences():
    assert starts(Sentencizer(punct_chars=["STOP", ";"]), "a . b STOP c ; d") == [0, 4, 6]


def test_starts_that_are_set_stay_without_overwrite():
    given_starts = [True, False, False, True]
    assert starts(Sentencizer(), "a . b c", sent_starts=given_starts) == [0, 3]
    assert starts(Sentencizer(overwrite=True), "a . b c", sent_starts=given_starts) == [0, 2]
    assert starts(Sentencizer(), "a . b c", sent_starts=[None, None, None, True]) == [0, 2, 3]


def one_by_one(words):
    """Return the starts, by the rule as it is written down."""
    found, is_over = [0] if words else [], False
    for i, word in enumerate(words):
        if word in Sentencizer.default_punct_chars:
            is_over = True
        elif is_over and not VOCAB[word].is_punct:
            found.append(i)
            is_over = False
    return found


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12), max_size=5))
def test_batches_give_what_the_rule_gives_for_each_doc(texts):
    docs = [Doc(VOCAB, words=words) for words in texts]
    sentencizer = Sentencizer()
    predicted = sentencizer.predict(docs)
    for doc, is_start, words in zip(sentencizer.pipe(docs), predicted, texts, strict=True):
        expected = sorted(set(one_by_one(words)))
        assert [token.i for token in doc if token.is_sent_start] == expected
        assert [i for i, value in enumerate(is_start) if value] == expected
        assert all(token.is_sent_start is not None for token in doc)


def test_predictions_can_be_set():
    sentencizer = Sentencizer()
    docs = [Doc(VOCAB, words=["a", "b"]), Doc(VOCAB, words=["c", "d", "e"])]
    sentencizer.set_annotations(docs, [[True, True], [True, False, True]])
    assert [[token.is_sent_start for token in doc] for doc in docs] == [
        [True, True],
        [True, False, True],
    ]


def test_words_that_are_not_strings_are_refused():
    with pytest.raises(ArgumentError, match="expected strings as `punct_chars`, got 5"):
        Sentencizer(punct_chars=["a", 5])


def test_settings_are_saved_in_one_file(tmp_path):
    Sentencizer(punct_chars=["~", "."], overwrite=True).to_disk(tmp_path / "sentencizer")
    saved = json.loads(tmp_path.joinpath("sentencizer.json").read_text())
    assert saved == {"punct_chars": [".", "~"], "overwrite": True}
    loaded = Sentencizer().from_disk(tmp_path / "sentencizer")
    assert (loaded.punct_chars, loaded.overwrite) == ({".", "~"}, True)
    assert starts(loaded, "a ~ b ! c") == [0, 2]
    again = Sentencizer().from_bytes(loaded.to_bytes())
    assert (again.punct_chars, again.overwrite) == ({".", "~"}, True)


def test_saved_pipelines_load(tmp_path):
    nlp = kernel.blank("en")
    nlp.add_pipe("sentencizer").punct_chars = {"~"}
    nlp.to_disk(tmp_path / "pipeline")
    assert len(list(kernel.load(tmp_path / "pipeline")("a ~ b . c").sents)) == 2


def test_damaged_files_are_named(tmp_path):
    path = tmp_path / "sentencizer.json"
    path.write_text('{"punct_chars": [5]}')
    with pytest.raises(LoadError, match=r"sentencizer\.json`.*punct_chars\[0\]"):
        Sentencizer().from_disk(tmp_path / "sentencizer")
