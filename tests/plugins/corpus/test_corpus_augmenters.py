"""Results of augmenters; the heads of trees are those of spaCy 3.8.18."""

from __future__ import annotations

import pytest

import kernel
from kernel.errors import ConfigError
from kernel.random import Streams
from kernel.text import Doc, DocBin, Example, Span, Token
from kernel_plugin_corpus.augmenters import (
    create_combined_augmenter,
    create_lower_casing_augmenter,
    create_orth_variants_augmenter,
)
from kernel_plugin_corpus.augmenters_docs import insert_space
from kernel_plugin_corpus.readers import Corpus

WORDS = ["Ada", "read", "“", "New", "York", "”", "..."]
VARIANTS = {
    "single": [{"tags": ["."], "variants": ["...", "…"]}],
    "paired": [{"tags": ["``", "''"], "variants": [["“", "”"], ["«", "»"]]}],
}


@pytest.fixture
def make_doc(nlp):
    def make(**changes):
        annotation = {
            "tags": ["NNP", "VBD", "``", "NNP", "NNP", "''", "."],
            "pos": ["PROPN", "VERB", "PUNCT", "PROPN", "PROPN", "PUNCT", "PUNCT"],
            "lemmas": list("abcdefg"),
            "heads": [1, 1, 3, 1, 3, 1, 1],
            "deps": ["a", "ROOT", "b", "c", "d", "e", "f"],
            "ents": ["O", "O", "O", "B-X", "I-X", "O", "O"],
        }
        annotation.update(changes)
        given = {name: values for name, values in annotation.items() if values is not None}
        doc = Doc(
            nlp.vocab, words=WORDS, spaces=[True, True, False, True, False, False, False], **given
        )
        doc.cats = {"p": 1.0}
        return doc

    return make


@pytest.fixture
def augment(nlp):
    """Augment an example of the doc, with random numbers from the seed."""

    def augment(augmenter, doc, seed=0):
        with Streams(seed).use("augment"):
            [example] = augmenter(nlp, Example(nlp.make_doc(doc.text), doc))
        return example

    return augment


def combined(**changes):
    settings = {
        "lower_level": 0.0,
        "orth_level": 0.0,
        "orth_variants": None,
        "whitespace_level": 0.0,
        "whitespace_per_token": 0.0,
        "whitespace_variants": None,
    }
    return create_combined_augmenter(**{**settings, **changes})


def orth(level=1.0, lower=0.0, variants=VARIANTS):
    return create_orth_variants_augmenter(level=level, lower=lower, orth_variants=variants)


def spaced(per_token=0.15, variants=("\n",), level=1.0):
    return combined(
        whitespace_level=level, whitespace_per_token=per_token, whitespace_variants=list(variants)
    )


def annotation(doc):
    return [
        (t.tag_, t.pos_, t.lemma_, t.dep_, t.head.i, t.ent_iob_, t.ent_type_, t.is_sent_start)
        for t in doc
    ]


def test_lower_case_keeps_all_annotation(make_doc, augment):
    doc = make_doc()
    doc.spans["sc"] = [Span(doc, 3, 5, label="CITY")]

    example = augment(create_lower_casing_augmenter(level=1.0), doc)

    assert example.reference.text == example.predicted.text == "ada read “new york”..."
    assert annotation(example.reference) == annotation(doc)
    assert example.reference.cats == {"p": 1.0}
    assert [(span.text, span.label_) for span in example.reference.spans["sc"]] == [
        ("new york", "CITY")
    ]
    assert [ent.text for ent in example.reference.ents] == ["new york"]
    assert doc.words() == WORDS


@pytest.mark.parametrize(
    "augmenter",
    [
        pytest.param(create_lower_casing_augmenter(level=0.0), id="lower-case"),
        pytest.param(orth(level=0.0, lower=1.0), id="orth-variants"),
        pytest.param(combined(orth_variants=VARIANTS, whitespace_variants=[" "]), id="combined"),
        pytest.param(spaced(level=0.0, per_token=1.0), id="whitespace"),
    ],
)
def test_level_0_leaves_the_example_itself(nlp, make_doc, augmenter):
    example = Example(make_doc(), make_doc())
    assert all([made is example for made in augmenter(nlp, example)] == [True] for _ in range(50))


def test_level_is_the_share_of_the_examples(nlp, make_doc):
    augmenter = create_lower_casing_augmenter(level=0.3)
    example = Example(make_doc(), make_doc())
    with Streams(0).use("augment"):
        changed = sum(next(augmenter(nlp, example)) is not example for _ in range(1000))
    assert 250 < changed < 350


