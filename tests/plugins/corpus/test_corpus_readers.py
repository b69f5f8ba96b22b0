from __future__ import annotations

import json
import os

import pytest

from kernel.errors import DataError, KernelError
from kernel.registry import registry
from kernel.text import Doc, DocBin
from kernel_plugin_corpus.readers import Corpus, JsonlCorpus, PlainTextCorpus, read_labels


@pytest.fixture
def make_doc(nlp):
    def make(text, **annotation):
        words = text.split()
        spaces = [True] * (len(words) - 1) + [False]
        return Doc(nlp.vocab, words=words, spaces=spaces, **annotation)

    return make


@pytest.fixture
def save(tmp_path):
    def save(name, docs):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        DocBin(docs=docs).to_disk(path)
        return path

    return save


def texts(examples):
    return [example.reference.text for example in examples]


def test_predicted_doc_is_tokenized_again(nlp, make_doc, save):
    path = save("a.spacy", [make_doc("Ada ran.", ents=["B-PER", "O"])])
    (example,) = Corpus(path)(nlp)
    assert [token.text for token in example.predicted] == ["Ada", "ran", "."]
    assert [token.text for token in example.reference] == ["Ada", "ran."]
    assert not example.predicted.has_annotation("ENT_IOB")
    assert [span.label_ for span in example.reference.ents] == ["PER"]


def test_unknown_spaces_keep_the_words(nlp, save):
    path = save("a.spacy", [Doc(nlp.vocab, words=["ran.", "off"])])
    (example,) = Corpus(path)(nlp)
    assert [token.text for token in example.predicted] == ["ran.", "off"]


def test_gold_preproc_makes_an_example_per_sentence(nlp, make_doc, save):
    doc = make_doc("a. b c d.", sent_starts=[True, True, False, False])
    examples = list(Corpus(save("a.spacy", [doc]), gold_preproc=True)(nlp))
    assert [[token.text for token in example.predicted] for example in examples] == [
        ["a."],
        ["b", "c", "d."],
    ]


def test_folder_is_read_by_path_without_hidden_files(nlp, make_doc, save, tmp_path):
    save("c/b.spacy", [make_doc("third")])
    save("c/a/z.spacy", [make_doc("first"), make_doc("second")])
    save("c/.hidden/x.spacy", [make_doc("never")])
    save("c/.x.spacy", [make_doc("never")])
    assert texts(Corpus(tmp_path / "c")(nlp)) == ["first", "second", "third"]


@pytest.mark.parametrize(("limit", "count"), [(0, 4), (1, 1), (3, 3), (9, 4)])
def test_limit_counts_docs_over_all_files(nlp, make_doc, save, tmp_path, limit, count):
    for name in ("a", "b"):
        save(f"c/{name}.spacy", [make_doc("x"), make_doc("y")])
    assert len(list(Corpus(tmp_path / "c", limit=limit)(nlp))) == count


def test_long_docs_are_split_into_sentences(nlp, make_doc, save):
    docs = [
        make_doc("a b c d", sent_starts=[True, False, False, True]),
        make_doc("e f"),
        make_doc("g h i j"),
    ]
    # Not shorter than three: the sentence of three words, and the doc without sentences.
    assert texts(Corpus(save("a.spacy", docs), max_length=3)(nlp)) == ["d", "e f"]


def test_augmenter_may_yield_any_number(nlp, make_doc, save):
    def twice(nlp, example):
        yield example
        yield example

    path = save("a.spacy", [make_doc("a"), make_doc("b")])
    assert texts(Corpus(path, augmenter=twice)(nlp)) == ["a", "a", "b", "b"]


def test_shuffling_follows_the_stream(nlp, make_doc, save):
    from kernel.random import Streams

    path = save("a.spacy", [make_doc(str(i)) for i in range(20)])

    def read():
        with Streams(3).use("data"):
            return texts(Corpus(path, shuffle=True)(nlp))

    assert read() == read()
    assert sorted(read(), key=int) == [str(i) for i in range(20)]
    assert read() != sorted(read(), key=int)


