"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import kernel
from kernel_plugin_transition.defaults import model_block


@kernel.hookimpl
def kernel_recommend_component(component: str, gpu: bool) -> Mapping[str, Any] | None:
    if component != "parser":
        return None
    # On top of a transformer, the hidden layer learns faster without another one.
    model = model_block(
        "parser", kernel.SHARED, hidden_width=128, maxout_pieces=3, use_upper=not gpu
    )
    return {"factory": "parser", "model": model}
