"""Components that merge or split tokens."""

import pytest

import kernel
from kernel.errors import ArgumentError
from kernel.pipeline import merge_entities, merge_noun_chunks, merge_subtokens
from kernel.pipeline.functions import TokenSplitter
from kernel.text import Doc

NLP = kernel.blank("en")


@pytest.fixture
def doc():
    return Doc(
        NLP.vocab,
        words=["I", "like", "New", "York", "in", "the", "Autumn", "."],
        heads=[1, 1, 3, 1, 1, 6, 4, 1],
        deps=["nsubj", "ROOT", "compound", "dobj", "prep", "det", "pobj", "punct"],
        tags=["PRP", "VB", "NNP", "NNP", "IN", "DT", "NN", "."],
        pos=["PRON", "VERB", "PROPN", "PROPN", "ADP", "DET", "NOUN", "PUNCT"],
        ents=["O", "O", "B-GPE", "I-GPE", "O", "O", "B-TIME", "O"],
    )


def shown(doc):
    return [(t.text, t.tag_, t.dep_, t.head.i, t.ent_iob_, t.ent_type_) for t in doc]


def test_noun_phrases_become_tokens(doc):
    assert shown(merge_noun_chunks(doc))[2:5] == [
        ("New York", "NNP", "dobj", 1, "B", "GPE"),
        ("in", "IN", "prep", 1, "O", ""),
        ("the Autumn", "NN", "pobj", 3, "B", "TIME"),
    ]


def test_noun_phrases_need_a_parse():
    assert len(merge_noun_chunks(Doc(NLP.vocab, words=["a", "b"]))) == 2


def test_entities_become_tokens(doc):
    merged = merge_entities(doc)
    assert [token.text for token in merged] == ["I", "like", "New York", "in", "the", "Autumn", "."]
    assert shown(merged)[2] == ("New York", "NNP", "dobj", 1, "B", "GPE")
    assert [ent.label_ for ent in merged.ents] == ["GPE", "TIME"]


@pytest.mark.parametrize(
    ("deps", "texts"),
    [
        ("s x s s x", ["a b", "c d e"]),
        ("x s x s x", ["a", "b c", "d e"]),
        ("x x x x s", ["a", "b", "c", "d", "e"]),
        ("x x x s s", ["a", "b", "c", "d e"]),
    ],
)
def test_subtokens_are_merged_with_the_next_token(deps, texts):
    words = ["a", "b", "c", "d", "e"]
    doc = Doc(NLP.vocab, words=words, heads=[0] * 5, deps=deps.split())
    assert [token.text for token in merge_subtokens(doc, label="s")] == texts


def test_subtokens_need_a_parse():
    with pytest.raises(ArgumentError, match="`merge_subtokens` needs dependency labels"):
        merge_subtokens(Doc(NLP.vocab, words=["a"]))


@pytest.mark.parametrize("name", ["merge_noun_chunks", "merge_entities", "merge_subtokens"])
def test_functions_are_components(name, doc):
    nlp = kernel.blank("en")
    component = nlp.add_pipe(name)
    assert len(component(doc)) <= 8
    assert nlp.get_pipe_meta(name).retokenizes
    assert nlp.analyze_pipes()["summary"][name]["retokenizes"]


def test_long_tokens_are_split():
    nlp = kernel.blank("xx")
    nlp.add_pipe("token_splitter", config={"min_length": 20, "split_length": 5})
    assert [token.text for token in nlp("aaaaabbbbbcccccdddd e")] == ["aaaaabbbbbcccccdddd", "e"]
    doc = nlp("x aaaaabbbbbcccccdddddeeeeeff  y")
    assert [token.text for token in doc] == [
        "x",
        "aaaaa",
        "bbbbb",
        "ccccc",
        "ddddd",
        "eeeee",
        "ff",
        " ",
        "y",
    ]
    assert doc.text == "x aaaaabbbbbcccccdddddeeeeeff  y"


@pytest.mark.parametrize(("min_length", "split_length"), [(0, 5), (3, 0), (2, 10)])
def test_lengths_at_which_nothing_is_split(min_length, split_length):
    splitter = TokenSplitter(min_length=min_length, split_length=split_length)
    assert len(splitter(NLP.make_doc("abcdef abc"))) == 2


def test_settings_are_saved(tmp_path):
    TokenSplitter(min_length=7, split_length=3).to_disk(tmp_path)
    loaded = TokenSplitter().from_disk(tmp_path)
    assert (loaded.min_length, loaded.split_length) == (7, 3)
    again = TokenSplitter().from_bytes(loaded.to_bytes())
    assert (again.min_length, again.split_length) == (7, 3)
