"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import kernel


@kernel.hookimpl
def kernel_recommend_component(component: str) -> Mapping[str, Any] | None:
    if component != "parser":
        return None
    listener = {
        "@architectures": "kernel.Tok2VecListener.v1",
        "width": "${components.tok2vec.model.encode.width}",
        "upstream": "*",
    }
    model = {
        "@architectures": "kernel.TransitionBasedParser.v2",
        "state_type": "parser",
        "extra_state_tokens": False,
        "hidden_width": 128,
        "maxout_pieces": 3,
        "use_upper": True,
        "nO": None,
        "tok2vec": listener,
    }
    return {"factory": "parser", "model": model}
