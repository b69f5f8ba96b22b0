"""The models of components of which a config says nothing else, and the weights of their scores."""

from __future__ import annotations

from typing import Any, Final

# None: computed, but not part of the score.
SCORE_WEIGHTS: Final[dict[str, float | None]] = {
    "cats_score": 1.0,
    "cats_score_desc": None,
    "cats_micro_p": None,
    "cats_micro_r": None,
    "cats_micro_f": None,
    "cats_macro_p": None,
    "cats_macro_r": None,
    "cats_macro_f": None,
    "cats_macro_auc": None,
    "cats_f_per_type": None,
}


def ensemble(*, exclusive_classes: bool) -> dict[str, Any]:
    """Return the block of a bag of words beside a network of its own over word vectors."""
    return {
        "@architectures": "kernel.TextCatEnsemble.v2",
        "nO": None,
        "linear_model": {
            "@architectures": "kernel.TextCatBOW.v3",
            "exclusive_classes": exclusive_classes,
            "length": 262144,
            "ngram_size": 1,
            "no_output_layer": False,
            "nO": None,
        },
        "tok2vec": {
            "@architectures": "kernel.Tok2Vec.v2",
            "embed": {
                "@architectures": "kernel.MultiHashEmbed.v2",
                "width": 64,
                "rows": [2000, 2000, 500, 1000, 500],
                "attrs": ["NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE"],
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "kernel.MaxoutWindowEncoder.v2",
                "width": 64,
                "window_size": 1,
                "maxout_pieces": 3,
                "depth": 2,
            },
        },
    }
