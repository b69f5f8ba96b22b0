import json

import numpy as np
import pytest
from thinc.api import Adam

from kernel.errors import KernelError, LoadError, WrongTypeError
from kernel.files import pack, unpack
from kernel.random import Streams
from kernel.text import Doc, DocBatch, Example
from kernel.text.examples.projective import projectivize
from kernel_plugin_parser.labels import ArcClasses
from kernel_plugin_parser.rules import LEFT, RIGHT
from kernel_plugin_parser.system import ArcEagerSystem
from kernel_plugin_parser.trees import lower_arcs, merge_subtokens, write_trees


def scores_of(parser, examples):
    made = []
    for example in examples:
        doc = Doc(example.reference.vocab, words=example.reference.words())
        made.append(Example(parser(doc), example.reference))
    return parser.score(made)


def tree_of(doc):
    return [(token.head.i, token.dep_, token.is_sent_start) for token in doc]


def test_it_learns_trees_and_sentences(clause_examples, make_parser):
    parser = make_parser(clause_examples, steps=60)
    scores = scores_of(parser, clause_examples)
    assert scores["dep_uas"] > 0.95
    assert scores["dep_las"] > 0.95
    assert scores["sents_f"] > 0.95
    assert set(scores["dep_las_per_type"]) == {"det", "nsubj", "obj", "root"}


def test_docs_longer_than_the_cut_are_learned_from(clause_examples, make_parser):
    parser = make_parser(clause_examples, steps=60, cut=4)
    assert scores_of(parser, clause_examples)["dep_las"] > 0.9


def test_labels_come_with_frequencies_and_those_that_are_always_there(clause_examples, make_parser):
    parser = make_parser(clause_examples)
    data = parser.label_data
    n_nsubj = sum(example.reference.words().count("she") for example in clause_examples)
    n_nsubj += sum(example.reference.words().count("dog") for example in clause_examples)
    assert data["2"]["nsubj"] == n_nsubj
    assert set(data["2"]) == {"det", "nsubj", "dep"}
    assert set(data["3"]) == {"obj", "dep"}
    assert set(data["4"]) == {"ROOT"}
    assert parser.labels == ("ROOT", "dep", "det", "nsubj", "obj")
    assert parser.move_names[:2] == ["S", "D"]


def test_rare_labels_are_replaced(clause_examples, make_parser):
    parser = make_parser(clause_examples, min_freq=10_000)
    assert parser.labels == ("ROOT", "dep")
    parser.update(clause_examples)
    assert parser.model.get_ref("upper").has_grad("W")


def test_labels_can_be_given(clause_examples, make_parser):
    data = make_parser(clause_examples).label_data
    parser = make_parser()
    parser.initialize(lambda: clause_examples[:1], labels=data)
    assert parser.label_data == data


def test_added_label_grows_the_model(clause_examples, make_parser):
    parser = make_parser(clause_examples, steps=3)
    n_classes = parser.model.get_dim("nO")
    assert parser.add_label("amod") == 1
    assert parser.add_label("amod") == 0
    assert parser.model.get_dim("nO") == n_classes + 2
    assert "amod" in parser.labels
    assert scores_of(parser, clause_examples)["dep_uas"] is not None
    with pytest.raises(WrongTypeError, match="must be a string"):
        parser.add_label(3)


def test_label_added_in_mid_training_fits_a_stateful_optimizer(clause_examples, make_parser):
    parser = make_parser(clause_examples)
    optimizer = Adam(0.01)
    parser.update(clause_examples, sgd=optimizer)
    parser.add_label("amod")
    parser.update(clause_examples, sgd=optimizer)
    assert np.isfinite(parser.model.get_ref("upper").get_param("W")).all()


