import numpy as np
import pytest
from thinc.api import Adam

from kernel.errors import DataError, KernelError, LoadError
from kernel.random import Streams
from kernel.text import Doc, DocBatch, Example, ExampleBatch, Span

CITIES = ["York", "Rome", "Bonn", "Kiel"]


@pytest.fixture
def city_examples(vocab):
    """Texts in which every city is a LOC and `Ada of <city>` is a PER."""
    rng = np.random.default_rng(0)
    examples = []
    for _ in range(30):
        words, ents = [], []
        for _ in range(rng.integers(2, 6)):
            city = CITIES[rng.integers(4)]
            part, tags = [
                (["Ada", "of", city], ["B-PER", "I-PER", "I-PER"]),
                (["to", city], ["O", "B-LOC"]),
                (["ran"], ["O"]),
            ][rng.integers(3)]
            words, ents = words + part, ents + tags
        gold = Doc(vocab, words=words, ents=ents)
        examples.append(Example(Doc(vocab, words=words), gold))
    return examples


def scores_of(ner, examples):
    made = []
    for example in examples:
        doc = Doc(example.reference.vocab, words=example.reference.words())
        made.append(Example(ner(doc), example.reference))
    return ner.score(made)


def test_it_learns_entities_that_need_context(city_examples, make_ner):
    ner = make_ner(city_examples, steps=80)
    scores = scores_of(ner, city_examples)
    assert scores["ents_f"] > 0.95
    assert set(scores["ents_per_type"]) == {"PER", "LOC"}


def test_loss_falls(city_examples, make_ner, sgd):
    ner = make_ner(city_examples)
    losses = [ner.update(city_examples, sgd=sgd)["ner"] for _ in range(20)]
    assert losses[-1] < losses[0] / 2


def test_update_without_optimizer_only_accumulates(city_examples, make_ner):
    ner = make_ner(city_examples)
    upper = ner.model.get_ref("upper")
    ner.update(city_examples)
    assert not upper.get_param("W").any()
    once = upper.get_grad("W").copy()
    ner.update(city_examples)
    assert upper.get_grad("W") == pytest.approx(2 * once, rel=0.3, abs=20)


def forget(key, weights, gradient, lr_scale=1.0):
    gradient[...] = 0
    return weights, gradient


def test_update_draws_from_the_stream_in_use_alone(city_examples, make_ner):
    ner = make_ner(city_examples, cut=3)
    gradients = []
    for _ in range(2):
        with Streams(7).use("dropout.ner"):
            ner.update(city_examples)
        gradients.append(ner.model.get_ref("upper").get_grad("b").copy())
        ner.model.finish_update(forget)
    assert gradients[0].any()
    np.testing.assert_array_equal(gradients[0], gradients[1])


def test_examples_without_gold_are_left_alone(vocab, city_examples, make_ner):
    ner = make_ner(city_examples)
    unknown = [Example(Doc(vocab, words=["w"] * 3), Doc(vocab, words=["w"] * 3)) for _ in range(3)]
    assert ner.update(ExampleBatch(unknown)) == {"ner": 0.0}
    assert not ner.model.get_ref("upper").has_grad("W")
    alone = ner.update(ExampleBatch(city_examples[:1]))["ner"]
    assert alone > 0
    assert ner.update(ExampleBatch([*unknown, city_examples[0]]))["ner"] == pytest.approx(alone)


def test_docs_without_tokens_go_through(vocab, city_examples, make_ner):
    ner = make_ner(city_examples)
    empty = Example(Doc(vocab, words=[]), Doc(vocab, words=[]))
    assert ner.update([empty]) == {"ner": 0.0}
    ner.update([empty, *city_examples[:2], empty])
    docs = DocBatch([Doc(vocab, words=[]), Doc(vocab, words=["York"])])
    ner.set_annotations(docs, ner.predict(docs))
    assert [len(doc) for doc in docs] == [0, 1]
    assert ner(Doc(vocab, words=[])).ents == ()
    nothing = DocBatch([])
    ner.set_annotations(nothing, ner.predict(nothing))


# Labels


