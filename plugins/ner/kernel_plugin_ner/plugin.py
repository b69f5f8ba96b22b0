"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import kernel
from kernel_plugin_transition.defaults import model_block


@kernel.hookimpl
def kernel_recommend_component(component: str, gpu: bool) -> Mapping[str, Any] | None:
    if component != "ner":
        return None
    # On top of a transformer, the hidden layer learns faster without another one.
    model = model_block("ner", kernel.SHARED, use_upper=not gpu)
    return {"factory": "ner", "model": model}


@kernel.hookimpl
def kernel_recommend_training(components: Sequence[str]) -> Mapping[str, Any]:
    # Corpora of entities are small, and models overfit them within an epoch or two: on tweets the
    # F-score is a point higher than with 0.1, on WNUT 2017 it is the same. Parsers and taggers,
    # whose annotation covers every token, learn more slowly with it.
    return {"dropout": 0.2} if list(components) == ["ner"] else {}
