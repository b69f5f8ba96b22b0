import numpy as np
import pytest
import thinc.api

import kernel
from kernel.errors import KernelError, ShapeError
from kernel.pipeline import SharedOutput, TrainablePipe, factory
from kernel.registry import registry
from kernel.text import Doc, DocBatch, Example, ExampleBatch
from kernel_plugin_tok2vec import plugin
from kernel_plugin_tok2vec.component import Tok2Vec
from kernel_plugin_tok2vec.listener import Tok2VecListener, tok2vec_listener


class Head(TrainablePipe):
    """A listener under a linear layer, whose loss is the sum of its outputs."""

    def __init__(self, vocab, model, name):
        self.vocab, self.model, self.name, self.cfg = vocab, model, name, {}

    def initialize(self, get_examples, *, nlp=None):
        self.model.initialize(X=[example.predicted for example in get_examples()])

    def get_loss(self, examples, scores):
        return float(sum(array.sum() for array in scores)), [np.ones_like(a) for a in scores]

    def set_annotations(self, docs, predictions):
        for doc, scores in zip(docs, predictions, strict=True):
            doc.user_data[self.name] = scores


@pytest.fixture
def nlp():
    """A pipeline with a tok2vec and two components that listen to it."""
    nlp = kernel.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": {**SMALL, "@architectures": "kernel.HashEmbedCNN.v2"}})
    for name in ("head", "other"):
        if not registry.factories.has(f"test_{name}"):
            registry.factories.register(f"test_{name}")(make_head_factory(f"test_{name}"))
        nlp.add_pipe(f"test_{name}", name=name)
    nlp.initialize(lambda: [Example(doc, doc.copy()) for doc in [nlp.make_doc("a b c")]])
    return nlp


SMALL = {
    "width": 8,
    "depth": 1,
    "embed_size": 20,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
    "pretrained_vectors": None,
}


def make_head_factory(name):
    @factory(name)
    def make(nlp, name):
        linear = thinc.api.with_array(thinc.api.Linear(3, 8))
        return Head(nlp.vocab, thinc.api.chain(tok2vec_listener(8), linear), name)

    return make


def examples_of(nlp, *texts):
    docs = [nlp.make_doc(text) for text in texts]
    return [Example(doc, doc.copy()) for doc in docs]


def weights(component):
    return [
        node.get_param(name).copy() for node in component.model.walk() for name in node.param_names
    ]


def are_equal(before, after):
    return all((one == other).all() for one, other in zip(before, after, strict=True))


def test_gradients_of_all_listeners_train_the_shared_layer(nlp):
    before = weights(nlp.get_pipe("tok2vec"))

    losses = nlp.update(examples_of(nlp, "a b c", "d e"))

    assert losses["tok2vec"] > 0
    assert not are_equal(before, weights(nlp.get_pipe("tok2vec")))


def test_loss_is_the_sum_of_squares_of_the_gradient(nlp):
    heads = [nlp.get_pipe(name).model.layers[1].layers[0] for name in ("head", "other")]
    # The gradient of each word is the sum of the columns of both linear layers.
    gradient = sum(head.get_param("W").sum(axis=0) for head in heads)
    expected = 5 * float((gradient**2).sum())

    losses = nlp.update(examples_of(nlp, "a b c", "d e"))

    assert losses["tok2vec"] == pytest.approx(expected, rel=1e-5)


def test_disabled_listener_gives_no_gradient(nlp):
    head = nlp.get_pipe("head").model.layers[1].layers[0]
    expected = 3 * float((head.get_param("W").sum(axis=0) ** 2).sum())

    with nlp.select_pipes(disable=["other"]):
        losses = nlp.update(examples_of(nlp, "a b c"))

    assert losses["tok2vec"] == pytest.approx(expected, rel=1e-5)


def test_frozen_shared_layer_still_feeds_its_listeners(nlp):
    before = [weights(nlp.get_pipe(name)) for name in ("tok2vec", "head")]

    nlp.update(examples_of(nlp, "a b c"), exclude=["tok2vec"])

    assert are_equal(before[0], weights(nlp.get_pipe("tok2vec")))
    assert not are_equal(before[1], weights(nlp.get_pipe("head")))


def test_docs_carry_the_vectors_that_listeners_read(nlp):
    docs = list(nlp.pipe(["a b c", "", "d e"], batch_size=2))

    linear = nlp.get_pipe("head").model.layers[1]
    for doc in docs:
        assert doc.tensor.shape == (len(doc), 8)
        expected = linear.predict([doc.tensor])[0]
        np.testing.assert_allclose(doc.user_data["head"], expected, rtol=1e-5, atol=1e-6)


