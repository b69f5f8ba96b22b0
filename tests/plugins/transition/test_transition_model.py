import numpy as np
import pytest
from thinc.api import Model

from kernel.errors import KernelError, RegistryError
from kernel.ops import Packed
from kernel.random import fix_random_seed
from kernel.registry import registry
from kernel.text import Doc, DocBatch, Vocab
from kernel_plugin_transition.component import features_of
from kernel_plugin_transition.learning import score_gradient
from kernel_plugin_transition.model import transition_based_parser
from kernel_plugin_transition.system import FeatureTemplate


def learned_vectors(width):
    """A layer with a trained vector for each word type."""

    def forward(model, docs, is_train):
        rows = np.concatenate([doc.lex for doc in docs])

        def backprop(dY):
            gradient = np.zeros_like(model.get_param("E"))
            np.add.at(gradient, rows, dY.data)
            model.inc_grad("E", gradient)
            return []

        return Packed(model.get_param("E")[rows], [len(doc) for doc in docs]), backprop

    def init(model, X=None, Y=None):
        model.set_param("E", np.random.default_rng(0).normal(size=(20, width)).astype("float32"))

    return Model("vectors", forward, init=init, dims={"nO": width}, params={"E": None})


@pytest.fixture
def docs():
    vocab = Vocab()
    return DocBatch([Doc(vocab, words=list("abcab")), Doc(vocab, words=list("dd"))])


@pytest.fixture
def make_model(docs):
    def make(*, width=12, hidden=8, pieces=2, use_upper=True, n_classes=5):
        fix_random_seed(0)
        model = transition_based_parser(
            learned_vectors(width), "ner", False, hidden, pieces, use_upper, n_classes
        )
        model.initialize(X=docs)
        if use_upper:
            upper = model.get_ref("upper")
            rng = np.random.default_rng(1)
            upper.set_param("W", rng.normal(size=(n_classes, hidden)).astype("float32"))
        return model

    return make


IDS = np.array([[0, -1, -1], [3, 1, 2], [6, 5, 5]])


def test_nodes_are_those_of_the_saved_format(make_model):
    model = make_model()
    tok2vec, lower, upper = model.layers
    assert [node.name for node in tok2vec.layers] == ["vectors", "list2array", "linear"]
    assert (model.name, lower.name, upper.name) == (
        "parser_model",
        "precomputable_affine",
        "linear",
    )
    assert lower.get_param("W").shape == (3, 8, 2, 8)
    assert lower.get_param("pad").shape == (1, 3, 8, 2)
    assert model.get_ref("lower") is lower


def test_output_layer_starts_at_zero(docs):
    model = transition_based_parser(learned_vectors(4), "ner", False, 8, 2, True, 5)
    model.initialize(X=docs)
    assert not model.predict(docs).score(IDS).any()


@pytest.mark.parametrize(
    ("state_type", "extra", "count"), [("ner", True, 6), ("parser", False, 8), ("parser", True, 13)]
)
def test_states_show_as_many_tokens_as_documented(state_type, extra, count):
    model = transition_based_parser(learned_vectors(4), state_type, extra, 8, 2, True)
    assert model.get_ref("lower").get_dim("nF") == count


def test_unknown_state_type_is_refused_with_the_nearest_name():
    with pytest.raises(RegistryError, match="no `parse` in the registry") as error:
        transition_based_parser(learned_vectors(4), "parse", False, 8, 2, True)
    assert "did you mean `parser`?" in error.value.hint


class PairSystem:
    @classmethod
    def template(cls, *, extra):
        return FeatureTemplate("test_pairs", ("left", "right"))


def test_third_system_is_found_by_its_registered_name():
    registry.transition_systems.register("test_pairs")(PairSystem)
    model = transition_based_parser(learned_vectors(4), "test_pairs", False, 8, 2, True)
    assert model.get_ref("lower").get_dim("nF") == 2
    assert features_of(model, PairSystem, "pairs").names == ("left", "right")


def test_model_of_another_system_is_refused(make_model):
    with pytest.raises(
        KernelError, match="`pairs` needs a model of state type 'test_pairs', got 'ner'"
    ):
        features_of(make_model(), PairSystem, "pairs")


