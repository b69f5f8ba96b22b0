"""The model: embeddings of affixes and shapes of words, and a softmax over the levels.

Axes: N tokens of a doc, F features, W width, L levels.
"""

from collections.abc import Callable
from typing import Any

from thinc.api import HashEmbed, Model, Softmax, chain, concatenate, with_array

from kernel import Doc

FEATURES = ("PREFIX", "SUFFIX", "SHAPE")


def affixes(width: int = 16, rows: int = 500) -> Model[list[Doc], list[Any]]:
    """Return a model that scores the levels of each word by its prefix, suffix and shape.

    width: The width of the embedding of each feature.
    rows: The rows of the table of each feature, into which its values are hashed.
    """
    tables = [HashEmbed(width, rows, column=i, seed=i) for i in range(len(FEATURES))]
    return chain(_features(), with_array(chain(concatenate(*tables), Softmax())))


def _features() -> Model[list[Doc], list[Any]]:
    return Model("reading-features", _read_features)


def _read_features(
    model: Model[list[Doc], list[Any]], docs: list[Doc], is_train: bool
) -> tuple[list[Any], Callable[[list[Any]], list[Doc]]]:
    # One array per doc, (N, F) uint64; features have no gradient.
    return [model.ops.asarray(doc.to_array(list(FEATURES))) for doc in docs], lambda _: []