def test_chance_follows_the_stream(make_doc, augment):
    augmenter = spaced(per_token=0.5, variants=["\n", "  "])
    texts = [augment(augmenter, make_doc(), seed).reference.text for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_one_variant_is_drawn_for_each_group_and_doc(make_doc, augment):
    doc = make_doc()
    made = [augment(orth(), doc, seed) for seed in range(30)]
    assert {example.reference.text for example in made} == {
        "Ada read “New York”...", "Ada read “New York”…",
        "Ada read «New York»...", "Ada read «New York»…",
    }  # fmt: skip
    assert all(example.predicted.text == example.reference.text for example in made)
    assert all(annotation(example.reference) == annotation(doc) for example in made)


def test_variants_may_be_in_lower_case_too(make_doc, augment):
    texts = {augment(orth(lower=1.0), make_doc(), seed).reference.text for seed in range(30)}
    assert texts == {
        "ada read “new york”...", "ada read “new york”…",
        "ada read «new york»...", "ada read «new york»…",
    }  # fmt: skip


def test_words_without_tags_are_put_in_lower_case_only(make_doc, augment):
    made = augment(orth(lower=1.0), make_doc(tags=None))
    assert made.reference.text == "ada read “new york”..."


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param(["``", "."], {"“", "2", "<"}, id="two-tags-tell-the-side"),
        pytest.param(["``"], {"1", "“", ">"}, id="else-the-last-pair-with-the-word"),
    ],
)
def test_side_of_a_pair_is_found_by_its_tag_or_word(make_doc, augment, tags, expected):
    pairs = [["“", "1"], ["2", "“"], ["<", ">"]]
    augmenter = orth(variants={"paired": [{"tags": tags, "variants": pairs}]})
    words = {augment(augmenter, make_doc(), seed).reference[2].text for seed in range(40)}
    assert words == expected


def test_longer_words_move_user_data_of_tokens(make_doc, augment):
    Token.set_extension("note", default=None, force=True)
    doc = make_doc()
    doc[5]._.note = "closing"
    augmenter = orth(variants={"single": [{"tags": ["``"], "variants": ["<<<", "“"]}]})

    made = [augment(augmenter, doc, seed).reference for seed in range(20)]

    assert {reference[2].text for reference in made} == {"<<<", "“"}
    assert all([token._.note for token in reference][5] == "closing" for reference in made)
    Token.remove_extension("note")


@pytest.mark.parametrize(
    ("place", "head", "iob", "starts"),
    [
        pytest.param(0, 1, ("O", ""), [True, False], id="first-depends-on-the-next"),
        pytest.param(2, 1, ("O", ""), [True, False, False], id="depends-on-the-one-before"),
        pytest.param(4, 3, ("I", "X"), [True, False], id="inside-an-entity"),
        pytest.param(3, 2, ("O", ""), [True, False], id="before-an-entity"),
        pytest.param(6, 5, ("O", ""), [True, False], id="before-the-last"),
    ],
)
def test_space_is_annotated_as_its_neighbours_are(make_doc, place, head, iob, starts):
    made = insert_space(make_doc(), "\n", place)
    token = made[place]
    assert [t.text for t in made] == [*WORDS[:place], "\n", *WORDS[place:]]
    assert (token.tag_, token.pos_, token.lemma_, token.dep_) == ("_SP", "SPACE", "\n", "dep")
    assert token.head.i == head
    assert (token.ent_iob_, token.ent_type_) == iob
    assert [t.is_sent_start for t in made][: len(starts)] == starts
    others = [t.head.i - (t.head.i > place) for t in made if t.i != place]
    assert others == [1, 1, 3, 1, 3, 1, 1]
    assert len(made.ents) == 1


def test_space_has_only_annotation_that_the_doc_has(make_doc):
    doc = make_doc(tags=None, pos=None, lemmas=None, heads=None, deps=None, ents=None)
    made = insert_space(doc, "  ", 3)
    assert annotation(made)[3] == ("", "", "", "", 3, "", "", None)
    assert made.text == "Ada read “  New York”..."


def test_space_starts_no_sentence_of_its_own(make_doc):
    starts = [True, False, False, True, False, False, False]
    doc = make_doc(heads=None, deps=None, sent_starts=starts)
    assert [t.i for t in insert_space(doc, "\n", 3) if t.is_sent_start] == [0, 4]
    assert [t.i for t in insert_space(doc, "\n", 0) if t.is_sent_start] == [1, 4]


