"""Default config blocks of components with a transition system. Cheap to import."""

from __future__ import annotations

from typing import Any, Final

HASH_EMBED_CNN: Final = {"@architectures": "kernel.HashEmbedCNN.v2"}


def model_block(
    state_type: str,
    tok2vec: Any,
    *,
    hidden_width: int = 64,
    maxout_pieces: int = 2,
    use_upper: bool = True,
) -> dict[str, Any]:
    """Return the config of a model that scores states, on top of the layer `tok2vec`."""
    return {
        "@architectures": "kernel.TransitionBasedParser.v2",
        "state_type": state_type,
        "extra_state_tokens": False,
        "hidden_width": hidden_width,
        "maxout_pieces": maxout_pieces,
        "use_upper": use_upper,
        "nO": None,
        "tok2vec": tok2vec,
    }
