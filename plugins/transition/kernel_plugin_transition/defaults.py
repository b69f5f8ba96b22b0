"""Config blocks that components with a transition system start from. Cheap to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

TOK2VEC: Final = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 96,
    "depth": 4,
    "embed_size": 2000,
    "window_size": 1,
    "maxout_pieces": 3,
    "subword_features": True,
}
LISTENER: Final = {
    "@architectures": "kernel.Tok2VecListener.v1",
    "width": "${components.tok2vec.model.encode.width}",
    "upstream": "*",
}


def model_block(
    state_type: str, tok2vec: Mapping[str, Any], *, hidden_width: int = 64, maxout_pieces: int = 2
) -> dict[str, Any]:
    """Return the block of a model that scores states, over `TOK2VEC` or a `LISTENER`."""
    return {
        "@architectures": "kernel.TransitionBasedParser.v2",
        "state_type": state_type,
        "extra_state_tokens": False,
        "hidden_width": hidden_width,
        "maxout_pieces": maxout_pieces,
        "use_upper": True,
        "nO": None,
        "tok2vec": dict(tok2vec),
    }
