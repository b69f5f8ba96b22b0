"""spaCy's `Scorer`: links against what spaCy 3.8.18 says of the same docs, and the names of all tasks."""

import sys

import pytest

import kernel
from kernel.errors import RegistryError
from kernel.scorer import Scorer, get_ner_prf
from kernel.text import Doc, Example, Span, Vocab
from kernel_plugin_spacy.links import LinkScores

ENTS = [
    (
        [(0, 1, "X", "Q1"), (1, 3, "X", "Q2"), (3, 4, "X", "Q9")],
        [(0, 1, "PER", "Q1"), (1, 3, "LOC", "Q3"), (3, 4, "LOC", "NIL")],
    ),
    (
        [(0, 1, "X", "NIL"), (1, 2, "X", "Q2"), (3, 4, "X", "NIL")],
        [(0, 1, "PER", "Q1"), (1, 3, "LOC", "Q2"), (3, 4, "ORG", "NIL")],
    ),
]


@pytest.fixture(scope="module")
def vocab():
    return Vocab()


@pytest.fixture(scope="module")
def links(vocab):
    def make(ents):
        doc = Doc(vocab, words=["Ada", "New", "York", "Rome"])
        doc.ents = [Span(doc, i, j, label=label, kb_id=kb_id) for i, j, label, kb_id in ents]
        return doc

    return [Example(make(found), make(gold)) for found, gold in ENTS]


def prf(p, r, f):
    return {"p": pytest.approx(p), "r": pytest.approx(r), "f": pytest.approx(f)}


def numbers(scores, prefix):
    """The scores under keys with this prefix, in the order p, r, f."""
    return [scores[f"{prefix}_{name}"] for name in "prf"]


def test_links_count_where_the_entity_is_a_gold_one(links):
    scores = Scorer.score_links(links, negative_labels=["NIL", ""])
    assert scores["nel_score"] == pytest.approx(1 / 3)
    assert scores["nel_score_desc"] == "micro F"
    assert numbers(scores, "nel_micro") == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert numbers(scores, "nel_macro") == pytest.approx([1 / 3, 1 / 6, 2 / 9])
    assert scores["nel_f_per_type"] == {
        "PER": prf(1, 0.5, 2 / 3), "LOC": prf(0, 0, 0), "ORG": prf(0, 0, 0),
    }  # fmt: skip


def test_no_link_to_score_comes_to_zero():
    assert Scorer.score_links([], negative_labels=[])["nel_score"] == 0


def test_parts_merged_score_like_the_whole(links):
    whole, first, second = (LinkScores(negative_labels=["NIL"]) for _ in range(3))
    whole.update(links)

    first.update(links[:1])
    second.update(links[1:])
    first.merge(second)

    assert first.result() == whole.result()


@pytest.fixture(scope="module")
def example(vocab):
    def make(*deps):
        doc = Doc(
            vocab,
            ["Ada", "ran"],
            [True, False],
            tags=["N", "V"],
            morphs=["Number=Sing", "_"],
            heads=[1, 1],
            deps=deps,
            ents=["B-PER", "O"],
        )
        doc.cats = {"sport": 1.0}
        doc.spans["sc"] = list(doc.ents)
        return doc

    return Example(make("nsubj", "ROOT"), make("nsubj", "ROOT"))


@pytest.mark.parametrize(
    ("method", "args", "settings", "key"),
    [
        ("score_tokenization", (), {}, "token_f"),
        ("score_token_attr", ("tag",), {}, "tag_acc"),
        ("score_token_attr_per_feat", ("morph",), {}, "morph_micro_f"),
        ("score_spans", ("ents",), {}, "ents_f"),
        ("score_cats", ("cats",), {"labels": ["sport"]}, "cats_micro_f"),
        ("score_deps", ("dep",), {}, "dep_las"),
    ],
)
def test_static_methods_score_one_task(example, method, args, settings, key):
    assert getattr(Scorer, method)([example], *args, **settings)[key] == 1.0


def test_scorer_without_pipeline_uses_the_registered_scorers(example):
    scores = Scorer(default_pipeline=("ner",)).score([example])
    assert scores["ents_f"] == 1.0
    assert scores["ents_per_type"] == {"PER": {"p": 1.0, "r": 1.0, "f": 1.0}}
    assert "dep_las" not in scores


def test_scorer_of_a_pipeline_passes_its_settings_on(example):
    nlp = kernel.blank("en")
    assert Scorer(nlp, factor=5).score([example], per_component=True).keys() == {"tokenizer"}


def test_evaluation_takes_a_scorer_of_ones_own():
    nlp = kernel.blank("en")
    doc = Doc(nlp.vocab, ["a", "b"])
    examples = [Example(doc.copy(), doc)]

    class Mine(Scorer):
        def accumulator(self, **settings):
            scores = super().accumulator(**settings)
            result = scores.result
            scores.result = lambda: {**result(), "mine": 1.0}
            return scores

    assert nlp.evaluate(examples, scorer=Mine(nlp))["mine"] == 1.0


def test_entities_have_a_function_of_their_own(example):
    assert get_ner_prf([example])["ents_f"] == 1.0


@pytest.mark.parametrize(
    ("score", "plugin"),
    [
        (lambda: Scorer.score_cats([], "cats"), "textcat"),
        (lambda: Scorer.score_deps([], "dep"), "parser"),
        (lambda: Scorer.score_token_attr_per_feat([], "morph"), "tagger"),
        (lambda: get_ner_prf([]), "ner"),
    ],
)
def test_a_missing_plugin_is_named(score, plugin, monkeypatch):
    monkeypatch.setattr(sys.modules["kernel.registry"], "_entry_points", lambda kind: {})
    with pytest.raises(RegistryError) as info:
        score()
    assert f"pip install kernel-plugin-{plugin}" in info.value.hint
