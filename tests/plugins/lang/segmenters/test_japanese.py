"""The tokenizer of Japanese: tokens, tags, parts of speech, lemmas, readings and parts of tokens."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import kernel
from kernel.symbols import ADJ, AUX, PROPN, VERB
from kernel_plugin_lang.segmenters.ja import DetailedToken
from kernel_plugin_lang.segmenters.ja_tags import parts_of_speech, resolve_pos

pytestmark = pytest.mark.needs("sudachipy")


@pytest.fixture(scope="module")
def nlp():
    return kernel.blank("ja")


def test_tokens_have_the_annotations_of_sudachi(nlp):
    doc = nlp("東京に住んでいます。")
    assert [token.text for token in doc] == ["東京", "に", "住ん", "で", "い", "ます", "。"]
    assert [token.pos_ for token in doc] == "PROPN ADP VERB SCONJ AUX AUX PUNCT".split()
    assert [token.tag_ for token in doc][:3] == [
        "名詞-固有名詞-地名-一般",
        "助詞-格助詞",
        "動詞-一般",
    ]
    assert [token.lemma_ for token in doc] == ["東京", "に", "住む", "で", "いる", "ます", "。"]
    assert str(doc[2].morph) == "Inflection=五段-マ行;連用形-撥音便|Reading=スン"
    assert doc[0].morph.get("Reading") == ["トウキョウ"]


@pytest.mark.parametrize(("word", "norm"), [("SUMMER", "サマー"), ("綜合", "総合")])
def test_norms_are_normalized_forms(nlp, word, norm):
    assert nlp(word)[0].norm_ == norm


def test_equals_sign_in_a_reading_is_replaced(nlp):
    assert [token.morph.get("Reading") for token in nlp("2=3")] == [["ニ"], ["_"], ["サン"]]


def test_whitespace_is_kept_and_tagged(nlp):
    doc = nlp("本  と\n\n猫 ")
    assert [token.text_with_ws for token in doc] == ["本 ", " ", "と", "\n\n", "猫 "]
    assert [token.pos_ for token in doc] == ["NOUN", "SPACE", "ADP", "SPACE", "NOUN"]


@pytest.mark.parametrize(
    ("text", "mode", "n_tokens"),
    [
        ("選挙管理委員会", None, 4),
        ("選挙管理委員会", "A", 4),
        ("選挙管理委員会", "B", 3),
        ("選挙管理委員会", "C", 1),
    ],
)
def test_split_modes(text, mode, n_tokens):
    nlp = kernel.blank("ja", config={"nlp": {"tokenizer": {"split_mode": mode}}})
    assert len(nlp(text)) == n_tokens


def detailed(text, reading):
    return DetailedToken(text, "名詞-普通名詞-一般", "", text, text, reading, None)


def test_parts_of_tokens_are_in_the_user_data():
    nlp = kernel.blank("ja", config={"nlp": {"tokenizer": {"split_mode": "B"}}})
    parts = [detailed("委員", "イイン"), detailed("会", "カイ")]
    assert nlp("委員会 \n猫").user_data["sub_tokens"] == [[parts], None, None]


def test_parts_by_both_shorter_modes():
    nlp = kernel.blank("ja", config={"nlp": {"tokenizer": {"split_mode": "C"}}})
    both = nlp("委員会").user_data["sub_tokens"][0]
    assert [[part.surface for part in each] for each in both] == [["委員", "会"], ["委員会"]]
    (short, middle), none = nlp("選挙管理委員会㍿").user_data["sub_tokens"]
    assert [part.surface for part in short] == ["選挙", "管理", "委員", "会"]
    assert [part.surface for part in middle] == ["選挙", "管理", "委員会"]
    assert none is None


def test_class_has_the_tokenizer_of_its_language():
    language = type(kernel.blank("ja"))
    assert [token.text for token in language()("日本語だよ")] == ["日本", "語", "だ", "よ"]


def test_morphologizer_extends_the_features_of_the_tokenizer(nlp):
    component = nlp.create_pipe("morphologizer")
    assert component.cfg["extend"] is True
    assert kernel.blank("en").create_pipe("morphologizer").cfg["extend"] is False


def test_text_that_is_too_long_for_sudachi_is_cut_after_a_sentence(nlp):
    text = 2500 * "猫である。" + "犬"
    doc = nlp(text)
    assert doc.text == text
    assert len(doc) == 2500 * 4 + 1
    assert {token.text for token in doc} == {"猫", "で", "ある", "。", "犬"}


def test_part_of_speech_of_a_tag_depends_on_its_neighbours():
    tags = ["名詞-普通名詞-サ変可能", "動詞-非自立可能", "助詞-副助詞", "空白", "空白"]
    assert list(parts_of_speech(["勉強", "し", "たり", "\u3000", "\n"], tags)) == [
        *("VERB", "AUX", "PART", "X", "SPACE")
    ]
    assert list(parts_of_speech(["し"], tags[1:2])) == ["AUX"]
    assert list(parts_of_speech(["x"], ["unknown"])) == ["X"]


@pytest.mark.parametrize("mode", ["A", "C"])
def test_threads_use_one_tokenizer(mode):
    tokenizer = kernel.blank("ja", config={"nlp": {"tokenizer": {"split_mode": mode}}}).tokenizer
    text = "選挙管理委員会は東京都に行った。" * 20
    expected = [token.text for token in tokenizer(text)]
    with ThreadPoolExecutor(4) as pool:
        docs = list(pool.map(tokenizer, [text] * 24))
    assert [[token.text for token in doc] for doc in docs] == [expected] * 24


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (("銀座", "名詞-固有名詞-地名-一般", None), (PROPN, None)),
        (("完成", "名詞-普通名詞-サ変可能", "動詞-非自立可能"), (VERB, AUX)),
        (("ない", "形容詞-非自立可能", None), (ADJ, None)),
    ],
)
def test_parts_of_speech_of_a_token_and_the_next_one(tokens, expected):
    assert resolve_pos(*tokens) == expected