@pytest.mark.parametrize("model", [{}, {"extra": True}, {"use_upper": False}, {"pieces": 1}])
def test_saved_component_predicts_the_same(clause_examples, make_parser, shake, model):
    parser = make_parser(clause_examples, **model)
    shake(parser.model, 0)
    again = make_parser(**model).from_bytes(parser.to_bytes())
    assert again.to_bytes() == parser.to_bytes()
    assert again.label_data == parser.label_data
    for example in clause_examples[:5]:
        docs = [Doc(parser.vocab, words=example.text.split()) for _ in range(2)]
        assert tree_of(again(docs[0])) == tree_of(parser(docs[1]))


@pytest.mark.parametrize("missing", ["0", "1"])
def test_labels_with_which_no_parse_ends_are_named(clause_examples, make_parser, tmp_path, missing):
    parser = make_parser(clause_examples)
    parser.to_disk(tmp_path)
    moves = unpack((tmp_path / "moves").read_bytes())
    labels = json.loads(moves["moves"])
    labels[missing] = {}
    (tmp_path / "moves").write_bytes(pack({**moves, "moves": json.dumps(labels)}))
    (tmp_path / "model").unlink()
    with pytest.raises(LoadError, match="`moves` has no Shift or no Reduce"):
        make_parser().from_disk(tmp_path)


def test_damaged_moves_file_is_named(clause_examples, make_parser, tmp_path):
    parser = make_parser(clause_examples)
    parser.to_disk(tmp_path)
    (tmp_path / "moves").write_bytes(b"\x00")
    with pytest.raises(LoadError, match="moves`: the file of labels is"):
        make_parser().from_disk(tmp_path)


def test_model_of_another_kind_is_refused(make_parser):
    with pytest.raises(KernelError, match="needs a model of state type 'parser'"):
        make_parser(state_type="ner")


@pytest.mark.parametrize("size", [1, 3, 7, 64])
def test_predictions_do_not_depend_on_batch_size(random_docs, make_parser, shake, size):
    source = random_docs(1)
    parser = make_parser(source.examples(20))
    shake(parser.model, 1)
    docs = [source.plain(preset=0.2) for _ in range(40)]
    expected = [tree_of(parser(doc.copy())) for doc in docs]
    assert [tree_of(doc) for doc in parser.pipe(docs, batch_size=size)] == expected


def test_every_prediction_is_a_forest_without_crossing_arcs(random_docs, make_parser, shake):
    source = random_docs(2)
    parser = make_parser(source.examples(20))
    for seed in range(5):
        shake(parser.model, seed)
        for doc in parser.pipe([source.plain() for _ in range(20)]):
            heads = doc.column("head")
            assert ((heads == np.arange(len(doc))) == (doc.tree.roots == np.arange(len(doc)))).all()
            roots = doc.tree.roots
            for start, end in zip(*doc.sent_arrays(), strict=True):
                assert len({int(root) for root in roots[start:end]}) == 1
            assert all(token.dep_ == "ROOT" for token in doc if token.head.i == token.i)


def test_preset_sentences_are_kept(random_docs, make_parser, shake):
    source = random_docs(3)
    parser = make_parser(source.examples(20))
    shake(parser.model, 3)
    for _ in range(30):
        doc = source.plain()
        starts = np.where(np.arange(len(doc)) % 3 == 0, 1, -1)
        doc.set_column("sent_start", starts)
        found = parser(doc).column("sent_start")
        assert (found[starts == 1] == 1).all()
        own = np.cumsum(starts == 1)
        assert (own[doc.column("head")] == own).all()


def test_docs_without_tokens_and_of_one_token_go_through(vocab, clause_examples, make_parser):
    parser = make_parser(clause_examples, steps=2)
    docs = [Doc(vocab), Doc(vocab, words=["run"]), Doc(vocab)]
    assert [tree_of(doc) for doc in parser.pipe(docs)] == [[], [(0, "ROOT", True)], []]
    assert parser.update([Example(Doc(vocab), Doc(vocab))]) == {"parser": 0.0}


