"""Hook implementations of this package. Cheap to import: no arrays, no models."""

from collections.abc import Mapping
from typing import Any

import kernel
from kernel_plugin_transition.defaults import model_block


@kernel.hookimpl
def kernel_recommend_component(component: str) -> Mapping[str, Any] | None:
    if component != "chunker":
        return None
    return {"factory": "chunker", "model": model_block("phrases", kernel.SHARED)}
