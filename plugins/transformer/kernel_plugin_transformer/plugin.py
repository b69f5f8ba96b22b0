"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import kernel


@kernel.hookimpl
def kernel_add_registries() -> Sequence[str]:
    return ("annotation_setters", "span_getters")


@kernel.hookimpl
def kernel_recommend_shared_layer(
    component: str | None, lang: str, gpu: bool
) -> kernel.SharedLayer | None:
    from kernel_plugin_transformer.recommend import recommend_config

    return recommend_config(component, lang, gpu=gpu)


@kernel.hookimpl
def kernel_initialize(nlp: kernel.Language) -> None:
    # Where no model was created, the module that creates them was not imported.
    if "kernel_plugin_transformer.model" in sys.modules:
        from kernel_plugin_transformer.model import check_encoders

        check_encoders(nlp)
