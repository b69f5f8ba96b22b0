"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import kernel

# The settings that `init config` writes besides the model.
_SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "tagger": {"label_smoothing": 0.05},
    "morphologizer": {"label_smoothing": 0.05},
    "trainable_lemmatizer": {
        "backoff": "orth",
        "min_tree_freq": 3,
        "overwrite": False,
        "top_k": 1,
    },
}


@kernel.hookimpl
def kernel_recommend_component(component: str) -> Mapping[str, Any] | None:
    if component == "senter":
        # A small embedding of its own is as accurate as the shared one, and faster.
        return {"factory": "senter"}
    if component not in _SETTINGS:
        return None
    model = {
        "@architectures": "kernel.Tagger.v2",
        "nO": None,
        "normalize": False,
        "tok2vec": kernel.SHARED,
    }
    return {"factory": component, **_SETTINGS[component], "model": model}
