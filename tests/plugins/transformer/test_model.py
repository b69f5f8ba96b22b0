import logging

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from kernel.errors import ArgumentError, KernelError, NotInitializedError
from kernel_plugin_transformer.model import shim_of, transformer
from kernel_plugin_transformer.span_getters import doc_spans, strided_spans, wordpiece_spans


def gradients_of(model):
    """The gradients of the encoder, which are then set to None."""
    module = shim_of(model).encoder.module
    found = {
        name: each.grad.clone() for name, each in module.named_parameters() if each.grad is not None
    }
    module.zero_grad(set_to_none=True)
    return found


def assert_same_gradients(found, expected):
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-5, msg=name)


def backprop(model, docs, budget, seed=0):
    """Train with random gradients of each word piece; return the vectors and the gradients."""
    shim_of(model).max_batch_items = budget
    torch.manual_seed(seed)
    encoded, finish = model.begin_update(docs)
    rng = np.random.default_rng(1)
    assert finish(rng.normal(size=encoded.hidden.shape).astype("float32")) == []
    return encoded.hidden, gradients_of(model)


def test_vectors_are_those_of_the_encoder(make_model, tiny_encoder, docs):
    encoded = make_model().predict(docs[:1])
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    inputs = tokenizer(docs[0].text, return_tensors="pt")
    with torch.inference_mode():
        expected = AutoModel.from_pretrained(tiny_encoder).eval()(**inputs)
    np.testing.assert_allclose(encoded.hidden, expected.last_hidden_state[0], atol=1e-5)
    np.testing.assert_allclose(encoded.outputs["pooler_output"], expected.pooler_output, atol=1e-5)
    assert encoded.input_ids.tolist() == inputs["input_ids"][0].tolist()


@pytest.mark.parametrize("get_spans", [doc_spans(), strided_spans(12, 8), wordpiece_spans(20, 4)])
def test_parts_describe_the_same_spans(make_model, docs, get_spans):
    encoded = make_model(get_spans).predict(docs)
    n_pieces, n_tokens = len(encoded.input_ids), sum(map(len, docs))
    assert encoded.hidden.shape == (n_pieces, 32) == (encoded.span_lengths.sum(), encoded.width)
    assert encoded.doc_spans.sum() == len(encoded.span_lengths) == len(encoded.span_bounds)
    assert encoded.doc_lengths.tolist() == [len(doc) for doc in docs]
    assert encoded.doc_pieces.sum() == n_pieces
    assert encoded.align.lengths.sum() == len(encoded.align.dataXd)
    assert encoded.align.lengths.shape == (n_tokens,)


@pytest.mark.parametrize("budget", [1, 40, 64, 150, 10_000])
def test_vectors_and_gradients_do_not_depend_on_sub_batches(make_model, docs, budget):
    model = make_model(doc_spans())
    expected, whole = backprop(model, docs[:3] + docs[4:], 10_000)
    found, parts = backprop(model, docs[:3] + docs[4:], budget)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert_same_gradients(parts, whole)
    np.testing.assert_allclose(model.predict(docs[:3] + docs[4:]).hidden, expected, atol=1e-5)


def test_no_docs_have_no_vectors(make_model, docs):
    model = make_model()
    for batch, n in ([], 0), (docs[1:2], 1):
        encoded, finish = model.begin_update(batch)
        assert encoded.hidden.shape == (0, 32)
        assert encoded.doc_lengths.tolist() == [0] * n
        finish(encoded.hidden)


def test_cut_off_tokens_are_counted_and_reported_once(make_model, docs, caplog):
    with caplog.at_level(logging.WARNING, "kernel.transformer"):
        encoded = make_model(doc_spans()).predict(docs)
    # 62 of 64 pieces are left for the 90 words.
    assert encoded.cut_off.tolist() == [0, 0, 0, 28, 0]
    assert (encoded.align.lengths == 0).sum() == 28 + sum(
        token.text.isspace() for doc in docs for token in doc
    )
    assert encoded.input_ids[encoded.doc_pieces[:4].sum() - 1] == 3  # [SEP] is kept
    (record,) = caplog.records
    assert "28 tokens of 1 docs" in record.getMessage()


def test_further_outputs_are_returned_on_demand(make_model, docs):
    model = make_model(
        strided_spans(12, 8),
        transformer_config={"output_attentions": True, "output_hidden_states": True},
    )
    shim_of(model).max_batch_items = 50
    encoded = model.predict(docs)
    np.testing.assert_array_equal(encoded.outputs["hidden_states"][-1], encoded.hidden)
    assert len(encoded.outputs["hidden_states"]) == 3
    (first, second) = encoded.outputs["attentions"]
    assert [each.shape for each in first] == [(4, n, n) for n in encoded.span_lengths]
    for attention in second:
        np.testing.assert_allclose(attention.sum(axis=2), 1, atol=1e-5)


def test_without_weights_there_is_one_clear_message(tiny_encoder, docs):
    model = transformer(str(tiny_encoder), doc_spans())
    with pytest.raises(NotInitializedError, match="`transformer` is not initialized"):
        model.predict(docs)


def test_a_prediction_has_no_gradient(make_model, docs):
    encoded, finish = make_model()(docs, is_train=False)
    with pytest.raises(KernelError, match="no gradient of a prediction"):
        finish(encoded.hidden)


@pytest.mark.parametrize(
    ("get_spans", "message"),
    [
        (lambda docs: [[docs[0][:]]], "spans of 1 docs, expected .*: there are 5"),
        (lambda docs: None, "returned a `NoneType`, expected a list of spans for each doc"),
        (lambda docs: docs, "returned a `Doc` for a doc"),
        (lambda docs: [doc[:] for doc in docs], "returned a `Span` for a doc"),
        (lambda docs: [[doc] for doc in docs], "returned a `Doc` as a span"),
        (lambda docs: [[doc.char_span(1, 2)] for doc in docs], "returned a `NoneType` as a span"),
        (
            lambda docs: [[docs[2][:]] for doc in docs],
            'the span "the  city of Paris.*" for a doc that it is not in: \'Anna lives',
        ),
    ],
)
def test_a_getter_that_returns_no_spans_of_the_docs_is_refused(
    make_model, docs, get_spans, message
):
    model = make_model(get_spans)
    with pytest.raises(ArgumentError, match=message):
        model.predict(docs)


def test_spans_may_overlap_in_any_order_and_leave_tokens_out(make_model, docs):
    model = make_model(lambda docs: ([doc[2:4], doc[3:4], doc[:1], doc[1:1]] for doc in docs[:1]))
    encoded = model.predict(docs[:1])
    assert encoded.align.lengths.tolist() == [1, 0, 1, 2, 0]
    assert encoded.span_lengths.tolist() == [4, 3, 3, 2]