def test_labels_come_from_all_examples_by_frequency(vocab, make_ner):
    golds = [["O"]] * 15 + [["B-PER"], ["B-LOC"], ["B-LOC"]]
    examples = [Example(Doc(vocab, words=["w"]), Doc(vocab, words=["w"], ents=e)) for e in golds]
    ner = make_ner(examples)
    assert ner.labels == ("LOC", "PER")
    assert ner.label_data["1"] == {"LOC": 2, "PER": 1}
    assert ner.label_data["4"] == {"LOC": 2, "PER": 1, "": 1}
    assert ner.move_names == [
        "B-LOC", "B-PER", "I-LOC", "I-PER", "L-LOC", "L-PER", "U-LOC", "U-PER", "O",
    ]  # fmt: skip
    assert ner.model.get_dim("nO") == 10


@pytest.mark.parametrize("form", ["label_data", "list"])
def test_labels_can_be_given(city_examples, make_ner, form):
    given = make_ner(city_examples).label_data if form == "label_data" else ["PER", "X"]
    ner = make_ner(city_examples, labels=given)
    assert set(ner.labels) == ({"LOC", "PER"} if form == "label_data" else {"PER", "X"})


def test_label_added_before_initialization_is_enough(vocab, make_ner):
    ner = make_ner()
    assert ner.add_label("PER") == 1
    assert ner.add_label("PER") == 0
    example = Example(Doc(vocab, words=["w"]), Doc(vocab, words=["w"], ents=["O"]))
    ner.initialize(lambda: [example])
    assert ner.labels == ("PER",)


def test_new_label_cannot_win_before_it_was_seen(vocab, city_examples, make_ner, entities):
    ner = make_ner(city_examples, steps=40)
    texts = [example.reference.words() for example in city_examples]
    before = [entities(ner(Doc(vocab, words=words))) for words in texts]
    assert ner.add_label("NEW") == 1
    assert ner.model.attrs["unseen_classes"] == [10, 11, 12, 13]
    assert [entities(ner(Doc(vocab, words=words))) for words in texts] == before


def test_new_label_in_the_data_is_added_and_learned(vocab, city_examples, make_ner, sgd, entities):
    ner = make_ner(city_examples, steps=20)
    words = ["Kiel", "ran"]
    example = Example(Doc(vocab, words=words), Doc(vocab, words=words, ents=["B-NEW", "O"]))
    for _ in range(80):
        ner.update([example], sgd=sgd)
    assert ner.labels == ("LOC", "NEW", "PER")
    assert 13 not in ner.model.attrs["unseen_classes"]
    assert entities(ner(Doc(vocab, words=words))) == [(0, 1, "NEW")]


def test_label_added_in_mid_training_fits_a_stateful_optimizer(
    vocab, city_examples, make_ner, entities
):
    ner, adam = make_ner(city_examples), Adam(0.02)
    for _ in range(10):
        ner.update(city_examples, sgd=adam)
    ner.update(city_examples)  # a pending gradient for the next batch
    words = ["Kiel", "ran"]
    example = Example(Doc(vocab, words=words), Doc(vocab, words=words, ents=["B-NEW", "O"]))
    for _ in range(30):
        ner.update([example], sgd=adam)
    with ner.use_params(adam.averages):
        assert entities(ner(Doc(vocab, words=words))) == [(0, 1, "NEW")]


def test_label_with_exclamation_mark_is_refused(vocab, make_ner):
    gold = Doc(vocab, words=["w"], ents=["B-!PER"])
    with pytest.raises(DataError, match="cannot begin with `!`, got '!PER'"):
        make_ner([Example(Doc(vocab, words=["w"]), gold)])


def test_label_must_be_a_string(city_examples, make_ner):
    with pytest.raises(KernelError, match="label of `ner` must be a string, got 7"):
        make_ner(city_examples).add_label(7)


# Existing annotation