def test_examples_without_gold_are_left_alone(vocab, clause_examples, make_parser, sgd):
    parser = make_parser(clause_examples)
    words = ["the", "dog"]
    unannotated = [Example(Doc(vocab, words=words), Doc(vocab, words=words))]
    parser.update(unannotated)  # sets the dropout rate, which is also saved
    before = parser.to_bytes()
    losses = parser.update(unannotated, sgd=sgd)
    assert losses == {"parser": 0.0}
    assert parser.to_bytes() == before


def test_gold_with_an_unknown_head_is_learned(vocab, make_parser):
    reference = {"heads": [1, 1, 1, None], "deps": ["nsubj", "ROOT", "dobj", None]}
    doc = Doc(vocab, ["I", "like", "it", "now"])
    examples = [Example.from_dict(doc, reference)] * 8
    parser = make_parser(examples, steps=40, min_freq=1)

    assert parser.update(examples)["parser"] < 0.01
    assert [(token.head.i, token.dep_) for token in parser(doc.copy())][:3] == [
        *((1, "nsubj"), (1, "ROOT"), (1, "dobj"))
    ]


def test_cycles_in_gold_do_no_harm(vocab, clause_examples, make_parser, sgd):
    parser = make_parser(clause_examples)
    gold = Doc(vocab, words=["the", "dog", "barks", "run"])
    gold.set_column("head", [1, 2, 0, 1])
    gold.set_column("dep", [vocab.strings["det"]] * 4)
    loss = parser.update([Example(Doc(vocab, words=gold.words()), gold)], sgd=sgd)
    assert np.isfinite(loss["parser"])


def test_gold_of_other_tokens_is_aligned(vocab, make_parser, batch):
    gold = Doc(
        vocab,
        words=["I", "can", "not", "stay", "here"],
        spaces=[True, False, True, True, False],
        heads=[3, 3, 3, 3, 3],
        deps=["nsubj", "aux", "neg", "ROOT", "advmod"],
    )
    predicted = Doc(
        vocab,
        words=["I", "cannot", "st", "ay", "here"],
        spaces=[True, True, False, True, False],
    )
    example = Example(predicted, gold)
    parser = make_parser([example])
    aligned = parser.system.gold([example])
    strings = [parser.system.moves.classes[c][1] for c in aligned.lefts.tolist()]
    # `cannot` is two gold tokens, and the head of all others is two predicted ones.
    assert aligned.heads.tolist() == [-1] * 5
    assert aligned.known.tolist() == [True, False, True, True, True]
    assert strings[0] == "nsubj"


def test_one_update_draws_from_the_stream_in_use_alone(clause_examples, make_parser, sgd):
    def weights(noise):
        streams = Streams(0)
        with streams.use("initialization"):
            parser = make_parser(clause_examples)
        for _ in range(3):
            np.random.default_rng().normal(size=noise)
            with streams.use("parser"):
                parser.update(clause_examples, sgd=sgd)
        return parser.to_bytes()

    assert weights(1) == weights(100)


def test_averaged_weights_are_used_inside_use_params_only(clause_examples, make_parser):
    parser = make_parser(clause_examples, steps=20)
    upper = parser.model.get_ref("upper")
    before = scores_of(parser, clause_examples)["dep_las"]
    with parser.use_params({(upper.id, "W"): np.zeros_like(upper.get_param("W"))}):
        assert scores_of(parser, clause_examples)["dep_las"] < before
    assert scores_of(parser, clause_examples)["dep_las"] == before


def test_lifted_arcs_are_put_back(vocab):
    # `who barked` is separated from `dog`, its head.
    doc = Doc(vocab, words=["the", "dog", "came", "who", "barked"])
    labels = np.array(
        [vocab.strings.add(x) for x in ["det", "nsubj", "ROOT", "nsubj", "acl||nsubj"]], np.uint64
    )
    heads = np.array([1, 2, 2, 4, 2])
    lower_arcs(doc, heads, labels, {4: "acl||nsubj"})
    assert heads.tolist() == [1, 2, 2, 4, 1]
    assert vocab.strings[int(labels[4])] == "acl"


