"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import kernel


@kernel.hookimpl
def kernel_translate_weights(model: Any, weights: Mapping[str, Any]) -> Mapping[str, Any] | None:
    from kernel_plugin_spacy.pipelines.weights import translate

    return translate(model, weights)
