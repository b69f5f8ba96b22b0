"""Whitespace tokens count in no score, so that identical docs have the best scores."""

import pytest

from kernel.scorer import Scorer
from kernel.text import Doc, Example, Vocab


@pytest.fixture
def annotated():
    return Doc(
        Vocab(),
        words=["I", " ", "like", "\n", "it"],
        spaces=[True, False, True, False, False],
        tags=["A", "S", "B", "S", "C"],
        pos=["PRON", "SPACE", "VERB", "SPACE", "PRON"],
        morphs=["A=B", "A=B", "A=B", "A=B", "C=D"],
        lemmas=["I", " ", "like", "\n", "it"],
        heads=[2, 0, 2, 2, 2],
        deps=["a", "dep", "ROOT", "dep", "b"],
        ents=["B-X", "I-X", "O", "O", "O"],
    )


@pytest.mark.parametrize(
    ("score", "keys"),
    [
        pytest.param(lambda egs: Scorer.score_token_attr(egs, "tag"), ["tag_acc"], id="tags"),
        pytest.param(lambda egs: Scorer.score_token_attr(egs, "lemma"), ["lemma_acc"], id="lemmas"),
        pytest.param(
            lambda egs: Scorer.score_token_attr(egs, "pos", getter=lambda token, _: token.pos_),
            ["pos_acc"],
            id="getter",
        ),
        pytest.param(
            lambda egs: Scorer.score_token_attr_per_feat(egs, "morph"),
            ["morph_micro_p", "morph_micro_r", "morph_micro_f"],
            id="features",
        ),
        pytest.param(lambda egs: Scorer.score_deps(egs, "dep"), ["dep_uas", "dep_las"], id="trees"),
        pytest.param(lambda egs: Scorer.score_spans(egs, "ents"), ["ents_f"], id="entities"),
        pytest.param(Scorer.score_tokenization, ["token_acc", "token_f"], id="tokens"),
    ],
)
def test_identical_docs_have_the_best_scores(annotated, score, keys):
    scores = score([Example(annotated, annotated.copy())])

    assert {key: scores[key] for key in keys} == dict.fromkeys(keys, 1.0)


def test_values_of_whitespace_do_not_matter(annotated):
    other = annotated.copy()
    for token in other:
        if token.is_space:
            token.tag_, token.dep_, token.head = "X", "x", other[4]
            token.set_morph("X=Y")
    examples = [Example(other, annotated)]

    assert Scorer.score_token_attr(examples, "tag") == {"tag_acc": 1.0}
    assert Scorer.score_deps(examples, "dep")["dep_las"] == 1.0
    per_type = Scorer.score_deps(examples, "dep", getter=lambda token, _: token.dep_)
    assert per_type["dep_las_per_type"].keys() == {"a", "ROOT", "b"}
    assert Scorer.score_token_attr_per_feat(examples, "morph")["morph_micro_f"] == 1.0


def test_wrong_words_count_beside_whitespace(annotated):
    other = annotated.copy()
    other[4].tag_, other[4].head = "X", other[0]
    examples = [Example(other, annotated)]

    assert Scorer.score_token_attr(examples, "tag")["tag_acc"] == pytest.approx(2 / 3)
    assert Scorer.score_deps(examples, "dep")["dep_uas"] == pytest.approx(2 / 3)
