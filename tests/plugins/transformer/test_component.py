"""The component and its listeners, with a tiny encoder and heads that only sum."""

import copy
import pickle  # noqa: TID251 — docs can be pickled between processes

import numpy as np
import pytest
import thinc.api
import torch

import kernel
from kernel.errors import ArgumentError, KernelError
from kernel.pipeline import TrainablePipe, factory
from kernel.registry import registry
from kernel.text import Doc, DocBatch, DocBin, Example
from kernel_plugin_transformer.data import TransformerData
from kernel_plugin_transformer.listener import transformer_listener
from kernel_plugin_transformer.model import encoder_shims

TEXTS = ["Anna lives in Berlin.", "", "the  city of Paris\n\nis new"]


class Head(TrainablePipe):
    """A listener whose loss is the sum of its vectors."""

    def __init__(self, vocab, model, name):
        self.vocab, self.model, self.name, self.cfg = vocab, model, name, {}

    def initialize(self, get_examples, *, nlp=None):
        self.model.initialize(X=[example.predicted for example in get_examples()])

    def get_loss(self, examples, scores):
        return float(sum(array.sum() for array in scores)), [np.ones_like(a) for a in scores]

    def set_annotations(self, docs, predictions):
        for doc, vectors in zip(docs, predictions, strict=True):
            doc.user_data[self.name] = vectors


@factory("trf_head", default_config={"grad_factor": 1.0, "pooling": {"@layers": "reduce_mean.v1"}})
def make_head(nlp, name: str, grad_factor: object, pooling: object):
    return Head(nlp.vocab, transformer_listener(pooling, grad_factor), name)


if not registry.factories.has("trf_head"):
    registry.factories.register("trf_head")(make_head)


@pytest.fixture
def make(tiny_encoder):
    """A function that returns an initialized pipeline with heads of the given factors."""

    def run(*factors, dropout=0.0, get_spans=None, **settings):
        nlp = kernel.blank("en")
        config = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
        model = {
            "@architectures": "kernel.TransformerModel.v3",
            "name": str(tiny_encoder),
            "transformer_config": config,
            "get_spans": get_spans or {"@span_getters": "kernel.wordpiece_spans.v1"},
        }
        nlp.add_pipe("transformer", config={"model": model, **settings})
        for index, factor in enumerate(factors):
            nlp.add_pipe("trf_head", name=f"head{index}", config={"grad_factor": factor})
        nlp.initialize(lambda: examples_of(nlp))
        return nlp

    return run


def examples_of(nlp, texts=TEXTS):
    docs = [nlp.make_doc(text) for text in texts]
    return [Example(doc, doc.copy()) for doc in docs]


def module(nlp):
    return encoder_shims(nlp.get_pipe("transformer").model)[0].encoder.module


def weights(nlp):
    return {name: value.clone() for name, value in module(nlp).named_parameters()}


def gradient(nlp):
    """The gradients of the encoder after one update that is not applied."""
    nlp.update(examples_of(nlp), sgd=False)
    grads = {n: each.grad for n, each in module(nlp).named_parameters() if each.grad is not None}
    found = {name: value.clone() for name, value in grads.items()}
    module(nlp).zero_grad(set_to_none=True)
    return found


def are_equal(one, other):
    return all((one[name] == value).all() for name, value in other.items())


def test_vectors_are_means_of_word_pieces(make):
    nlp = make(1.0)
    for doc in nlp.pipe(TEXTS):
        data = doc._.trf_data
        rows = data.tensors[0].reshape(-1, 32)
        ends = np.cumsum(data.align.lengths)
        expected = [
            rows[data.align.dataXd[end - n : end]].mean(axis=0) if n else np.zeros(32)
            for end, n in zip(ends, data.align.lengths, strict=True)
        ]
        assert doc.user_data["head0"].shape == (len(doc), 32)
        np.testing.assert_allclose(
            doc.user_data["head0"], np.reshape(expected, (-1, 32)), atol=1e-6
        )


def test_gradients_of_all_listeners_are_weighted_and_summed(make):
    nlp, other = make(1.0, 2.0), make(3.0)

    found, expected = gradient(nlp), gradient(other)

    assert found.keys() == expected.keys() != set()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-3, atol=1e-5)


def test_listener_with_the_factor_zero_gives_no_gradient(make):
    found, expected = gradient(make(1.0, 0.0)), gradient(make(1.0))

    assert are_equal(found, expected)


def test_schedule_of_zeros_freezes_the_encoder_for_some_steps(make):
    frozen = {
        "@schedules": "constant_then.v1",
        "rate": 0.0,
        "steps": 2,
        "schedule": {"@schedules": "constant.v1", "rate": 1.0},
    }
    nlp = make(frozen)
    sgd, before = nlp.create_optimizer(), weights(nlp)

    losses = [nlp.update(examples_of(nlp), sgd=sgd) for _ in range(2)]

    assert are_equal(weights(nlp), before)
    assert gradient(nlp) != {}
    assert [each.get("transformer", 0) for each in losses] == [0, 0]
    nlp.update(examples_of(nlp), sgd=sgd)
    assert not are_equal(weights(nlp), before)


