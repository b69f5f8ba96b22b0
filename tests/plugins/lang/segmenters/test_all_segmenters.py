"""What holds for the tokenizer around each segmenter: texts are kept, and settings are saved."""

import copy
import importlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kernel
from kernel.errors import LoadError
from kernel.files import pack
from kernel.registry import registry
from kernel.text import DocBin

TEXT = "今日は、いい天気です。 이것은 문장입니다.  คุณรักผมไหม\n作为语言 Đây là 3,14%😀"
PARTS = st.sampled_from(
    [
        *(
            "作为语言而言，",
            "食べられなかった",
            "すもももももも",
            "이것은 문장입니다.",
            "คุณรักผมไหม",
            "văn bản",
        ),
        *(" ", "  ", "\n", "\r\n", "\t", "\u3000", "\xa0", "\u2028", "\x85", "\x1c", "\x00"),
        *(
            "😀",
            "👨\u200d👩\u200d👧",
            "e\u0301",
            "\u200b",
            "\ufeff",
            "\u200f",
            "㍿",
            "ｶﾞ",
            "ﬁ",
            "\ud83d",
        ),
        *("Hello", "3.14%", "１２３", "a.b@c.de", "https://a.b/c?d=e", "=|,", "...", "ก็", "\u0e31"),
    ]
)
TEXTS = st.one_of(st.lists(PARTS, max_size=10).map("".join), st.text(max_size=20))


def tokens(doc):
    return [token.text_with_ws for token in doc]


def test_no_character_is_lost(segmenter, make_nlp):
    tokenizer = make_nlp(segmenter).tokenizer

    @settings(max_examples=60)
    @given(TEXTS)
    def check(text):
        doc = tokenizer(text)
        assert doc.text == text
        assert "" not in tokens(doc)

    check()


def test_long_text_is_kept(segmenter, make_nlp):
    text = 400 * f"{TEXT}\n"
    doc = make_nlp(segmenter)(text)
    assert doc.text == text
    assert len(doc) > 400 * 10


def test_stream_gives_the_docs_of_single_calls(segmenter, make_nlp, describe):
    nlp = make_nlp(segmenter)
    texts = [TEXT, "", " ", TEXT[:9]]
    assert [describe(doc) for doc in nlp.pipe(texts)] == [describe(nlp(text)) for text in texts]


def test_worker_processes_give_the_same_docs(segmenter, make_nlp):
    nlp = make_nlp(segmenter)
    found = [tokens(doc) for doc in nlp.pipe([TEXT, TEXT[:9]], n_process=2, batch_size=1)]
    assert found == [tokens(nlp(TEXT)), tokens(nlp(TEXT[:9]))]


def test_copies_and_saved_tokenizers_are_equal(segmenter, make_nlp, tmp_path, describe):
    nlp = make_nlp(segmenter)
    expected = describe(nlp(TEXT))
    nlp.to_disk(tmp_path / "pipeline")
    nlp.tokenizer.to_disk(tmp_path / "tokenizer")

    loaded = kernel.load(tmp_path / "pipeline")
    assert repr(loaded.tokenizer) == repr(nlp.tokenizer)
    assert describe(loaded(TEXT)) == expected
    assert describe(copy.deepcopy(nlp.tokenizer)(TEXT)) == expected
    data = nlp.tokenizer.to_bytes()
    for read in (
        lambda blank: blank.from_bytes(data),
        lambda blank: blank.from_disk(tmp_path / "tokenizer"),
    ):
        tokenizer = read(kernel.blank(nlp.lang).tokenizer)
        assert tokenizer.to_bytes() == data
        assert describe(tokenizer(TEXT)) == expected


def test_docs_are_stored_with_their_annotations(segmenter, make_nlp, describe):
    nlp = make_nlp(segmenter)
    doc = nlp(TEXT)
    stored = DocBin(docs=[doc]).to_bytes()
    (read,) = DocBin().from_bytes(stored).get_docs(kernel.blank(nlp.lang).vocab)
    assert describe(read)[0] == describe(doc)[0]


def test_words_of_a_memory_zone_are_dropped(segmenter, make_nlp):
    nlp = make_nlp(segmenter)
    nlp.vocab.transient_limit = 5
    with nlp.memory_zone():
        nlp(TEXT)
    nlp("作")
    assert len(nlp.vocab) < 5


def test_score_compares_tokens(segmenter, make_nlp):
    nlp = make_nlp(segmenter)
    doc = nlp("作为 语言")
    gold = kernel.Doc(nlp.vocab, words=["作", "为 语言"], spaces=[False, False])
    same, other = [nlp.tokenizer.score([kernel.Example(doc, each)]) for each in (doc, gold)]
    assert same["token_f"] == 1.0
    assert other["token_f"] < 0.7


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("zh.Chinese", b"\x81", "the tokenizer"),
        ("zh.Chinese", pack([]), "is a list"),
        ("zh.Chinese", pack({"cfg": '{"segmenter": "word"}'}), "no segmenter 'word'"),
        ("ja.Japanese", pack({"cfg": "[]"}), "the tokenizer's `cfg` is a list"),
        ("ja.Japanese", pack({"cfg": '{"split_mode": 1}'}), "`split_mode` is 1, expected str"),
        ("ja.Japanese", pack({"cfg": '{"split_mode": "D"}'}), "no split mode 'D'"),
        ("vi.Vietnamese", pack({"cfg": "{"}), "the tokenizer's `cfg` is not JSON"),
    ],
)
def test_damaged_bytes_are_refused(name, data, message):
    tokenizer = registry.tokenizers.get(f"kernel.{name}Tokenizer")()(kernel.blank("xx"))
    with pytest.raises(LoadError, match=message):
        tokenizer.from_bytes(data)


def test_missing_package_is_named_with_the_extra(run_python):
    said = run_python(
        """
import sys
for package in ("jieba", "sudachipy", "mecab", "pythainlp", "pyvi"):
    sys.modules[package] = None
import kernel
for language in ("zh", "ja", "ko", "th", "vi"):
    settings = {"segmenter": "jieba"} if language == "zh" else {}
    nlp = kernel.blank(language, config={"nlp": {"tokenizer": settings}})
    try:
        nlp("a")
    except ImportError as error:
        assert isinstance(error, kernel.KernelError)
        print(error)
"""
    )
    hints = [line for line in said.splitlines() if line.startswith("hint")]
    assert hints == [
        f"hint: pip install 'kernel-plugin-lang[{extra}]'"
        for extra in ("jieba", "ja", "ko", "th", "vi")
    ]
    assert "needs `sudachipy`, which is not installed" in said


@pytest.mark.parametrize(
    ("code", "name"),
    [("zh", "Chinese"), ("ja", "Japanese"), ("ko", "Korean"), ("th", "Thai"), ("vi", "Vietnamese")],
)
def test_classes_are_in_the_modules_of_their_languages(code, name):
    module = importlib.import_module(f"kernel.lang.{code}")
    assert type(kernel.blank(code)) is getattr(module, name)
    assert type(kernel.blank(code).tokenizer) is getattr(module, f"{name}Tokenizer")
