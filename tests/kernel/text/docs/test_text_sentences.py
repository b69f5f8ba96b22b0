"""Where sentences start: in trees with unknown heads, joined docs, and by hand."""

import numpy as np
import pytest

from kernel.errors import TextError
from kernel.text import Doc, DocBin, Example, Vocab

HEADS = [1, 1, 1, None]
DEPS = ["nsubj", "ROOT", "dobj", None]


@pytest.fixture
def partial(make_doc):
    """A tree in which the head of the last token is unknown."""
    return make_doc(["I", "like", "it", "now"], heads=HEADS, deps=DEPS)


def starts(doc):
    return [token.is_sent_start for token in doc]


def test_token_without_a_head_starts_no_sentence(make_doc):
    example = Example.from_dict(
        make_doc(["I", "like", "it", "now"]), {"heads": HEADS, "deps": DEPS}
    )

    assert example.get_aligned_sent_starts() == [True, False, False, False]
    assert [token.has_head() for token in example.reference] == [True, True, True, False]


@pytest.mark.parametrize(
    ("heads", "deps", "expected"),
    [
        pytest.param([0, 2, 2, 2], ["ROOT", "a", None, "b"], [1, 0, 0, 0], id="root-unlabelled"),
        pytest.param([0, 2, 2, 2], ["ROOT", "a", "ROOT", "b"], [1, 1, 0, 0], id="two-trees"),
        pytest.param([None, 1, 1, 1], [None, "ROOT", "a", "b"], [1, 1, 0, 0], id="first-unknown"),
        pytest.param([None] * 4, ["a", None, None, "b"], [1, 0, 0, 1], id="labels-alone"),
        pytest.param([1, 1, 1, None], ["a", "ROOT", "b", "ROOT"], [1, 0, 0, 1], id="label-given"),
    ],
)
def test_trees_with_a_labelled_root_start_sentences(make_doc, heads, deps, expected):
    doc = make_doc(["a", "b", "c", "d"], heads=heads, deps=deps)

    assert starts(doc) == [bool(each) for each in expected]


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(lambda doc: Doc(Vocab()).from_bytes(doc.to_bytes()), id="bytes"),
        pytest.param(lambda doc: Doc(Vocab()).from_json(doc.to_json()), id="json"),
        pytest.param(lambda doc: next(DocBin(docs=[doc]).get_docs(Vocab())), id="bin"),
        pytest.param(lambda doc: doc[0:4].as_doc(), id="part"),
        pytest.param(
            lambda doc: Doc(doc.vocab, doc.words()).from_array(
                ["HEAD", "DEP"], doc.to_array(["HEAD", "DEP"])
            ),
            id="array",
        ),
    ],
)
def test_unknown_heads_stay_unknown(partial, way):
    made = way(partial)

    assert starts(made) == [True, False, False, False]
    assert made[3].has_head() is False


def test_retokenizing_keeps_unknown_heads(partial):
    with partial.retokenize() as retokenizer:
        retokenizer.merge(partial[0:2])

    assert starts(partial) == [True, False, False]


def test_trees_can_be_built_token_by_token(make_doc):
    doc = make_doc(["a", "b", "c", "d"])
    for i, head, dep in [(0, 1, "det"), (1, 1, "ROOT"), (2, 3, "det"), (3, 3, "ROOT")]:
        doc[i].head, doc[i].dep_ = doc[head], dep

    assert starts(doc) == [True, False, True, False]
    doc[3].dep = 0
    assert starts(doc) == [True, False, False, False]


def test_each_joined_doc_starts_a_sentence(make_doc):
    docs = [make_doc(["Hello", "there"]), make_doc([]), make_doc(["Bye", "now"])]
    docs[0].cats = {"a": 1.0}

    joined = Doc.from_docs(docs)

    assert [sent.text for sent in joined.sents] == ["Hello there", "Bye now"]
    assert joined.cats == {}


def test_sentence_starts_of_joined_docs_can_be_left_out(make_doc):
    docs = [make_doc(["Hello"]), make_doc(["Bye"])]

    assert not Doc.from_docs(docs, attrs=["LEMMA"]).has_annotation("SENT_START")
    assert "sent_start" not in Doc.from_docs(docs[:1]).annotations


@pytest.mark.parametrize(
    ("value", "expected"), [(True, 1), (False, -1), (None, 0), (1, 1), (-1, -1), (0, 0)]
)
def test_sentence_start_can_be_set_by_the_older_name(make_doc, value, expected):
    doc = make_doc(["a", "b"])
    doc[1].sent_start = 1

    doc[1].sent_start = value

    assert doc[1].sent_start == expected


@pytest.mark.parametrize("value", [2, "yes"])
def test_other_sentence_starts_are_refused(make_doc, value):
    with pytest.raises(TextError, match="expected True, False or None"):
        make_doc(["a", "b"])[1].sent_start = value


def test_the_end_of_a_sentence_cannot_be_set(make_doc):
    with pytest.raises(TextError, match="set `is_sent_start` of the next token"):
        make_doc(["a", "b"])[0].is_sent_end = True


def test_conjuncts_go_to_the_right(make_doc):
    doc = make_doc(
        ["b", "x", "a", "c", "d"],
        heads=[2, 2, 2, 2, 3],
        deps=["conj", "cc", "ROOT", "conj", "conj"],
    )

    assert [[token.i for token in each.conjuncts] for each in doc] == [
        *([2, 3, 4], [], [3, 4], [2, 4], [2, 3])
    ]


def test_sentences_of_trees_follow_labels_in_bins(vocab):
    doc = Doc(vocab, ["a", "b", "c"], heads=[0, 1, 2], deps=["ROOT", None, "ROOT"])
    other = Doc(vocab, ["d", "e"], sent_starts=[True, True])

    first, second = DocBin(docs=[doc, other]).get_docs(Vocab())

    assert [starts(first), starts(second)] == [[True, False, True], [True, True]]
    assert np.array_equal(first.column("head"), [0, 1, 2])


def test_tokens_of_a_part_whose_head_is_outside_go_to_the_highest_ancestor_inside(make_doc):
    doc = make_doc(words=["a", "b", "c", "d", "e"], heads=[3, 0, 3, 4, 4], deps=["dep"] * 5)
    assert [token.head.i for token in doc[1:5].as_doc()] == [3, 2, 3, 3]


def test_subtree_has_the_token_itself(make_doc):
    doc = make_doc(["a", "b", "c"], heads=[1, 1, 1], deps=["x", "ROOT", "y"])
    root = doc[1]

    assert [token is root for token in root.subtree] == [False, True, False]