def test_steps_of_a_schedule_are_saved_with_the_weights(make):
    values = [0.0, 0.5, 2.0]
    nlp = make(1.0)
    listener = transformer_listener(thinc.api.reduce_mean(), values)
    nlp.get_pipe("head0").model = listener
    nlp.get_pipe("transformer").find_listeners(nlp.get_pipe("head0"))
    sgd = nlp.create_optimizer()
    factors = []
    for _ in range(4):
        factors.append(listener.factor)
        nlp.get_pipe("head0").finish_update(sgd)

    other = transformer_listener(thinc.api.reduce_mean(), values)
    other.from_bytes(listener.to_bytes())

    assert factors == [0.0, 0.5, 2.0, 2.0]
    assert (other.step, other.factor) == (4, 2.0)


def test_wrong_factor_is_refused():
    with pytest.raises(ArgumentError, match="`grad_factor` is 'fast' at step 0"):
        transformer_listener(thinc.api.reduce_mean(), "fast")


def test_frozen_transformer_feeds_its_listeners(make):
    nlp = make(1.0, dropout=0.3)
    before = weights(nlp)

    losses = nlp.update(examples_of(nlp), exclude=["transformer"], sgd=nlp.create_optimizer())

    assert are_equal(weights(nlp), before)
    assert "transformer" not in losses
    predicted = sum(doc.user_data["head0"].sum() for doc in nlp.pipe(TEXTS))
    assert losses["head0"] == pytest.approx(predicted, rel=1e-5)


def test_annotating_transformer_sets_its_data_in_training(make):
    nlp, seen = make(1.0), []
    head = nlp.get_pipe("head0")
    learn = head.learn
    head.learn = lambda examples: seen.extend(examples.predicted) or learn(examples)

    for excluded in ([], ["transformer"]):
        seen.clear()
        nlp.update(examples_of(nlp), sgd=False, annotates=["transformer"], exclude=excluded)
        assert [doc._.trf_data.width for doc in seen] == [32, 32, 32]


def test_listener_reads_stored_data_without_the_transformer(make):
    nlp = make(1.0)
    docs = list(nlp.pipe(TEXTS))
    expected = [doc.user_data.pop("head0") for doc in docs]

    again = [Doc(nlp.vocab).from_bytes(doc.to_bytes()) for doc in docs]
    with nlp.select_pipes(disable=["transformer"]):
        found = [doc.user_data["head0"] for doc in nlp.pipe(again)]

    for own, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(own, other, atol=1e-6)


def test_listener_without_anything_to_read_says_what_to_do(make):
    nlp = make(1.0)
    with (
        nlp.select_pipes(disable=["transformer"]),
        pytest.raises(ArgumentError, match="the docs have no `trf_data`"),
    ):
        nlp("Anna")


@pytest.mark.parametrize("names", [["tok2vec", "transformer"], ["transformer", "tok2vec"]])
def test_listeners_of_other_components_read_their_own(make, names):
    nlp = make(1.0)
    nlp.remove_pipe("head0")
    nlp.add_pipe("tok2vec", before="transformer" if names[0] == "tok2vec" else None)
    nlp.add_pipe("trf_head")
    listener = {"@architectures": "kernel.Tok2VecListener.v1", "width": 96}
    model = {"@architectures": "kernel.Tagger.v2", "tok2vec": listener}
    nlp.add_pipe("tagger", config={"model": model})
    doc = nlp.make_doc("Anna lives")
    examples = [Example.from_dict(doc, {"tags": ["N", "V"]})]
    nlp.initialize(lambda: examples)

    losses = {}
    sgd = nlp.create_optimizer()
    for _ in range(2):  # the tagger's weights are 0 at first, and so is what it passes back
        nlp.update(examples, sgd=sgd, losses=losses)

    assert nlp.pipe_names[:2] == names
    assert losses["tok2vec"] > 0
    assert losses["transformer"] == 2 * 2 * 32
    assert nlp.get_pipe("tok2vec").listening_components == ["tagger"]
    assert nlp("Anna lives").user_data["trf_head"].shape == (2, 32)


def test_a_layer_that_listens_to_nothing_is_one_message(make):
    nlp = make()
    listener = {"@architectures": "kernel.TransformerListener.v1", "upstream": "trnsformer"}
    listener["pooling"] = {"@layers": "reduce_mean.v1"}
    model = {"@architectures": "kernel.Tagger.v2", "tok2vec": listener}
    nlp.add_pipe("tagger", config={"model": model})
    example = Example.from_dict(nlp.make_doc("Anna"), {"tags": ["N"]})
    with pytest.raises(ArgumentError, match="listens to the shared component `trnsformer`"):
        nlp.initialize(lambda: [example])


