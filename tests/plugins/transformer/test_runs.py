import gc

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from kernel.errors import KernelError
from kernel_plugin_transformer.gradients import add_gradients
from kernel_plugin_transformer.model import shim_of
from kernel_plugin_transformer.span_getters import doc_spans


@pytest.fixture
def texts():
    return ["Anna lives in Berlin", "the city", "in " * 40, "Paris is new to Anna", "x"]


@pytest.fixture
def docs(nlp, texts):
    return [nlp.make_doc(text.strip()) for text in texts]


def gradients_of(model):
    module = shim_of(model).encoder.module
    found = {n: each.grad.clone() for n, each in module.named_parameters() if each.grad is not None}
    module.zero_grad(set_to_none=True)
    return found


def train(model, docs, *, budget=4096, seed=0):
    """Backpropagate random gradients; return the vectors and the gradients of the encoder."""
    shim_of(model).max_batch_items = budget
    torch.manual_seed(seed)
    encoded, finish = model.begin_update(docs)
    rng = np.random.default_rng(1)
    finish(rng.normal(size=encoded.hidden.shape).astype("float32"))
    return encoded.hidden, gradients_of(model)


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-5, msg=name)


@pytest.fixture
def forward_sizes(monkeypatch):
    """The padded sizes and whether a graph was made, for each call of an encoder."""
    seen = []
    import transformers

    original = transformers.BertModel.forward

    def forward(self, input_ids, **inputs):
        seen.append((input_ids.numel(), torch.is_grad_enabled()))
        return original(self, input_ids, **inputs)

    monkeypatch.setattr(transformers.BertModel, "forward", forward)
    return seen


def fail(monkeypatch, condition):
    """Let the encoder run out of GPU memory for padded inputs for which `condition` is true."""
    import transformers

    original = transformers.BertModel.forward

    def forward(self, input_ids, **inputs):
        if condition(input_ids):
            raise torch.cuda.OutOfMemoryError("injected")
        return original(self, input_ids, **inputs)

    monkeypatch.setattr(transformers.BertModel, "forward", forward)


def test_gradients_are_those_of_the_whole_encoder(make_model, docs, texts, tiny_encoder):
    hidden, found = train(make_model(doc_spans()), docs)
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    module = AutoModel.from_pretrained(tiny_encoder).eval()
    inputs = tokenizer([doc.text for doc in docs], padding=True, return_tensors="pt")
    output = module(**inputs).last_hidden_state[inputs["attention_mask"] > 0]
    np.testing.assert_allclose(output.detach(), hidden, atol=1e-5)
    output.backward(torch.from_numpy(np.random.default_rng(1).normal(size=hidden.shape)).float())
    expected = {n: each.grad for n, each in module.named_parameters() if each.grad is not None}
    assert_same(found, expected)


def test_a_second_batch_adds_to_the_gradients(make_model, docs):
    model = make_model(doc_spans())
    _, once = train(model, docs)
    for _ in range(2):
        encoded, finish = model.begin_update(docs)
        finish(np.random.default_rng(1).normal(size=encoded.hidden.shape).astype("float32"))
    assert_same(gradients_of(model), {name: 2 * each for name, each in once.items()})


def test_sub_batches_computed_again_have_the_same_dropout(make_model, docs):
    model = make_model(doc_spans(), dropout=0.3)
    module = shim_of(model).encoder.module
    hidden, found = train(model, docs, budget=50)
    # The same sub-batches with graphs for all of them: finite differences need the same masks.
    name, weight = "encoder.layer.0.output.dense.bias", module.encoder.layer[0].output.dense.bias
    rng = np.random.default_rng(1)
    d_hidden = rng.normal(size=hidden.shape)
    direction = torch.from_numpy(rng.normal(size=weight.shape)).float()
    losses = []
    for step in (1e-2, -1e-2):
        with torch.no_grad():
            weight += step * direction
        losses.append((train(model, docs, budget=50)[0].astype("float64") * d_hidden).sum())
        with torch.no_grad():
            weight -= step * direction
    slope = (losses[0] - losses[1]) / 2e-2
    assert float(found[name] @ direction) == pytest.approx(slope, rel=1e-2)


