"""Bag-of-words models: each n-gram of a doc has a weight for each label.

Axes: B docs, O labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from thinc.api import Model, chain

from kernel.errors import ArgumentError
from kernel.ops import Floats
from kernel.text import Doc
from kernel_plugin_textcat.ngrams import Ngrams, find_ngrams
from kernel_plugin_textcat.outputs import output_activation, start_at_shares
from kernel_plugin_textcat.resizing import make_resizable
from kernel_plugin_textcat.sparse_linear import sparse_linear

_FIXED_LENGTH: Final = 2**18


def text_cat_bow_v3(
    exclusive_classes: bool,
    ngram_size: int,
    no_output_layer: bool,
    length: int = 262144,
    nO: int | None = None,
) -> Model[list[Doc], Floats]:
    """Add up the weights of a doc's n-grams for each label. Fast; ignores the order of n-grams.

    exclusive_classes  whether each doc has exactly one label
    ngram_size         maximum number of words in an n-gram
    no_output_layer    return scores without activation, as input of another layer
    length             rows of the hash table of n-grams, rounded up to a power of two
    nO                 number of labels; null: taken from the data
    returns            B docs to (B, O), from 0 to 1 unless there is no output layer

    Raises ArgumentError for a `length` below 1.
    """
    if length < 1:
        raise ArgumentError(f"`length` must be 1 or more, got {length}")
    rounded = 1 << (length - 1).bit_length()
    return _bow(sparse_linear(nO, rounded), exclusive_classes, ngram_size, no_output_layer)


def text_cat_bow_v2(
    exclusive_classes: bool,
    ngram_size: int,
    no_output_layer: bool,
    nO: int | None = None,
) -> Model[list[Doc], Floats]:
    """Return the same model as `text_cat_bow_v3`, but labels share values of the table.

    Kept for existing models; use v3 for new ones.
    """
    layer = sparse_linear(nO, _FIXED_LENGTH, v1_indexing=True)
    return _bow(layer, exclusive_classes, ngram_size, no_output_layer)


def text_cat_bow_v1(
    exclusive_classes: bool,
    ngram_size: int,
    no_output_layer: bool,
    nO: int | None = None,
) -> Model[list[Doc], Floats]:
    """Return the same model as `text_cat_bow_v2`, but labels cannot be added to it."""
    model = text_cat_bow_v2(exclusive_classes, ngram_size, no_output_layer, nO)
    del model.attrs["resize_output"]
    return model


def _bow(
    layer: Any, exclusive_classes: bool, ngram_size: int, no_output_layer: bool
) -> Model[list[Doc], Floats]:
    layers = [Model("find_ngrams", _find, attrs={"ngram_size": ngram_size}), layer]
    if not no_output_layer:
        layers.append(output_activation(is_exclusive=exclusive_classes))
    model: Any = chain(*layers)
    model.attrs["multi_label"] = not exclusive_classes
    if not no_output_layer:
        model.attrs["start_output"] = start_at_shares
    make_resizable(model, layer, has_activation=not no_output_layer)
    return model


def _find(
    model: Any, docs: Sequence[Doc], is_train: bool
) -> tuple[Ngrams, Callable[[Ngrams], list[Doc]]]:
    return find_ngrams(docs, model.attrs["ngram_size"]), lambda dY: []
