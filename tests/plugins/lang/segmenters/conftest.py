import contextlib
import io
import json

import pytest

import kernel

# The languages with segmenters, their settings, and the packages that they need.
SEGMENTERS = {
    "zh-char": ("zh", {}, []),
    "zh-jieba": ("zh", {"segmenter": "jieba"}, ["jieba"]),
    "zh-pkuseg": ("zh", {"segmenter": "pkuseg"}, ["spacy_pkuseg"]),
    "ja": ("ja", {}, ["sudachipy"]),
    "ja-C": ("ja", {"split_mode": "C"}, ["sudachipy"]),
    "ko": ("ko", {}, ["mecab"]),
    "th": ("th", {}, ["pythainlp"]),
    "vi": ("vi", {}, ["pyvi"]),
    "vi-spaces": ("vi", {"use_pyvi": False}, []),
}
# Segmented by hand, for a model of pkuseg.
CHINESE = """\
作为 语言 而言 ， 为 世界 使用 人数 最多 的 语言 。
目前 世界 有 五分之一 人口 做为 母语 。
我 爱 北京 天安门 。
"""


def each(names):
    """The parameters of a test, with the marks of the packages that each needs."""
    return [
        pytest.param(
            name, marks=[pytest.mark.needs(*SEGMENTERS[name][2])] * bool(SEGMENTERS[name][2])
        )
        for name in names
    ]


def pytest_generate_tests(metafunc):
    if "segmenter" in metafunc.fixturenames:
        metafunc.parametrize("segmenter", each(SEGMENTERS))


@pytest.fixture
def make_nlp(pkuseg_model):
    """A pipeline by the name of its segmenter."""

    def make(name):
        language, settings, _ = SEGMENTERS[name]
        config = {"nlp": {"tokenizer": settings}} if settings else {}
        if name == "zh-pkuseg":
            config["initialize"] = {"tokenizer": {"pkuseg_model": pkuseg_model()}}
        nlp = kernel.blank(language, config=config)
        if name == "zh-pkuseg":
            nlp.initialize()
        return nlp

    return make


@pytest.fixture(scope="session")
def pkuseg_model(tmp_path_factory):
    """Trains a small model of pkuseg at the first call, and gives its path."""
    folder = tmp_path_factory.mktemp("pkuseg")

    def train():
        model = folder / "model"
        if not model.exists():
            from spacy_pkuseg import train

            corpus = folder / "corpus.txt"
            corpus.write_text(20 * CHINESE, encoding="utf8")
            with contextlib.redirect_stdout(io.StringIO()):
                train(str(corpus), str(corpus), str(model), train_iter=3)
        return str(model)

    return train


@pytest.fixture
def describe():
    """The tokens of a doc with all that tokenizers set, such as JSON can keep it."""

    def run(doc):
        rows = [
            [
                token.text_with_ws,
                token.tag_,
                token.pos_,
                token.lemma_,
                token.norm_,
                str(token.morph),
            ]
            for token in doc
        ]
        return json.loads(json.dumps([rows, doc.user_data]))

    return run