def test_lifted_arc_without_a_place_to_go_stays(vocab):
    doc = Doc(vocab, words=["the", "dog", "barks"])
    labels = np.array([vocab.strings.add(x) for x in ["det||obj", "nsubj", "ROOT"]], np.uint64)
    heads = np.array([1, 2, 2])
    lower_arcs(doc, heads, labels, {0: "det||obj"})
    assert heads.tolist() == [1, 2, 2]
    assert vocab.strings[int(labels[0])] == "det"


def test_projective_gold_and_putting_back_are_inverse(vocab, random_docs):
    source, n_lifted, n_right = random_docs(5), 0, 0
    for _ in range(200):
        gold = source.parsed(crossing=True)
        strings = gold.vocab.strings
        names = [token.dep_ for token in gold]
        heads, labels = projectivize(gold.column("head"), names)
        lifted = {i: label for i, label in enumerate(labels) if "||" in label}
        hashes = np.array([strings.add(label) for label in labels], np.uint64)
        heads = heads.astype(np.int64)
        lower_arcs(gold, heads, hashes, lifted)
        assert hashes.tolist() == gold.column("dep").tolist()
        n_lifted += len(lifted)
        n_right += sum(heads[i] == gold.column("head")[i] for i in lifted)
    assert n_lifted > 100
    assert n_right > 0.5 * n_lifted


def test_subtokens_are_merged(vocab, make_parser, random_docs):
    doc = Doc(vocab, words=["New", "York", "City", "ran"])
    system = ArcEagerSystem(8)
    system.moves.set_labels({LEFT: {"subtok": 1, "nsubj": 1}, RIGHT: {"dep": 1}})
    classes = ArcClasses(system.moves.classes)
    part = system.moves.classes.index((LEFT, "subtok"))
    subject = system.moves.classes.index((LEFT, "nsubj"))
    parser = make_parser(random_docs(0).examples(5), learn_tokens=True)
    write_trees([doc], np.array([1, 2, 3, 3]), np.array([part, part, subject, -1]), classes)
    merge_subtokens(doc)
    assert doc.words() == ["New York City", "ran"]
    assert tree_of(doc) == [(1, "nsubj", True), (1, "ROOT", False)]
    assert "L-subtok" in parser.move_names


def test_noun_chunks_follow_the_parse(make_parser):
    import kernel

    nlp = kernel.blank("en")
    doc = nlp.make_doc("The big dog saw a bird")
    doc = Doc(
        nlp.vocab,
        words=doc.words(),
        heads=[2, 2, 3, 3, 5, 3],
        deps=["det", "amod", "nsubj", "ROOT", "det", "dobj"],
        pos=["DET", "ADJ", "NOUN", "VERB", "DET", "NOUN"],
    )
    assert [chunk.text for chunk in doc.noun_chunks] == ["The big dog", "a bird"]


def test_scores_merge_like_one_stream(clause_examples, make_parser, shake):
    parser = make_parser(clause_examples)
    shake(parser.model, 0)
    made = [
        Example(parser(Doc(parser.vocab, words=example.text.split())), example.reference)
        for example in clause_examples
    ]
    whole = parser.scorer.accumulator()
    whole.update(made)
    first, second = parser.scorer.accumulator(), parser.scorer.accumulator()
    first.update(made[:11])
    second.update(made[11:])
    first.merge(second)
    assert first.result() == whole.result()
    assert 0 < whole.result()["dep_uas"] < 1


def test_batch_of_docs_is_predicted_without_changing_them(clause_examples, make_parser):
    parser = make_parser(clause_examples, steps=30)
    docs = DocBatch([Doc(parser.vocab, words=["the", "dog"]) for _ in range(9)])
    arcs = parser.predict(docs)
    assert len(arcs.heads) == 18
    assert all(not doc.annotations for doc in docs)
    assert parser.system.classes.actions[arcs.classes[arcs.classes >= 0]].min() >= min(LEFT, RIGHT)
