"""The default models of the components, and their scores."""

from __future__ import annotations

from typing import Any, Final

from kernel.scoring import Score

SCORES: Final = {
    "cats_score": Score(1.0, title="TEXTCAT", help="the score that `cats_score_desc` names"),
    "cats_score_desc": Score(help="the score that is used as `cats_score`"),
    "cats_micro_p": Score(help="precision over all decisions together"),
    "cats_micro_r": Score(help="recall over all decisions together"),
    "cats_micro_f": Score(help="F-score over all decisions together"),
    "cats_macro_p": Score(help="precision, averaged over labels"),
    "cats_macro_r": Score(help="recall, averaged over labels"),
    "cats_macro_f": Score(help="F-score, averaged over labels"),
    "cats_macro_auc": Score(help="area under the ROC curve, averaged over labels"),
    "cats_f_per_type": Score(
        title="TEXTCAT", help="precision, recall and F-score of each label", per="type"
    ),
    "cats_auc_per_type": Score(
        title="TEXTCAT AUC", help="area under the ROC curve of each label", per="type", listed=False
    ),
}


def ensemble(*, exclusive_classes: bool) -> dict[str, Any]:
    """Return the config of an ensemble of a bag of words and a network over word vectors."""
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