def test_corpus_is_read_again_at_each_call(nlp, make_doc, save):
    corpus = Corpus(save("a.spacy", [make_doc("a")]))
    first, second = next(corpus(nlp)), next(corpus(nlp))
    assert first.reference is not second.reference


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.spacy", "missing.spacy: no such file or folder"),
        ("folder", "folder: the folder has no `.spacy` file"),
        (os.devnull, f"{os.devnull}: neither a file nor a folder"),
        ("empty.spacy", "empty.spacy: the corpus has no documents"),
        ("blank.spacy", "blank.spacy: the corpus has no documents"),
        ("broken.spacy", "broken.spacy"),
        ("long.spacy", "none of the 1 documents is shorter than `max_length` (2 words)"),
    ],
)
def test_corpus_without_examples_is_an_error(nlp, make_doc, save, tmp_path, name, message):
    tmp_path.joinpath("folder").mkdir()
    tmp_path.joinpath("broken.spacy").write_bytes(b"no corpus")
    save("empty.spacy", [])
    save("blank.spacy", [Doc(nlp.vocab)])
    save("long.spacy", [make_doc("a b c")])
    with pytest.raises(KernelError) as caught:
        list(Corpus(tmp_path / name, max_length=2)(nlp))
    assert message in caught.value.message


def test_error_of_reader_without_path_names_the_settings():
    reader = registry.readers.get("spacy.Corpus.v1")
    with pytest.raises(DataError, match=r"`kernel\.Corpus\.v1` has no `path`") as caught:
        reader(path=None, gold_preproc=False)
    assert "--paths.train FILE" in caught.value.hint


def test_jsonl_texts_are_kept_by_length(nlp, write):
    lines = [json.dumps({"text": "w " * n}) for n in (1, 2, 3, 4)]
    path = write("raw.jsonl", "\n\n".join(lines))
    corpus = JsonlCorpus(path, min_length=2, max_length=4)
    assert [len(example.predicted) for example in corpus(nlp)] == [2, 3]
    assert [len(example.reference) for example in corpus(nlp)] == [2, 3]


def test_jsonl_limit_counts_kept_texts(nlp, write):
    path = write("raw.jsonl", "\n".join(json.dumps({"text": t}) for t in ("a", "b c", "d e")))
    assert texts(JsonlCorpus(path, min_length=2, limit=1)(nlp)) == ["b c"]


@pytest.mark.parametrize("line", ["{", "[]", '{"txt": 1}'])
def test_jsonl_error_names_the_line(nlp, write, line):
    path = write("raw.jsonl", f'{{"text": "a"}}\n{line}\n')
    with pytest.raises(DataError, match=r"raw\.jsonl:2: "):
        list(JsonlCorpus(path)(nlp))


def test_plain_text_is_one_text_a_line(nlp, write):
    path = write("raw.txt", "one\n\nthree words here\ntwo words\n")
    assert texts(PlainTextCorpus(path)(nlp)) == ["one", "three words here", "two words"]
    assert texts(PlainTextCorpus(path, min_length=2, max_length=2)(nlp)) == ["two words"]


def test_texts_may_contain_unusual_line_separators(nlp, write):
    content = "\ufeffone\u2028line\r\nnext\x85line\rlast\x1cline"
    path = write("raw.txt", content)
    expected = ["one\u2028line", "next\x85line", "last\x1cline"]
    assert texts(PlainTextCorpus(path)(nlp)) == expected
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in expected]
    assert texts(JsonlCorpus(write("raw.jsonl", "\r".join(lines)))(nlp)) == expected


def test_plain_text_in_another_encoding_names_the_line(nlp, write):
    path = write("raw.txt", "ok\ncaf\xe9\n", encoding="latin1")
    with pytest.raises(DataError, match=r"raw\.txt:2: not UTF-8"):
        list(PlainTextCorpus(path)(nlp))


def test_labels_are_read_from_json(write, tmp_path):
    assert read_labels(write("ner.json", '{"0": {"PER": 3}}')) == {"0": {"PER": 3}}
    assert read_labels(tmp_path / "none.json") is None
    with pytest.raises(DataError, match=r"none\.json: no such file"):
        read_labels(tmp_path / "none.json", require=True)
