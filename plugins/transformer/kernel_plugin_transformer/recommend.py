"""The recommended shared layer: a pretrained encoder, and the settings to fine-tune it with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import kernel
from kernel.pipeline import get_lang_class

COMPONENT: Final = "transformer"
_MULTILINGUAL: Final = "bert-base-multilingual-uncased"
_TRAINING: Final[Mapping[str, Any]] = {
    "dropout": 0.1,
    "batcher": {
        "@batchers": "kernel.batch_by_padded.v1",
        # Long docs are divided into spans, so there is no reason to leave them out.
        "discard_oversize": False,
        "size": 2000,
        "buffer": 256,
    },
}
_REMARKS: Final = {
    "training.optimizer.learn_rate": "of the components that listen to the encoder",
    "training.optimizer.use_averages": "false: as the rates fall, the weights change less and less",
}


def recommend_config(component: str | None, lang: str, *, gpu: bool) -> kernel.SharedLayer | None:
    """Return a transformer as the shared layer if `component` is its name, or for a GPU.

    For a GPU, None is returned for a language without a recommended encoder.
    """
    recommended = get_lang_class(lang).Defaults.recommended
    is_asked = component == COMPONENT
    if not is_asked and (component is not None or not gpu or recommended.transformer == ""):
        return None
    return kernel.SharedLayer(
        component=COMPONENT,
        block=_block(recommended.transformer or _MULTILINGUAL),
        listener=_listener(),
        training={
            **_TRAINING,
            "accumulate_gradient": recommended.size_factor,
            "optimizer": _optimizer(),
        },
        for_gpu=True,
        allocator="pytorch",
        remarks=_REMARKS,
    )


def _block(name: str) -> Mapping[str, Any]:
    return {
        "factory": COMPONENT,
        "model": {
            "@architectures": "kernel.TransformerModel.v3",
            "name": name,
            "get_spans": {"@span_getters": "kernel.wordpiece_spans.v1"},
            "tokenizer_config": {"use_fast": True},
            "transformer_config": {},
            "mixed_precision": False,
            "grad_scaler_config": {},
        },
    }


def _listener() -> Mapping[str, Any]:
    return {
        "@architectures": "kernel.TransformerListener.v1",
        "grad_factor": 1.0,
        "upstream": "*",
        "pooling": {"@layers": "reduce_mean.v1"},
    }


def _optimizer() -> Mapping[str, Any]:
    """Return rates that rise for a twentieth of the run and then fall, of encoder and new weights.

    A pretrained encoder forgets what it knows with a rate at which new weights learn well.
    """
    return {
        "use_averages": False,
        "learn_rate": _rising_and_falling(0.001),
        "learn_rates": {COMPONENT: _rising_and_falling(5e-5)},
    }


def _rising_and_falling(rate: float) -> Mapping[str, Any]:
    return {
        "@schedules": "slanted_triangular.v1",
        "max_rate": rate,
        "num_steps": "${training.max_steps}",
        "cut_frac": 0.05,
    }
