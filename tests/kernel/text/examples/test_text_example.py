import numpy as np
import pytest

from kernel.errors import TextError
from kernel.pipeline import SharedOutput
from kernel.text import Doc, DocBatch, Example, ExampleBatch, Vocab


def test_same_tokens_give_the_gold_tags(make_doc):
    example = Example.from_dict(make_doc(), {"entities": [(0, 12, "PER"), (21, 29, "GPE")]})

    assert example.get_aligned_ner() == ["B-PER", "L-PER", "O", "O", "B-GPE", "L-GPE", "O"]
    assert example.alignment.is_identity


def test_other_tokens_give_what_fits(make_doc):
    example = Example.from_dict(
        make_doc(),
        {
            "words": ["Ada", "Love", "lace", "went", "to", "New York."],
            "spaces": [True, False, True, True, True, False],
            "tags": ["A", "B", "B", "C", "D", "E"],
            "entities": ["B-PER", "I-PER", "L-PER", "O", "-", "U-GPE"],
        },
    )

    assert example.get_aligned_ner() == ["B-PER", "L-PER", "O", None, "B-GPE", "I-GPE", "L-GPE"]
    assert example.get_aligned("TAG", as_string=True) == ["A", "B", "C", "D", "E", "E", "E"]
    iob, types = example.aligned_ent_arrays()
    assert iob.tolist() == [3, 1, 2, 0, 3, 1, 1]
    assert types[0] == example.predicted.vocab.strings["PER"]


def test_spaces_can_be_those_of_tokens(make_doc):
    doc = make_doc()
    given = {"words": [t.text for t in doc], "spaces": [t.whitespace_ for t in doc]}

    assert Example.from_dict(doc, given).reference.text == doc.text


def test_value_that_gold_tokens_do_not_share_is_none(make_doc):
    words = ["Ada", "Love", "lace", "went", "to", "New", "York", "."]
    example = Example.from_dict(make_doc(), {"words": words, "tags": list("abcdefgh")})

    assert example.get_aligned("TAG", as_string=True) == ["a", None, *"defgh"]


def test_no_gold_entities_is_not_the_same_as_none_known(make_doc):
    assert Example.from_dict(make_doc(), {"entities": []}).get_aligned_ner() == ["O"] * 7
    assert Example.from_dict(make_doc(), {"tags": ["x"] * 7}).get_aligned_ner() == [None] * 7


def test_alignment_follows_retokenization(make_doc):
    example = Example.from_dict(make_doc(), {"tags": list("abcdefg")})
    assert len(example.alignment.x2y) == 7

    with example.predicted.retokenize() as retokenizer:
        retokenizer.merge(example.predicted[4:6])

    assert example.get_aligned("TAG", as_string=True) == ["a", "b", "c", "d", None, "g"]


def test_dict_comes_back_as_it_went(parsed):
    parsed.cats = {"x": 0.5}
    parsed.spans["sc"] = [parsed[0:2]]
    example = Example(parsed.copy(), parsed)

    again = Example.from_dict(parsed.copy(), example.to_dict())

    assert again.to_dict() == example.to_dict()
    assert again.reference.to_json() == parsed.to_json()


def test_sentences_become_examples(parsed, make_doc):
    parts = Example(make_doc(), parsed).split_sents()

    assert [part.text for part in parts] == ["Ada Lovelace went ", "to New York."]
    assert [ent.text for ent in parts[1].reference.ents] == ["New York"]


