"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import kernel

_MULTI_LABEL: Final = {"textcat": False, "textcat_multilabel": True}


@kernel.hookimpl
def kernel_recommend_component(component: str, optimize: str) -> Mapping[str, Any] | None:
    if component not in _MULTI_LABEL:
        return None
    bow = {
        "@architectures": "kernel.TextCatBOW.v3",
        "exclusive_classes": not _MULTI_LABEL[component],
        "ngram_size": 1,
        "no_output_layer": False,
        "length": 262144,
        "nO": None,
    }
    if optimize == "efficiency":
        return {"factory": component, "model": bow}
    ensemble = {
        "@architectures": "kernel.TextCatEnsemble.v2",
        "nO": None,
        "linear_model": bow,
        "tok2vec": kernel.SHARED,
    }
    return {"factory": component, "model": ensemble}