@pytest.mark.parametrize(("per_token", "count"), [(0.1, 0), (0.15, 1), (0.5, 3), (1.0, 7)])
def test_number_of_spaces_goes_by_the_length(make_doc, augment, per_token, count):
    example = augment(spaced(per_token=per_token), make_doc())
    assert sum(token.is_space for token in example.reference) == count
    assert example.predicted.text == example.reference.text


@pytest.mark.parametrize("kind", ["links", "spans", "gaps"])
def test_docs_where_spaces_would_be_unclear_have_none(make_doc, augment, kind):
    doc = make_doc(deps=["a", "", "b", "c", "d", "e", "f"]) if kind == "gaps" else make_doc()
    if kind == "links":
        doc.ents = [Span(doc, 3, 5, "X", kb_id="Q1")]
    if kind == "spans":
        doc.spans["sc"] = [doc[0:2]]
    assert augment(spaced(per_token=1.0), doc).reference.text == "Ada read “New York”..."


def test_combined_changes_case_variants_and_spaces(make_doc, augment):
    augmenter = combined(
        lower_level=1.0,
        orth_level=1.0,
        orth_variants={
            "single": [
                {"tags": ["."], "variants": ["…"]},
                {"tags": ["NNP"], "variants": ["ada", "eve"]},
            ]
        },
        whitespace_level=1.0,
        whitespace_per_token=0.3,
        whitespace_variants=["\n"],
    )
    words = [augment(augmenter, make_doc(), seed).reference.words() for seed in range(10)]
    assert all(each.count("\n") == 2 for each in words)
    assert {next(word for word in each if word != "\n") for each in words} == {"ada", "eve"}
    assert {"new", "york"} <= set(words[0])


def test_annotation_aligns_with_the_words_of_the_pipeline(nlp, make_doc, tmp_path):
    path = tmp_path / "train.spacy"
    DocBin(docs=[make_doc()] * 20, store_user_data=True).to_disk(path)
    augmenter = combined(
        lower_level=0.5, orth_level=0.5, orth_variants=VARIANTS,
        whitespace_level=0.5, whitespace_per_token=0.3, whitespace_variants=["\n", "\t"],
    )  # fmt: skip
    with Streams(1).use("augment"):
        examples = list(Corpus(path, augmenter=augmenter)(nlp))
    assert len({example.text for example in examples}) > 10
    for example in examples:
        [entity] = example.reference.ents
        [aligned] = example.get_aligned_spans_y2x([entity])
        assert "".join(aligned.text.split()).lower() == "newyork"
        tags = dict(
            zip(
                [t.text.lower() for t in example.predicted],
                example.get_aligned("TAG", as_string=True),
                strict=True,
            )
        )
        assert tags["read"] == "VBD"


def test_sigma_at_the_end_of_a_token_still_aligns(nlp, augment):
    doc = Doc(nlp.vocab, words=["ΟΔΟ", "Σ"], spaces=[False, False], tags=["A", "B"])
    example = augment(create_lower_casing_augmenter(level=1.0), doc)
    assert example.reference.words() == ["οδο", "σ"]
    assert example.predicted.text == "οδοσ"


def test_docs_without_known_spaces_keep_their_words(nlp, augment):
    doc = Doc(nlp.vocab, words=["Don", "'t", "GO"])
    example = augment(create_lower_casing_augmenter(level=1.0), doc)
    assert example.predicted.words() == ["don", "'t", "go"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(
            lambda: create_lower_casing_augmenter(level=1.5),
            r"from 0 to 1 as `level`, got 1\.5",
            id="level",
        ),
        pytest.param(lambda: orth(variants={"pairs": []}), r"got \['pairs'\]", id="unknown-key"),
        pytest.param(
            lambda: orth(variants={"single": [{"tags": ["."], "variants": [["a", "b"]]}]}),
            "in `single` of `orth_variants`",
            id="pair-among-the-single",
        ),
        pytest.param(
            lambda: orth(variants={"paired": [{"tags": ["."], "variants": ["ab"]}]}),
            "in `paired` of `orth_variants`",
            id="word-among-the-pairs",
        ),
        pytest.param(
            lambda: orth(variants={"single": [{"tags": ["."], "variants": []}]}),
            "in `orth_variants`, got",
            id="no-variants",
        ),
        pytest.param(lambda: spaced(variants=["x"]), r"whitespace only in .*\['x'\]", id="letters"),
    ],
)
def test_wrong_settings_are_reported(make, message):
    with pytest.raises(ConfigError, match=message):
        make()


def test_configs_name_them_in_both_ways():
    for name in ("lower_case", "orth_variants", "combined_augmenter"):
        ours = kernel.registry.augmenters.get(f"kernel.{name}.v1")
        assert kernel.registry.augmenters.get(f"spacy.{name}.v1") is ours