def test_links_and_spans_are_taken(make_doc):
    data = {
        "links": {(0, 12): {"Q7259": 1.0, "Q1": 0.0}},
        "entities": [(0, 12, "PER")],
        "spans": {"sc": [(0, 3, "A"), (0, 12, "B", "Q2")]},
    }

    gold = Example.from_dict(make_doc(), data).reference

    assert (gold.ents[0].kb_id_, [s.kb_id_ for s in gold.spans["sc"]]) == ("Q7259", ["", "Q2"])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param({"foo": 1}, "unknown key `foo`", id="key"),
        pytest.param({"tags": ["a"]}, "expected 7 values in `tags`, got 1", id="length"),
        pytest.param({"tags": [1] * 7}, "expected strings in `tags`, got 1", id="type"),
        pytest.param({"entities": [(0, 5, "A"), (3, 12, "B")]}, "overlap", id="overlap"),
        pytest.param({"spans": {"a": [(0, 2)]}}, "is not whole tokens of 'Ada", id="span"),
        pytest.param({"links": {(0, 3): {"A": 1.0, "B": 1.0}}}, "several links", id="links"),
        pytest.param({"words": ["other"], "entities": ["O"]}, "not those of one text", id="text"),
        pytest.param({"entities": [5]}, "or as BILUO tags, got 5", id="entities"),
    ],
)
def test_wrong_annotations_are_refused(make_doc, data, message):
    with pytest.raises(TextError, match=message):
        Example.from_dict(make_doc(), data).get_aligned_ner()


def test_misaligned_entities_warn_and_are_missing(make_doc):
    with pytest.warns(UserWarning, match=r"left out of 'Ada .*': 'Love' \(4, 8, 'PER'\)"):
        example = Example.from_dict(make_doc(), {"entities": [(4, 8, "PER")]})

    assert example.get_aligned_ner() == ["O", None, "O", "O", "O", "O", "O"]


def test_batch_counts_tokens(make_doc):
    batch = DocBatch([make_doc(), make_doc(["a"]), make_doc([])])

    assert (batch.lengths.tolist(), batch.offsets.tolist()) == ([7, 1, 0], [0, 7, 8, 8])
    assert len(batch.lex()) == 8


def test_shared_output_sums_gradients_and_runs_back_once(make_doc):
    received = []
    shared = SharedOutput([np.zeros((7, 2)), np.zeros((1, 2))], received.append)
    batch = ExampleBatch([Example(make_doc(), make_doc())], shared={"tok2vec": shared})

    for size in (1.0, 2.0):
        batch.predicted.shared["tok2vec"].add_gradient(
            [np.full((7, 2), size), np.full((1, 2), size)]
        )
    shared.finish()
    shared.finish()

    assert len(received) == 1
    assert [float(dY.mean()) for dY in received[0]] == [3.0, 3.0]


@pytest.mark.parametrize(
    ("annotations", "message"),
    [
        pytest.param({"entities": [(0, 3, None)]}, "expected a string as the label", id="no-label"),
        pytest.param({"entities": [(0.0, 3.0, "X")]}, "with whole numbers", id="float-offsets"),
        pytest.param({"entities": [(0, 3)]}, r"expected \(start, end, label\)", id="pair"),
        pytest.param({"entities": [(0, 3, "X", "Q1")]}, "goes into `links`", id="four"),
        pytest.param({"entities": [(0, 3, "X"), None]}, "got None", id="none-among-entities"),
        pytest.param({"entities": [{"start": 0}]}, "or as BILUO tags", id="dict"),
        pytest.param({"entities": 5}, "or as BILUO tags, got 5", id="number-as-entities"),
        pytest.param({"tags": "ABCDEFG"}, "expected a list as `tags`", id="string-as-list"),
        pytest.param({"lemmas": 5}, "expected a list as `lemmas`", id="number-as-list"),
        pytest.param({"words": ["a", None]}, "got None at position 1", id="no-word"),
        pytest.param({"heads": ["a"] * 7}, "whole numbers in `heads`, got 'a'", id="heads"),
        pytest.param({"heads": [1.0] * 7}, "whole numbers in `heads`, got 1.0", id="float-heads"),
        pytest.param({"sent_starts": ["x"] * 7}, "in `sent_starts`, got 'x'", id="sent-starts"),
        pytest.param({"spaces": ["a"] * 7}, "in `spaces`, got 'a'", id="spaces"),
        pytest.param({"sent_starts": [{}] * 7}, "in `sent_starts`, got {}", id="dict-as-start"),
        pytest.param({"spaces": [[]] * 7}, r"in `spaces`, got \[\]", id="list-as-space"),
        pytest.param({"cats": {"a": 10**400}}, "got 'a': 1000", id="huge-number"),
        pytest.param({"cats": {"a": None}}, "got 'a': None", id="no-value"),
        pytest.param({"cats": {"a": float("nan")}}, "got 'a': nan", id="nan"),
        pytest.param({"cats": {1: 1.0}}, "got 1: 1.0", id="number-as-label"),
        pytest.param({"links": [1]}, "offsets and ids as `links`", id="list-of-links"),
        pytest.param({"links": {(0, 3): "Q1"}}, r"in `links`, got \(0, 3\): 'Q1'", id="link"),
        pytest.param({"links": {7: {}}}, "in `links`, got 7", id="link-without-end"),
        pytest.param(
            {"spans": {"sc": [(0, 3, None)]}}, "label in `spans` of `sc`", id="span-label"
        ),
        pytest.param({"spans": {"sc": [(0.0, 3, "X")]}}, "whole numbers in `spans`", id="span"),
        pytest.param({"spans": {1: []}}, "a list of spans of `1`", id="span-key"),
        pytest.param({"text": 5}, "expected a string as `text`", id="text"),
        pytest.param({"doc_annotation": [1]}, "a dict as `doc_annotation`", id="nested"),
    ],
)
def test_annotations_of_wrong_types_have_one_message(make_doc, annotations, message):
    with pytest.raises(TextError, match=message):
        Example.from_dict(make_doc(), annotations)


