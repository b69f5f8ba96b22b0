"""Default models of components, under the names that spaCy's modules have for them."""

from __future__ import annotations

import copy
from typing import Any, Final

from kernel.config import Config
from kernel.pipeline import get_factory

_FACTORIES: Final = {
    "DEFAULT_EDIT_TREE_LEMMATIZER_MODEL": "trainable_lemmatizer",
    "DEFAULT_MORPH_MODEL": "morphologizer",
    "DEFAULT_MULTI_TEXTCAT_MODEL": "textcat_multilabel",
    "DEFAULT_NER_MODEL": "ner",
    "DEFAULT_PARSER_MODEL": "parser",
    "DEFAULT_SENTER_MODEL": "senter",
    "DEFAULT_SINGLE_TEXTCAT_MODEL": "textcat",
    "DEFAULT_TAGGER_MODEL": "tagger",
    "DEFAULT_TOK2VEC_MODEL": "tok2vec",
}
_CLASSIFIERS: Final = {
    f"{labels}_{kind}_config": (kind, labels == "single_label")
    for labels in ("single_label", "multi_label")
    for kind in ("bow", "cnn", "default")
}

DEFAULT_ENT_ID_SEP: Final = "||"
DEFAULT_SPANS_KEY: Final = "ruler"
PatternType = dict[str, str | list[dict[str, Any]]]

__all__ = ["DEFAULT_ENT_ID_SEP", "DEFAULT_SPANS_KEY", "PatternType", *_FACTORIES, *_CLASSIFIERS]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in _FACTORIES:
        return _default(_FACTORIES[name])
    if name in _CLASSIFIERS:
        return Config({"model": _classifier(*_CLASSIFIERS[name])}).to_str()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _default(factory: str) -> dict[str, Any]:
    model: dict[str, Any] = copy.deepcopy(dict(get_factory(factory, None).default_config["model"]))
    return model


def _classifier(kind: str, is_exclusive: bool) -> dict[str, Any]:
    if kind == "default":
        return _default("textcat" if is_exclusive else "textcat_multilabel")
    if kind == "bow":
        return {
            "@architectures": "spacy.TextCatBOW.v3",
            "exclusive_classes": is_exclusive,
            "length": 262144,
            "ngram_size": 1,
            "no_output_layer": False,
        }
    return {
        "@architectures": "spacy.TextCatReduce.v1",
        "exclusive_classes": is_exclusive,
        "use_reduce_first": False,
        "use_reduce_last": False,
        "use_reduce_max": False,
        "use_reduce_mean": True,
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "pretrained_vectors": None,
            "width": 96,
            "depth": 4,
            "embed_size": 2000,
            "window_size": 1,
            "maxout_pieces": 3,
            "subword_features": True,
        },
    }
