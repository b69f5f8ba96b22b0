"""Networks over word vectors, alone or combined with a bag of words.

Axes: B docs, W width of the word vectors, O labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thinc.api import (
    Dropout,
    Gelu,
    LayerNorm,
    Linear,
    Maxout,
    Model,
    ParametricAttention,
    ParametricAttention_v2,
    Softmax,
    chain,
    concatenate,
    reduce_sum,
    residual,
)
from thinc.layers.chain import init as init_chain

from kernel.errors import ArgumentError
from kernel.ops import Floats
from kernel.text import Doc
from kernel_plugin_textcat.outputs import output_activation, pass_gradients, start_at_shares
from kernel_plugin_textcat.pooling import join_docs, pool
from kernel_plugin_textcat.resizing import make_resizable

Docs2Floats = Model[list[Doc], Floats]
Tok2Vec = Model[list[Doc], list[Floats]]


def text_cat_ensemble_v2(
    tok2vec: Tok2Vec,
    linear_model: Docs2Floats,
    nO: int | None = None,
) -> Docs2Floats:
    """Combine a bag of words and a network with attention.

    tok2vec       B docs to B of (n_i, W)
    linear_model  B docs to (B, O), such as `TextCatBOW.v3`; decides whether labels are exclusive
    nO            number of labels; null: taken from the data
    returns       B docs to (B, O), from 0 to 1
    """
    attention, maxout, norm = ParametricAttention(), Maxout(nP=3), LayerNorm()
    network = _attentive(tok2vec, attention, maxout, norm)
    pass_gradients(linear_model)
    both: Any = concatenate(linear_model, network)
    is_exclusive = not linear_model.attrs["multi_label"]
    output, layers = _output(nO, is_exclusive=is_exclusive)
    model: Any = chain(both, *layers)
    _finish(model, tok2vec, output, is_exclusive=is_exclusive)
    _name_layers(model, attention, maxout, norm)
    model.init = _init_attentive
    return model


def text_cat_parametric_attention(
    tok2vec: Tok2Vec,
    exclusive_classes: bool,
    nO: int | None = None,
) -> Docs2Floats:
    """Classify by the weighted sum of word vectors; a small network computes the weights.

    tok2vec            B docs to B of (n_i, W)
    exclusive_classes  whether each doc has exactly one label
    nO            number of labels; null: taken from the data
    returns            B docs to (B, O), from 0 to 1
    """
    attention = ParametricAttention_v2(key_transform=Gelu())
    maxout, norm = Maxout(nP=3), LayerNorm()
    network = _attentive(tok2vec, attention, maxout, norm)
    output, layers = _output(nO, is_exclusive=exclusive_classes)
    model: Any = chain(network, *layers)
    _finish(model, tok2vec, output, is_exclusive=exclusive_classes)
    _name_layers(model, attention, maxout, norm)
    model.init = _init_attentive
    return model


def text_cat_reduce(
    tok2vec: Tok2Vec,
    exclusive_classes: bool,
    use_reduce_first: bool,
    use_reduce_last: bool,
    use_reduce_max: bool,
    use_reduce_mean: bool,
    nO: int | None = None,
) -> Docs2Floats:
    """Classify by the first, last, maximum or mean vector of a doc, or several of them.

    tok2vec            B docs to B of (n_i, W)
    exclusive_classes  whether each doc has exactly one label
    use_reduce_first   use the first word's vector
    use_reduce_last    use the last word's vector
    use_reduce_max     use the maximum over all words in each dimension
    use_reduce_mean    use the mean vector
    nO            number of labels; null: taken from the data
    returns            B docs to (B, O), from 0 to 1

    Raises ArgumentError if none of them is used.
    """
    used = {
        "first": use_reduce_first,
        "last": use_reduce_last,
        "max": use_reduce_max,
        "mean": use_reduce_mean,
    }
    ways = [way for way, is_used in used.items() if is_used]
    if not ways:
        raise ArgumentError(
            "the model must be used with at least one reduction of a doc to one vector",
            hint="set one of " + ", ".join(f"`use_reduce_{way}`" for way in used) + " to true",
        )
    output, layers = _output(nO, is_exclusive=exclusive_classes)
    width = tok2vec.maybe_get_dim("nO")
    if width is not None:
        output.set_dim("nI", width * len(ways))
    model: Any = chain(tok2vec, join_docs(), pool(ways), *layers)
    _finish(model, tok2vec, output, is_exclusive=exclusive_classes)
    make_resizable(model, output, has_activation=True)
    return model


def text_cat_cnn_v2(
    tok2vec: Tok2Vec,
    exclusive_classes: bool,
    nO: int | None = None,
) -> Docs2Floats:
    """Classify by the mean of a doc's word vectors.

    tok2vec            B docs to B of (n_i, W)
    exclusive_classes  whether each doc has exactly one label
    nO            number of labels; null: taken from the data
    returns            B docs to (B, O), from 0 to 1
    """
    return text_cat_reduce(
        tok2vec,
        exclusive_classes,
        use_reduce_first=False,
        use_reduce_last=False,
        use_reduce_max=False,
        use_reduce_mean=True,
        nO=nO,
    )


def text_cat_cnn_v1(
    tok2vec: Tok2Vec,
    exclusive_classes: bool,
    nO: int | None = None,
) -> Docs2Floats:
    """Return the same model as `text_cat_cnn_v2`, but labels cannot be added to it."""
    model = text_cat_cnn_v2(tok2vec, exclusive_classes, nO)
    del model.attrs["resize_output"]
    return model


def _attentive(tok2vec: Any, attention: Any, maxout: Any, norm: Any) -> Any:
    """Return a model of B docs to (B, W): the weighted sum of word vectors, and a hidden layer."""
    block = residual(chain(maxout, norm, Dropout(0.0)))
    return chain(tok2vec, join_docs(), attention, reduce_sum(), block)


def _output(n_labels: int | None, *, is_exclusive: bool) -> tuple[Any, Sequence[Any]]:
    """Return the layer that scores labels, and the end of the model that includes it."""
    if is_exclusive:
        layer: Any = Softmax(nO=n_labels)
        return layer, [layer]
    layer = Linear(nO=n_labels)
    return layer, [layer, output_activation(is_exclusive=False)]


def _finish(model: Any, tok2vec: Any, output: Any, *, is_exclusive: bool) -> None:
    model.set_ref("tok2vec", tok2vec)
    model.set_ref("output_layer", output)
    model.attrs["multi_label"] = not is_exclusive
    model.attrs["start_output"] = start_at_shares


def _name_layers(model: Any, attention: Any, maxout: Any, norm: Any) -> None:
    model.set_ref("attention_layer", attention)
    model.set_ref("maxout_layer", maxout)
    model.set_ref("norm_layer", norm)


def _init_attentive(model: Any, X: Any = None, Y: Any = None) -> None:
    """Initialize the word vectors first; they determine the width of the other layers."""
    tok2vec = model.get_ref("tok2vec")
    tok2vec.initialize(X=X)
    width = tok2vec.get_dim("nO")
    attention, maxout, norm = (
        model.get_ref(f"{name}_layer") for name in ("attention", "maxout", "norm")
    )
    attention.set_dim("nO", width)
    maxout.set_dim("nO", width)
    maxout.set_dim("nI", width)
    norm.set_dim("nI", width)
    norm.set_dim("nO", width)
    if "key_transform" in attention.ref_names:
        transform = attention.get_ref("key_transform")
        transform.set_dim("nI", width)
        transform.set_dim("nO", width)
    init_chain(model, X, Y)
