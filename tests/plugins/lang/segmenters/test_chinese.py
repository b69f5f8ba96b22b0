"""The tokenizer of Chinese, with each of its segmenters."""

import pytest

import kernel
from kernel.errors import ArgumentError, ConfigError, LoadError

TEXT = "作为语言而言，为世界使用人数最多的语言，目前世界有五分之一人口做为母语。"


def words(nlp, text=TEXT):
    return [token.text for token in nlp(text)]


def with_segmenter(name, **initialize):
    config = {"nlp": {"tokenizer": {"segmenter": name}}, "initialize": {"tokenizer": initialize}}
    return kernel.blank("zh", config=config)


@pytest.fixture
def trained(pkuseg_model):
    """A pipeline with a model of pkuseg, and other settings of its `initialize`."""

    def make(**settings):
        nlp = with_segmenter("pkuseg", pkuseg_model=pkuseg_model(), **settings)
        nlp.initialize()
        return nlp

    return make


def test_characters_are_the_default():
    nlp = kernel.blank("zh")
    assert words(nlp) == list(TEXT)
    assert nlp.config["nlp"]["tokenizer"] == {
        "@tokenizers": "kernel.zh.ChineseTokenizer",
        "segmenter": "char",
    }


@pytest.mark.needs("jieba")
def test_jieba_finds_words():
    expected = "作为 语言 而言 ， 为 世界 使用 人 数最多 的 语言 ， 目前 世界 有 五分之一 人口 做 为 母语 。"
    assert words(with_segmenter("jieba")) == expected.split()


@pytest.mark.needs("spacy_pkuseg")
def test_pkuseg_finds_the_words_of_its_model(trained):
    assert words(trained(), "我爱北京天安门。") == ["我", "爱", "北京", "天安门", "。"]


@pytest.mark.needs("spacy_pkuseg")
def test_words_of_a_user_dictionary_are_not_split(trained, tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("爱北京\n", encoding="utf8")
    nlp = trained(pkuseg_user_dict=str(path))
    assert words(nlp, "我爱北京天安门") == ["我", "爱北京", "天安门"]

    nlp.tokenizer.pkuseg_update_user_dict(["天安"])
    assert words(nlp, "我爱北京天安门") == ["我", "爱北京", "天安", "门"]
    copy = kernel.blank("zh").from_bytes(nlp.to_bytes())
    assert words(copy, "我爱北京天安门") == ["我", "爱北京", "天安", "门"]
    nlp.tokenizer.pkuseg_update_user_dict([], reset=True)
    assert words(nlp, "我爱北京天安门") == ["我", "爱", "北京", "天安门"]


@pytest.mark.needs("spacy_pkuseg")
def test_files_have_the_layout_of_spacy(trained, tmp_path):
    trained().tokenizer.to_disk(tmp_path / "tokenizer")
    files = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert files == {
        "tokenizer/cfg",
        "tokenizer/pkuseg_processors",
        "tokenizer/pkuseg_model/features.msgpack",
        "tokenizer/pkuseg_model/weights.npz",
    }
    assert (tmp_path / "tokenizer" / "cfg").read_text() == '{\n  "segmenter":"pkuseg"\n}'


@pytest.mark.needs("spacy_pkuseg")
@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("pkuseg_processors", "pkuseg_processors"),
        ("pkuseg_model/features.msgpack", "not a model of pkuseg: it has no `features.msgpack`"),
        ("pkuseg_model/weights.npz", "not a model of pkuseg: it has no `weights.npz`"),
    ],
)
def test_missing_and_damaged_files_are_named(trained, tmp_path, file, message):
    trained().tokenizer.to_disk(tmp_path)
    (tmp_path / file).rename(tmp_path / "moved")
    with pytest.raises(LoadError, match=message):
        kernel.blank("zh").tokenizer.from_disk(tmp_path)
    (tmp_path / file).write_bytes(b"\x00damaged")
    with pytest.raises(LoadError, match="of pkuseg"):
        kernel.blank("zh").tokenizer.from_disk(tmp_path)


def test_pkuseg_without_a_model_is_refused():
    nlp = with_segmenter("pkuseg")
    with pytest.raises(ArgumentError, match="the segmenter `pkuseg` has no model"):
        nlp(TEXT)


@pytest.mark.needs("spacy_pkuseg")
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "`pkuseg_model` is not set"),
        ({"pkuseg_model": "/nowhere"}, "/nowhere is not a model of pkuseg"),
        ({"pkuseg_model": "web", "pkuseg_user_dict": "/nowhere.txt"}, "nowhere.txt"),
    ],
)
def test_wrong_settings_of_pkuseg_are_refused(settings, message):
    with pytest.raises((ArgumentError, LoadError), match=message):
        with_segmenter("pkuseg", **settings).initialize()


def test_unknown_segmenters_are_refused():
    with pytest.raises(ConfigError, match='"char", "jieba", "pkuseg"'):
        with_segmenter("word")
    with pytest.raises(ArgumentError, match="did you mean `jieba`"):
        kernel.blank("zh").tokenizer.segmenter = "jiebar"


def test_words_for_another_segmenter_are_reported():
    with pytest.warns(UserWarning, match="not used: the segmenter is `char`"):
        kernel.blank("zh").tokenizer.pkuseg_update_user_dict(["天安"])