# Widths for which reduction and lower layer are folded into one at prediction, or not.
@pytest.mark.parametrize("width", [12, 200])
@pytest.mark.parametrize("use_upper", [True, False])
def test_prediction_equals_training_without_dropout(
    make_model, docs, monkeypatch, width, use_upper
):
    monkeypatch.setattr("kernel_plugin_transition.scorer.DROPOUT_RATE", 0.0)
    model = make_model(width=width, use_upper=use_upper)
    in_training, _ = model.begin_update(docs)
    predicting = model.predict(docs)
    assert (predicting.X.shape[1] == width) == (width == 12)
    np.testing.assert_allclose(predicting.score(IDS), in_training.score(IDS), atol=1e-4)


@pytest.mark.parametrize("change", ["linear", "lower", "upper"])
def test_changed_weights_change_predictions(make_model, docs, change):
    model = make_model()
    before = model.predict(docs).score(IDS)
    node = model.get_ref("tok2vec").layers[-1] if change == "linear" else model.get_ref(change)
    node.set_param("b", node.get_param("b") + 1)
    assert np.abs(model.predict(docs).score(IDS) - before).max() > 0.1


def test_copy_does_not_share_cached_values(make_model, docs):
    model = make_model()
    before = model.predict(docs).score(IDS)
    copied = model.copy()
    for name, node in (("tok2vec", 0), ("lower", 1), ("upper", 2)):
        copied.set_ref(name, copied.layers[node])
    assert (copied.predict(docs).score(IDS) == before).all()
    copied.get_ref("upper").set_param("b", np.ones(5, "float32"))
    assert np.abs(copied.predict(docs).score(IDS) - before).max() > 0.1
    assert (model.predict(docs).score(IDS) == before).all()


def test_gradients_reach_the_token_vectors(make_model, docs):
    model = make_model()
    vectors = model.layers[0].layers[0]
    costs, valid = np.array([[0.0, 1, 1, 1, 1]] * 3), np.ones((3, 5), bool)

    def run():
        fix_random_seed(3)
        scorer, backprop = model.begin_update(docs)
        scorer.score(IDS)
        return scorer.scores().astype("float64"), backprop

    def loss():
        scores, _ = run()
        return float((np.log(np.exp(scores).sum(axis=1)) - scores[:, 0]).sum())

    scores, backprop = run()
    backprop(score_gradient(scores, costs, valid)[1].astype("float32"))
    gradient = vectors.get_grad("E")
    table = vectors.get_param("E")
    rows = np.flatnonzero(np.abs(gradient).sum(axis=1))
    assert len(rows) == 4
    for row in rows:
        place = (row, int(np.abs(gradient[row]).argmax()))
        kept, step = table[place], np.float32(1e-2)
        table[place] = kept + step
        above = loss()
        table[place] = kept - step
        below = loss()
        table[place] = kept
        assert gradient[place] == pytest.approx((above - below) / 2e-2, rel=2e-2)


@pytest.mark.parametrize("use_upper", [True, False])
def test_more_classes_leave_the_scores_of_the_others(make_model, docs, use_upper):
    model = make_model(use_upper=use_upper)
    before = model.predict(docs).score(IDS)
    model.attrs["resize_output"](model, 7)
    after = model.predict(docs).score(IDS)
    np.testing.assert_allclose(after[:, :5], before, atol=1e-5)
    assert model.attrs["unseen_classes"] == [5, 6]
    assert (after[:, 5:] == after.min(axis=1, keepdims=True)).all()
    model.attrs["unseen_classes"] = []
    assert not model.predict(docs).score(IDS)[:, 5:].any()


def test_classes_cannot_get_fewer(make_model):
    model = make_model()
    with pytest.raises(KernelError, match="5 outputs cannot shrink to 3"):
        model.attrs["resize_output"](model, 3)


def test_bytes_bring_back_weights_and_unseen_classes(make_model, docs):
    model = make_model()
    model.attrs["resize_output"](model, 6)
    loaded = transition_based_parser(learned_vectors(12), "ner", False, 8, 2, True)
    loaded.from_bytes(model.to_bytes())
    assert (loaded.predict(docs).score(IDS) == model.predict(docs).score(IDS)).all()
    assert loaded.attrs["unseen_classes"] == [5]


def test_a_prediction_has_no_gradient(make_model, docs):
    _, backprop = make_model()(docs, is_train=False)
    with pytest.raises(KernelError, match="no gradient of a prediction"):
        backprop(None)
