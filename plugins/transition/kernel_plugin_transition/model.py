"""The model of a transition-based component.

Axes: N tokens of a batch, S states, I hidden width, C classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from thinc.api import Model, chain, glorot_uniform_init, noop, zero_init

from kernel.ops import Packed, WeightNode, cached, grow_output, no_backprop, packed
from kernel.registry import registry
from kernel.text import Doc
from kernel_plugin_transition.affine import precomputable_affine
from kernel_plugin_transition.linear import linear
from kernel_plugin_transition.scorer import Floats, StateScorer
from kernel_plugin_transition.weights import (
    StepWeights,
    add_gradients,
    fold,
    folds_well,
    read_weights,
)

ParserOutput = tuple[StateScorer, Callable[[Floats], Any]]


ParserModel = WeightNode[list[Doc], StateScorer]

# The axis of the classes in each parameter of the two possible output layers.
UPPER_AXES: Final = {"W": 0, "b": 0}
LOWER_AXES: Final = {"W": 1, "b": 0, "pad": 2}


def transition_based_parser(
    tok2vec: Model[list[Doc], list[Floats]],
    state_type: str,
    extra_state_tokens: bool,
    hidden_width: int,
    maxout_pieces: int,
    use_upper: bool,
    nO: int | None = None,
) -> ParserModel:
    """Score the states of a transition system by the vectors of their feature tokens.

    The transition system decides which tokens are the features of a state. Their vectors, of size
    `hidden_width`, are passed through one maxout layer. With `use_upper` a linear layer follows,
    otherwise the outputs of the maxout layer are the scores.

    tok2vec             computes a vector for each token
    state_type          the kind of transition system, such as "parser" or "ner"
    extra_state_tokens  whether to use more feature tokens (parser: 13 instead of 8, ner: 6 instead
                        of 3)
    hidden_width        width of the hidden layer
    maxout_pieces       number of linear functions per hidden unit; the maximum is taken, with 1
                        that of the function and 0
    use_upper           whether a linear layer follows the hidden one
    nO                  number of classes; null: taken from the data

    Raises RegistryError for a `state_type` that no installed plugin has.
    """
    features = registry.transition_systems.get(state_type).template(extra=extra_state_tokens)
    tokens: Model[Any, Any] = chain(
        tok2vec,
        _list2array(),
        linear(hidden_width, _width(tok2vec), init_W=glorot_uniform_init),
    )
    lower = precomputable_affine(
        hidden_width if use_upper else nO,
        len(features),
        hidden_width,
        maxout_pieces,
    )
    upper = linear(nO, hidden_width, init_W=zero_init) if use_upper else noop()
    return ParserModel(
        "parser_model",
        _forward,
        init=_init,
        dims={"nO": nO},
        layers=[tokens, lower, upper],
        refs={"tok2vec": tokens, "lower": lower, "upper": upper},
        attrs={
            "has_upper": use_upper,
            # Templates and functions are not saved with the weights.
            "resize_output": resize_output,
            "features": features,
            # A list, because it is saved with the weights, which exact resumption needs.
            "unseen_classes": [],
            # Whether a single piece is not rectified in prediction, as in spaCy.
            "linear_prediction": False,
        },
        changing_attrs={"unseen_classes": _are_classes, "linear_prediction": bool},
    )


def _are_classes(value: Any) -> bool:
    return isinstance(value, list) and all(type(index) is int for index in value)


def transition_based_parser_v1(
    tok2vec: Model[list[Doc], list[Floats]],
    state_type: str,
    extra_state_tokens: bool,
    hidden_width: int,
    maxout_pieces: int,
    use_upper: bool = True,
    nO: int | None = None,
) -> ParserModel:
    """Return `transition_based_parser`, by default with an upper layer; for existing configs."""
    return transition_based_parser(
        tok2vec, state_type, extra_state_tokens, hidden_width, maxout_pieces, use_upper, nO
    )


def resize_output(model: Model[Any, Any], n_classes: int) -> Model[Any, Any]:
    """Resize the model to `n_classes` classes; new ones score zero and are unseen.

    If the model has no weights yet, only the size is set. Returns the model.
    """
    has_upper = model.attrs["has_upper"]
    output = model.get_ref("upper" if has_upper else "lower")
    if output.has_param("W"):
        unseen = {*model.attrs["unseen_classes"], *range(output.get_dim("nO"), n_classes)}
        model.attrs["unseen_classes"] = sorted(unseen)
    grow_output(output, UPPER_AXES if has_upper else LOWER_AXES, n_classes)
    model.set_dim("nO", n_classes, force=True)
    return model


def _forward(model: Any, docs: list[Doc], is_train: bool) -> ParserOutput:
    unseen = model.attrs["unseen_classes"]
    if not is_train:
        weights, is_folded = _step_weights(model)
        X = _token_vectors(model, docs, reduce=not is_folded)
        return StateScorer(X, weights, unseen=unseen), no_backprop
    tok2vec, lower, upper = model.get_ref("tok2vec"), model.get_ref("lower"), _upper(model)
    tokens, backprop_tokens = tok2vec(docs, is_train=True)
    X = tok2vec.ops.to_numpy(tokens)
    scorer = StateScorer(X, read_weights(lower, upper), unseen=unseen, is_train=True)

    def backprop(d_scores: Floats) -> Any:
        dX, gradients = scorer.backprop(d_scores)
        add_gradients(gradients, lower, upper)
        return backprop_tokens(tok2vec.ops.asarray(dX))

    return scorer, backprop


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    lower = model.get_ref("lower")
    if Y is not None and model.has_dim("nO") is None:
        resize_output(model, Y.shape[1])
    model.get_ref("tok2vec").initialize(X=X)
    lower.initialize()
    if model.attrs["has_upper"]:
        upper = model.get_ref("upper")
        upper.initialize(X=model.ops.alloc2f(2, lower.get_dim("nO")))
        model.set_dim("nO", upper.get_dim("nO"), force=True)


def _step_weights(model: Any) -> tuple[StepWeights, bool]:
    """Return the weights for prediction, and whether they include the reduction."""
    linear, lower, upper = (
        model.get_ref("tok2vec").layers[-1],
        model.get_ref("lower"),
        _upper(model),
    )

    def make() -> tuple[StepWeights, bool]:
        is_rectified = not model.attrs["linear_prediction"]
        weights = read_weights(lower, upper, is_rectified=is_rectified)
        is_folded = folds_well(weights, linear.get_dim("nI"))
        return fold(weights, linear) if is_folded else weights, is_folded

    nodes = [linear, lower] if upper is None else [linear, lower, upper]
    return cached(model, "step_weights", make, nodes)


def _token_vectors(model: ParserModel, docs: list[Doc], *, reduce: bool) -> Floats:
    """Return the token vectors of all docs, reduced to the hidden width if asked.

    returns  (N, I) or (N, width of tok2vec)
    """
    tok2vec: Any = model.get_ref("tok2vec")
    X: Any = docs
    for layer in tok2vec.layers if reduce else tok2vec.layers[:-1]:
        X = layer.predict(X)
    vectors: Floats = tok2vec.ops.to_numpy(X)
    return vectors


def _list2array() -> Model[list[Floats], Floats]:
    return Model("list2array", _forward_list2array)


def _forward_list2array(
    model: Model[list[Floats], Floats], X: list[Floats], is_train: bool
) -> tuple[Floats, Callable[[Floats], Packed]]:
    whole = packed(X, xp=model.ops.xp)
    return whole.data, whole.like


def _width(tok2vec: Model[Any, Any]) -> int | None:
    return tok2vec.get_dim("nO") if tok2vec.has_dim("nO") else None


def _upper(model: Model[Any, Any]) -> Model[Any, Any] | None:
    return model.get_ref("upper") if model.attrs["has_upper"] else None