def test_dropout_depends_on_the_seed_only(make_model, docs):
    model = make_model(doc_spans(), dropout=0.3)
    first, again, other = (train(model, docs, budget=50, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_graphs_stay_within_the_budget(make_model, docs, forward_sizes):
    model = make_model(doc_spans())
    train(model, docs, budget=50)
    assert max(size for size, _ in forward_sizes) <= 50
    n_parts = len(forward_sizes) // 2
    first = forward_sizes[: n_parts + 1]
    assert sum(size for size, has_graph in first if has_graph) <= 50 + first[-1][0]
    forward_sizes.clear()
    train(model, docs, budget=4096)
    assert all(has_graph for _, has_graph in forward_sizes)


def test_predictions_make_no_graphs(make_model, docs, forward_sizes):
    model = make_model(doc_spans())
    model.predict(docs)
    assert not any(has_graph for _, has_graph in forward_sizes)


@pytest.mark.parametrize("budget", [50, 4096])
def test_sub_batches_are_split_where_memory_runs_out(make_model, docs, monkeypatch, budget):
    model = make_model(doc_spans())
    hidden, expected = train(model, docs, budget=budget)
    fail(monkeypatch, lambda ids: ids.shape[0] > 1)
    found, gradients = train(model, docs, budget=budget)
    np.testing.assert_allclose(found, hidden, atol=1e-5)
    assert_same(gradients, expected)
    np.testing.assert_allclose(model.predict(docs).hidden, hidden, atol=1e-5)


def test_memory_that_runs_out_in_the_backward_pass_changes_nothing(make_model, docs, monkeypatch):
    model = make_model(doc_spans())
    _, expected = train(model, docs)
    import kernel_plugin_transformer.runs

    def backward(output, d_output):
        if output.shape[0] > 1:
            raise torch.cuda.OutOfMemoryError("injected")
        add_gradients(output, d_output)

    monkeypatch.setattr(kernel_plugin_transformer.runs, "add_gradients", backward)
    _, found = train(model, docs)
    assert_same(found, expected)


def test_one_span_that_does_not_fit_is_reported(make_model, docs, monkeypatch):
    model = make_model(doc_spans())
    fail(monkeypatch, lambda ids: ids.shape[1] > 30)
    with pytest.raises(
        KernelError, match="not enough memory on `cpu` for a span of 42 word pieces"
    ):
        model.predict(docs)


def test_gradients_of_a_gpu_are_added_at_once_or_not_at_all(monkeypatch):
    weight = torch.ones(3, requires_grad=True)
    unused = torch.ones(3, requires_grad=True)
    for _ in range(2):
        output = (weight * 2).sum() + unused.detach().sum()

        class OnGpu:
            """A tensor that says it is on a GPU."""

            grad_fn, dtype, device = output.grad_fn, output.dtype, torch.device("cuda")

        monkeypatch.setattr(torch.autograd, "grad", _grad_of(output, torch.autograd.grad))
        add_gradients(OnGpu, torch.tensor(1.0))
        monkeypatch.undo()
    assert weight.grad.tolist() == [4, 4, 4]
    assert unused.grad is None


def _grad_of(output, original):
    return lambda outputs, *arguments, **settings: original([output], *arguments, **settings)


def test_memory_is_constant_over_epochs(make_model, docs):
    model = make_model(doc_spans(), dropout=0.1)

    def epoch():
        for size in (1, 3, 5):
            train(model, docs[:size], budget=60)
            model.predict(docs[:size])
        gc.collect()
        found = gc.get_objects()
        tensors = [each for each in found if issubclass(type(each), torch.Tensor)]
        return len(found), len(tensors), sum(each.nbytes for each in tensors)

    epoch()
    gc.freeze()  # leaves out what existed before, also from the counts
    try:
        objects, *tensors = zip(*(epoch() for _ in range(5)), strict=True)
    finally:
        gc.unfreeze()
    assert all(len(set(each)) == 1 for each in tensors)
    assert abs(objects[-1] - objects[1]) < 50


def test_memory_does_not_depend_on_the_longest_doc(make_model, nlp, forward_sizes):
    model = make_model()
    train(model, [nlp.make_doc("in Berlin " * 2000)], budget=256)
    assert max(size for size, _ in forward_sizes) <= 256