def test_data_of_a_doc_that_was_changed_is_refused(make):
    nlp = make(1.0)
    doc = nlp("Anna lives in Berlin.")
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    with (
        nlp.select_pipes(disable=["transformer"]),
        pytest.raises(KernelError, match="is for 5 tokens"),
    ):
        nlp(doc)


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["   "], ["  ", "", "\n"]])
def test_docs_without_words_are_processed_and_trained_on(make, texts):
    nlp = make(1.0)

    docs = list(nlp.pipe(texts))
    nlp.update(examples_of(nlp, texts), sgd=nlp.create_optimizer())

    for doc in docs:
        assert doc.user_data["head0"].tolist() == [[0.0] * 32] * len(doc)
        assert len(doc._.trf_data.align.lengths) == len(doc)


def test_sizes_of_batches_change_only_the_rounding(make):
    nlp = make(1.0)
    texts = [*TEXTS, "in " * 70, "Paris"]

    found = [
        [doc.user_data["head0"] for doc in nlp.pipe(texts, batch_size=size)] for size in (1, 2, 128)
    ]

    for one, two, many in zip(*found, strict=True):
        np.testing.assert_allclose(one, many, atol=1e-5)
        np.testing.assert_allclose(two, many, atol=1e-5)


def test_data_survives_bytes_docbin_pickle_and_copies(make):
    nlp = make()
    doc = nlp("Anna lives in Berlin.")
    stored = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    loaded = [
        Doc(nlp.vocab).from_bytes(doc.to_bytes()),
        next(iter(DocBin().from_bytes(stored).get_docs(nlp.vocab))),
        pickle.loads(pickle.dumps(doc)),  # noqa: S301 — our own
        doc.copy(),
        copy.deepcopy(doc),
    ]

    for each in loaded:
        data, own = each._.trf_data, doc._.trf_data
        assert isinstance(data, TransformerData)
        assert (data.tensors[0] == own.tensors[0]).all()
        assert (data.tensors[1] == own.tensors[1]).all()
        assert data.wordpieces.strings == own.wordpieces.strings
        assert (data.align.dataXd == own.align.dataXd).all()
        assert (data.align.lengths == own.align.lengths).all()


def test_data_of_a_doc_does_not_keep_the_batch(make):
    nlp = make()
    batch = nlp.get_pipe("transformer").predict(DocBatch(nlp.make_doc(text) for text in TEXTS))

    for data in batch.doc_data:
        arrays = [data.encoded.hidden, data.encoded.align.dataXd, *data.encoded.outputs.values()]
        assert not any(np.shares_memory(array, batch.encoded.hidden) for array in arrays)
        assert all(array.base is None or array.base.nbytes == array.nbytes for array in arrays)


def test_batch_and_docs_describe_the_same_pieces(make):
    strides = {"@span_getters": "kernel.strided_spans.v1", "window": 4, "stride": 3}
    nlp = make(get_spans=strides)
    docs = [nlp.make_doc(text) for text in TEXTS]
    batch = nlp.get_pipe("transformer").predict(docs)

    n_spans, longest = batch.wordpieces.input_ids.shape
    assert tuple(batch.tensors[0].shape) == (n_spans, longest, 32)
    assert [[str(span) for span in each] for each in batch.spans][1] == []
    start = 0
    for doc, data, spans in zip(docs, batch.doc_data, batch.spans, strict=True):
        assert len(data.wordpieces) == len(spans)
        for row, length in enumerate(data.wordpieces.lengths):
            own = data.tensors[0][row, :length]
            assert (own == batch.tensors[0][start + row, :length].numpy()).all()
            kept = slice(0, length)
            whole = batch.wordpieces.strings[start + row]
            assert data.wordpieces.strings[row][kept] == whole[kept]
        start += len(spans)
        assert len(data.align.lengths) == len(doc)


def test_pipeline_of_another_process_sets_the_data(make):
    torch.set_num_threads(2)  # forked processes do not inherit the threads
    nlp = make()
    own = [doc._.trf_data for doc in nlp.pipe(TEXTS)]

    docs = list(nlp.pipe(TEXTS, n_process=2, batch_size=1))

    for doc, data in zip(docs, own, strict=True):
        assert doc._.trf_data.tensors[0].shape == data.tensors[0].shape
        np.testing.assert_allclose(doc._.trf_data.tensors[0], data.tensors[0], atol=1e-5)


def test_annotation_setter_gets_docs_and_their_data(make):
    if not Doc.has_extension("custom_attr"):
        Doc.set_extension("custom_attr", default=None)

    def custom_annotation_setter(docs, trf_data):
        for doc, data in zip(docs, list(trf_data.doc_data), strict=True):
            doc._.custom_attr = data

    nlp = make()
    nlp.get_pipe("transformer").set_extra_annotations = custom_annotation_setter

    doc = nlp("This is a text")

    assert isinstance(doc._.custom_attr, TransformerData)
    assert doc._.custom_attr is doc._.trf_data


def test_transformer_is_refused_without_a_budget(make):
    with pytest.raises(KernelError, match="`max_batch_items` must be at least 1, got 0"):
        make(max_batch_items=0)