def test_preset_entities_and_blocked_tokens_are_kept(vocab, city_examples, make_ner, entities):
    ner = make_ner(city_examples, steps=60)
    words = ["to", "York", "to", "Rome", "to", "Bonn"]
    doc = Doc(vocab, words=words)
    doc.set_ents(
        [Span(doc, 0, 2, label="OTHER", kb_id="Q1")], blocked=[doc[3:4]], default="missing"
    )
    ner(doc)
    assert entities(doc) == [(0, 2, "OTHER"), (5, 6, "LOC")]
    assert doc.ents[0].kb_id_ == "Q1"
    assert doc.annotations.get("ent_iob").tolist() == [3, 1, 2, 3, 2, 3]


def test_sentence_starts_are_not_crossed(vocab, city_examples, make_ner, shake, entities):
    ner = make_ner(city_examples)
    shake(ner.model, 0)
    rng = np.random.default_rng(0)
    crossed, found = 0, 0
    for _ in range(40):
        doc = Doc(vocab, words=list(rng.choice(["Ada", "of", "York", "to"], 12)))
        starts = rng.choice([0, 1], 12)
        doc.set_column("sent_start", starts)
        for start, end, _ in entities(ner(doc)):
            found += 1
            crossed += bool(starts[start + 1 : end].any())
    assert found > 20
    assert crossed == 0


def test_negative_spans_are_learned(vocab, city_examples, make_ner, sgd, entities):
    ner = make_ner(city_examples, steps=60, negatives="wrong")
    words = ["to", "York"]
    assert entities(ner(Doc(vocab, words=words))) == [(1, 2, "LOC")]
    gold = Doc(vocab, words=words)
    gold.spans["wrong"] = [Span(gold, 1, 2, label="LOC")]
    for _ in range(40):
        ner.update([Example(Doc(vocab, words=words), gold)], sgd=sgd)
    assert (1, 2, "LOC") not in entities(ner(Doc(vocab, words=words)))


# Storage


def test_saved_component_predicts_the_same(vocab, city_examples, make_ner, tmp_path, entities):
    ner = make_ner(city_examples, steps=30)
    ner.add_label("LATER")
    ner.to_disk(tmp_path / "ner")
    loaded = make_ner().from_disk(tmp_path / "ner")
    assert sorted(path.name for path in (tmp_path / "ner").iterdir()) == ["cfg", "model", "moves"]
    assert loaded.to_bytes() == ner.to_bytes()
    assert loaded.move_names == ner.move_names
    for example in city_examples:
        words = example.reference.words()
        assert entities(loaded(Doc(vocab, words=words))) == entities(ner(Doc(vocab, words=words)))


def test_bytes_round_trip_into_a_component_with_other_weights(city_examples, make_ner):
    ner = make_ner(city_examples, steps=5)
    other = make_ner(city_examples, steps=1)
    assert other.to_bytes() != ner.to_bytes()
    assert other.from_bytes(ner.to_bytes()).to_bytes() == ner.to_bytes()


def test_damaged_moves_file_is_named(city_examples, make_ner, tmp_path):
    make_ner(city_examples).to_disk(tmp_path / "ner")
    (tmp_path / "ner" / "moves").write_bytes(b"\x00")
    with pytest.raises(LoadError, match="ner/moves`: the file of labels is"):
        make_ner().from_disk(tmp_path / "ner")


def test_averaged_weights_are_used_inside_use_params_only(vocab, city_examples, make_ner, entities):
    ner = make_ner(city_examples, steps=60)
    upper = ner.model.get_ref("upper")
    words = city_examples[0].reference.words()
    before = entities(ner(Doc(vocab, words=words)))
    zeros = {(upper.id, name): 0 * upper.get_param(name) for name in ("W", "b")}
    zeros[upper.id, "b"][-1] = 1
    with ner.use_params(zeros):
        assert entities(ner(Doc(vocab, words=words))) == []
    assert entities(ner(Doc(vocab, words=words))) == before != []


def test_component_without_weights_is_an_error(vocab, make_ner):
    ner = make_ner()
    ner.add_label("PER")
    with pytest.raises(KernelError, match="component `ner` is not initialized"):
        ner(Doc(vocab, words=["w"]))


def test_strings_of_labels_are_known(vocab, make_ner):
    ner = make_ner()
    ner.add_label("FUNNY")

    assert "FUNNY" in ner.vocab.strings
