"""The tokenizer of Korean: morphemes, tags, parts of speech and lemmas."""

import pytest

import kernel


@pytest.fixture(scope="module")
def nlp():
    return kernel.blank("ko")


@pytest.mark.needs("mecab")
def test_morphemes_have_the_annotations_of_mecab(nlp):
    doc = nlp("영등포구에 있는 맛집 좀 알려주세요.")
    assert [token.text for token in doc] == "영등포구 에 있 는 맛집 좀 알려 주 세요 .".split()
    assert [token.tag_ for token in doc] == "NNP JKB VV ETM NNG MAG VV VX EP SF".split()
    assert [token.pos_ for token in doc] == "PROPN ADP VERB X NOUN ADV VERB AUX X PUNCT".split()
    assert doc.user_data["full_tags"] == "NNP JKB VV ETM NNG MAG VV+EC VX EP+EF SF".split()


@pytest.mark.needs("mecab")
@pytest.mark.parametrize(("word", "lemma"), [("새로운", "새롭"), ("클수록", "크"), ("됐다", "되")])
def test_lemma_is_that_of_the_first_part(nlp, word, lemma):
    assert nlp(word)[0].lemma_ == lemma


@pytest.mark.needs("mecab")
def test_whitespace_is_kept_and_tagged(nlp):
    doc = nlp("\n 서울  타워 ")
    assert [token.text_with_ws for token in doc] == ["\n ", "서울 ", " ", "타워 "]
    assert [token.pos_ for token in doc] == ["SPACE", "PROPN", "SPACE", "NOUN"]


def test_rules_are_an_alternative_to_mecab():
    config = {"nlp": {"tokenizer": {"@tokenizers": "kernel.Tokenizer.v1"}}}
    doc = kernel.blank("ko", config=config)("사과·배는 1982~1983.")
    assert [token.text for token in doc] == ["사과", "·", "배는", "1982", "~", "1983", "."]
