"""The layers that spaCy has in place of each layer of kernel.

The names, their order and their nesting are those of spaCy's models, as `nlp.get_pipe("ner").model`
shows them when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from kernel_plugin_spacy.pipelines.place import (
    Flat,
    Place,
    chain,
    concatenate,
    leaf,
    nested,
    wrapped,
)

# The id of the attribute ORTH, by which bags of words count.
_ORTH: Final = 65
# Between the names of layers in sequence, and of those that read the same input.
_SIGNS: Final = (">>", "|")


def lay_out(node: Any) -> Place:
    """Return the layers that spaCy has in place of `node`, and of the layers below it."""
    if node.name in _LAYOUTS:
        return _LAYOUTS[node.name](node)
    names = [layer.name for layer in node.layers]
    if "find_ngrams" in names:
        return _bow(node)
    if "join_docs" in names:
        return _pooled(node)
    if names == ["maxout", "layernorm", "dropout"]:
        return nested(*map(leaf, names, node.layers), node=node)
    if names[1:2] == ["linear"] and names[-1] == "logistic":
        first, *output = map(lay_out, node.layers)
        return chain(first, nested(*output), node=node)
    layers = [*map(lay_out, node.layers)]
    joined = next((sign for sign in _SIGNS if node.name == sign.join(names)), None)
    name = node.name if joined is None else joined.join(layer.name for layer in layers)
    return Place(name, layers, node)


def is_fused(name: str) -> bool:
    """Return whether only kernel's models have layers with this name."""
    return name in _FUSED


# Embeddings and encoders


def _multi_hash_embed(node: Any) -> Place:
    *sources, maxout, norm, dropout = node.layers
    tables = [source for source in sources if source.name != "static_vectors"]
    static = [_static_vectors(source) for source in sources[len(tables) :]]
    columns = node.attrs["columns"]
    tables = [_hash_embed(table, column) for column, table in enumerate(tables)]
    features = _features(columns, concatenate(*tables))
    mixer = wrapped("with_array", _block(maxout, norm, dropout), pad=0)
    if static:
        return chain(concatenate(chain(*features), *static), mixer, leaf("ragged2list"), node=node)
    return chain(*features, mixer, leaf("ragged2list"), node=node)


def _character_embed(node: Any) -> Place:
    characters, feature, *static, maxout, norm, dropout = node.layers
    return chain(
        concatenate(
            chain(leaf("charembed", characters), leaf("list2ragged")),
            chain(*_features(node.attrs["columns"], _hash_embed(feature, 0))),
            *map(_static_vectors, static),
        ),
        wrapped("with_array", _block(maxout, norm, dropout), pad=0),
        leaf("ragged2list"),
        node=node,
    )


def _features(columns: Sequence[str | int], tables: Place) -> list[Place]:
    return [
        leaf("extract_features", columns=columns),
        leaf("list2ragged"),
        wrapped("with_array", tables, pad=0),
    ]


def _hash_embed(table: Any, column: int) -> Place:
    """Return the layers of a table of hashed values, which picks its column of the features."""
    (node,) = table.layers or [table]
    own = Place("hashembed", node=node, settings={"column": column})
    return chain(leaf("ints-getitem"), own)


def _static_vectors(node: Any) -> Place:
    # Both look up vectors by the attribute of the table.
    return leaf("static_vectors", node, key_attr="ORTH")


def _block(maxout: Any, norm: Any, dropout: Any) -> Place:
    return nested(leaf("maxout", maxout), leaf("layernorm", norm), leaf("dropout", dropout))


def _window_encoder(node: Any) -> Place:
    window = leaf("expand_window", window_size=node.attrs["window_size"])
    blocks = [
        wrapped("residual", chain(window, _block(*node.layers[start : start + 3])))
        for start in range(0, len(node.layers), 3)
    ]
    return wrapped("with_array", chain(*blocks), node, pad=node.attrs["pad"])


def _parser_model(node: Any) -> Place:
    # In training, spaCy rectifies a single piece.
    own = {"linear_prediction": True} if node.get_ref("lower").get_dim("nP") == 1 else {}
    layers = [*map(lay_out, node.layers)]
    return Place(node.name, layers, node, sizes={"nO": output_of(node)}, own=own)


def output_of(parser_model: Any) -> Any:
    """Return the layer with the scores of actions."""
    return parser_model.get_ref("upper" if parser_model.attrs["has_upper"] else "lower")


# Text classification


def _bow(node: Any) -> Place:
    find, linear, *activation = node.layers
    weights = Place("sparse_linear", node=linear, flat={"W": _by_classes(linear)})
    if "resize_output" in node.attrs:
        weights = wrapped("resizable", weights)
    ngrams = leaf("extract_ngrams", ngram_size=find.attrs["ngram_size"], attr=_ORTH)
    counted = chain(ngrams, weights)
    if not activation:
        return wrapped("with_cpu", counted, node)
    return chain(
        wrapped("with_cpu", counted),
        *(wrapped("with_cpu", leaf(layer.name, layer)) for layer in activation),
        node=node,
    )


def _by_classes(linear: Any) -> Flat:
    """Return how spaCy stores a table that kernel has by rows: flat, by classes.

    (L, O) is stored as (O * L,), as is (O * L, 1) with the indexing of version 1. Arrays of other
    sizes stay as they are, and do not fit.
    """
    length = linear.get_dim("length")

    def arrange(W: Any) -> Any:
        if linear.attrs["v1_indexing"]:
            return W.reshape(-1, 1)
        return W if W.size % length else W.reshape(-1, length).T

    return Flat(arrange, lambda W: W.T.reshape(-1))


def _pooled(node: Any) -> Place:
    """Return the layers of a network that reduces the vectors of a doc to one."""
    tok2vec, _, *others = node.layers
    layers = [lay_out(tok2vec), leaf("list2ragged"), *(_pooling(layer) for layer in others)]
    if "resize_output" in node.attrs:
        output = next(number for number, layer in enumerate(layers) if layer.name in _OUTPUTS)
        layers[output] = wrapped("resizable", layers[output])
    return nested(*layers, node=node)


def _pooling(layer: Any) -> Place:
    if layer.name == "pool":
        return concatenate(*(leaf(f"reduce_{way}") for way in layer.attrs["ways"]), node=layer)
    return lay_out(layer)


_FUSED: Final = {
    "character_embed",
    "find_ngrams",
    "hash_feature",
    "join_docs",
    "maxout_window_encoder",
    "multi_hash_embed",
    "pool",
}
_OUTPUTS: Final = {"linear", "softmax"}
_LAYOUTS: Final[dict[str, Callable[[Any], Place]]] = {
    "multi_hash_embed": _multi_hash_embed,
    "character_embed": _character_embed,
    "parser_model": _parser_model,
    "maxout_window_encoder": _window_encoder,
}