def test_batch_size_does_not_change_shared_vectors(nlp):
    texts = ["a b c", "d e", "f", "g h i j"] * 5

    results = [
        np.concatenate([doc.user_data["head"] for doc in nlp.pipe(texts, batch_size=size)])
        for size in (1, 7, 64)
    ]

    np.testing.assert_allclose(results[0], results[1], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(results[0], results[2], rtol=1e-4, atol=1e-6)


def test_component_learns_by_itself_with_an_optimizer(nlp):
    component, sgd = nlp.get_pipe("tok2vec"), registry.optimizers.get("Adam.v1")()
    batch, before = ExampleBatch(examples_of(nlp, "a b c")), weights(component)

    component.update(batch)
    assert are_equal(before, weights(component))
    batch.shared["tok2vec"].add_gradient([np.ones((3, 8), "f")])
    assert batch.shared["tok2vec"].finish() == 3 * 8
    component.finish_update(sgd)

    assert not are_equal(before, weights(component))


# Annotating while training


def test_annotating_shared_layer_learns_the_same_as_without(nlp):
    examples, start = examples_of(nlp, "a b c", "d e"), nlp.to_bytes()
    trained = []
    for annotates in ([], ["tok2vec"]):
        nlp.from_bytes(start)
        optimizer = registry.optimizers.get("Adam.v1")()
        losses = [nlp.update(examples, sgd=optimizer, annotates=annotates) for _ in range(3)]
        trained.append((losses, [weights(component) for _, component in nlp.components]))
    assert trained[0][0] == trained[1][0]
    assert trained[0][0][-1]["tok2vec"] > 0
    for before, after in zip(trained[0][1], trained[1][1], strict=True):
        assert are_equal(before, after)


@pytest.mark.parametrize("frozen", [False, True])
def test_annotating_shared_layer_runs_once_and_sets_tensors(nlp, frozen):
    component, calls, seen = nlp.get_pipe("tok2vec"), [], []
    forward = component.model._func

    def count(model, docs, is_train):
        calls.append(is_train)
        return forward(model, docs, is_train)

    component.model._func = count
    nlp.get_pipe("head").get_loss = lambda examples, scores: (
        seen.extend(example.predicted.tensor.shape for example in examples) or 0.0,
        [np.zeros_like(each) for each in scores],
    )
    exclude = ["tok2vec"] if frozen else []
    nlp.update(examples_of(nlp, "a b c", "d e"), exclude=exclude, annotates=["tok2vec"])
    assert calls == [not frozen]
    assert seen == [(3, 8), (2, 8)]


# Listeners by component


def test_shared_component_knows_its_listeners(nlp):
    tok2vec, head, other = (component for _, component in nlp.components)
    assert tok2vec.listening_components == ["head", "other"]
    assert tok2vec.listeners == [head.model.layers[0], other.model.layers[0]]
    assert tok2vec.listener_map == {
        "head": [head.model.layers[0]],
        "other": [other.model.layers[0]],
    }
    assert isinstance(tok2vec.listeners[0], Tok2VecListener)
    assert tok2vec.listeners[0].upstream_name == "*"


def test_listeners_follow_the_changes_of_the_pipeline(nlp):
    tok2vec = nlp.get_pipe("tok2vec")
    nlp.rename_pipe("head", "first")
    assert tok2vec.listening_components == ["first", "other"]
    nlp.remove_pipe("other")
    assert tok2vec.listening_components == ["first"]
    nlp.add_pipe("test_other", name="early", first=True)
    assert tok2vec.listening_components == ["first"]
    copied = kernel.blank("xx", vocab=nlp.vocab)
    copied.add_pipe("tok2vec", source=nlp)
    copied.add_pipe("first", name="last", source=nlp)
    assert tok2vec.listening_components == ["last"]


def test_layer_that_stops_listening_gets_nothing_until_it_listens_again(nlp):
    tok2vec, head = nlp.get_pipe("tok2vec"), nlp.get_pipe("head")
    listener = head.model.layers[0]
    assert tok2vec.remove_listener(listener, "head")
    assert not tok2vec.remove_listener(listener, "head")
    assert tok2vec.listening_components == ["other"]
    with pytest.raises(KernelError, match="a layer listens to"):
        nlp.update(examples_of(nlp, "a b c"))
    tok2vec.add_listener(listener, "head")
    assert sorted(tok2vec.listening_components) == ["head", "other"]
    assert nlp.update(examples_of(nlp, "a b c"))["tok2vec"] > 0
    tok2vec.listener_map.clear()
    tok2vec.find_listeners(head)
    assert tok2vec.listener_map == {"head": [listener]}
    nlp._link_components()
    assert sorted(tok2vec.listening_components) == ["head", "other"]


# The listener alone


@pytest.fixture
def batch(vocab):
    return DocBatch([Doc(vocab, words=["a", "b"]), Doc(vocab, words=["c"])])


def arrays(value=1.0, width=4):
    return [np.full((2, width), value, "f"), np.full((1, width), value, "f")]


def test_listener_reads_the_component_that_it_names(batch):
    batch.shared["first"] = SharedOutput(arrays(1.0), None)
    batch.shared["second"] = SharedOutput(arrays(2.0), None)

    assert tok2vec_listener(4, "first").predict(batch).data.tolist() == [[1.0] * 4] * 3
    assert tok2vec_listener(4).predict(batch).data.tolist() == [[2.0] * 4] * 3


def test_listener_hands_its_gradient_back(batch):
    received = []
    batch.shared["tok2vec"] = SharedOutput(arrays(), received.append)
    for factor in (1.0, 2.0):
        _, backprop = tok2vec_listener(4).begin_update(batch)
        backprop(arrays(factor))

    batch.shared["tok2vec"].finish()

    assert [array.tolist() for array in received[0]] == [[[3.0] * 4] * 2, [[3.0] * 4]]


def test_listener_reads_tensors_without_shared_output(batch):
    for doc, tensor in zip(batch, arrays(5.0), strict=True):
        doc.tensor = tensor

    Y, backprop = tok2vec_listener(4).begin_update(batch)

    assert Y.data.tolist() == [[5.0] * 4] * 3
    assert backprop(Y) == []


def test_listener_without_anything_to_hear_cannot_be_used(batch):
    for call in (tok2vec_listener(4).predict, tok2vec_listener(4).begin_update):
        with pytest.raises(KernelError, match="a layer listens to a shared component, which did"):
            call(batch)
    with pytest.raises(KernelError, match="listens to the shared component `tok2vec`, which did"):
        tok2vec_listener(4, "tok2vec").begin_update(batch)


def test_listener_gives_zeros_to_docs_for_which_nothing_is_predicted(batch, vocab):
    # Layers infer their sizes from the docs that `initialize` passes.
    assert tok2vec_listener(4).predict(list(batch)).data.tolist() == [[0.0] * 4] * 3
    assert tok2vec_listener(4).predict(DocBatch([Doc(vocab)])).data.shape == (0, 4)


def test_error_of_listener_with_wrong_width_has_both_widths(batch):
    batch.shared["tok2vec"] = SharedOutput(arrays(width=6), None)

    with pytest.raises(ShapeError, match=r"`width` of the listener is 4, .* has 6 dimensions"):
        tok2vec_listener(4).predict(batch)


# Recommendations


@pytest.mark.parametrize(
    ("optimize", "width", "depth"), [("efficiency", 96, 4), ("accuracy", 256, 8)]
)
def test_recommended_component_can_be_made(optimize, width, depth):
    layer = plugin.kernel_recommend_shared_layer(component=None, lang="xx", optimize=optimize)
    block = dict(layer.block)
    encode = block["model"]["encode"]
    nlp = kernel.blank("xx")
    block.pop("factory")
    block["model"]["embed"]["width"] = encode["width"]

    component = nlp.add_pipe("tok2vec", config=block)

    assert isinstance(component, Tok2Vec)
    assert component.model.get_dim("nO") == width
    assert len(component.model.get_ref("encode").layers) == 3 * depth


def test_other_components_are_left_to_others():
    layer = plugin.kernel_recommend_shared_layer(component="sun", lang="xx", optimize="accuracy")
    assert layer is None


def test_shared_layer_without_weights_is_named():
    nlp = kernel.blank("xx")
    tok2vec = nlp.add_pipe("tok2vec")
    docs = DocBatch([nlp.make_doc("so it is")])
    with pytest.raises(KernelError, match="component `tok2vec` is not initialized"):
        tok2vec.share(docs)
    with pytest.raises(KernelError, match="component `tok2vec` is not initialized"):
        tok2vec.update([Example(docs[0], docs[0])])


def test_list_of_the_docs_of_a_batch_has_its_shared_output(nlp, monkeypatch):
    def update(self, examples, *, drop=0.0, sgd=None, losses=None):  # as written for spaCy
        Y, backprop = self.model.begin_update([example.predicted for example in examples])
        backprop([np.ones_like(array) for array in Y])
        return losses

    def gradients():
        nlp.update(examples_of(nlp, "a b", "c"), sgd=False)
        nodes = nlp.get_pipe("tok2vec").model.walk()
        found = [node.get_grad(name).copy() for node in nodes for name in node.grad_names]
        for node in nlp.get_pipe("tok2vec").model.walk():
            for name in node.grad_names:
                node.get_grad(name)[...] = 0
        return found

    expected = gradients()
    monkeypatch.setattr(Head, "update", update)

    for one, other in zip(gradients(), expected, strict=True):
        assert other.any()
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_other_lists_of_docs_share_nothing(nlp, monkeypatch):
    def update(self, examples, *, drop=0.0, sgd=None, losses=None):
        self.model.begin_update([examples[0].predicted])
        return losses

    monkeypatch.setattr(Head, "update", update)

    with pytest.raises(KernelError, match="did not run before"):
        nlp.update(examples_of(nlp, "a b", "c"))