def tags_of(entities):
    doc = Doc(Vocab(), words=["a", "b", "c", "d"])
    return Example.from_dict(doc, {"entities": entities}).get_aligned_ner()


@pytest.mark.parametrize(
    "tags",
    [
        ["B-X", "-", "L-X", "O"],
        ["B-X", None, "L-X", "O"],
        ["L-X", "O", "O", "O"],
        ["I-X", "L-X", "O", "O"],
        ["B-X", "L-Y", "O", "O"],
        ["B-X", "U-X", "O", "O"],
        ["U-X", "O", "B-X", "I-X"],
        ["U-X", "B-X", "O", "O"],
    ],
)
def test_biluo_tags_of_an_incomplete_entity_are_refused(tags):
    with pytest.raises(TextError, match=r"has no end before token|follows no beginning"):
        tags_of(tags)


def test_biluo_and_iob_tags_give_the_same_entities():
    assert tags_of(["B-X", "L-X", "U-Y", "-"]) == ["B-X", "L-X", "U-Y", None]
    assert tags_of(["B-X", "I-X", "B-Y", None]) == ["B-X", "L-X", "U-Y", None]
    assert tags_of(["I-X", "I-X", "I-Y", "O"]) == ["B-X", "L-X", "U-Y", "O"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["U", "O", "B-X", "L-X"], [None, "O", "B-X", "L-X"]),
        (["U-", "U-X", "U-Y", "-"], [None, "U-X", "U-Y", None]),
        (["B-X", "L-", "U-X", "O"], [None, None, "U-X", "O"]),
        (["B-X", "I", "L-X", "O"], [None, None, None, "O"]),
        (["B", "I", "I", "O"], [None, None, None, "O"]),
        (["B-X", "I-X", "O-X", "O"], ["B-X", "L-X", "O", "O"]),
        (["U-X", "O-X", "O-", "O"], ["U-X", "O", "O", "O"]),
    ],
)
def test_entity_tags_that_augmenters_garble_are_warned_of(tags, expected):
    with pytest.warns(UserWarning, match="is not valid, and is read as '[O-]'") as caught:
        assert tags_of(tags) == expected
    assert [warning.filename for warning in caught] == [__file__]


def test_keys_of_token_annotation_may_be_in_capitals():
    doc = Doc(Vocab(), words=["a", "b"])

    example = Example.from_dict(doc, {"TAGS": ["x", "y"], "LEMMAS": ["l", "m"]})

    assert [(token.tag_, token.lemma_) for token in example.reference] == [("x", "l"), ("y", "m")]


def test_a_negative_sentence_start_is_false():
    doc = Doc(Vocab(), words=["a", "b", "c"])

    example = Example.from_dict(doc, {"sent_starts": [1, -1, -5.7]})

    assert [token.is_sent_start for token in example.reference] == [True, False, False]


def test_an_example_needs_a_doc():
    with pytest.raises(TypeError, match="expected a Doc, got 'a b'"):
        Example.from_dict("a b", {})
