"""The recommended encoder of each language, and the settings to fine-tune it with.

The names, at the hub of Hugging Face, are those that spaCy 3.8 recommends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import kernel

COMPONENT: Final = "transformer"
_MULTILINGUAL: Final = "bert-base-multilingual-uncased"
# None: none that needs no other tokenizer.
_ENCODERS: Final[Mapping[str, str | None]] = {
    "ar": "asafaya/bert-base-arabic",
    "bg": "iarfmoose/roberta-base-bulgarian",
    "bn": "sagorsarker/bangla-bert-base",
    "ca": "projecte-aina/roberta-base-ca-v2",
    "da": "Maltehb/danish-bert-botxo",
    "de": "bert-base-german-cased",
    "el": "nlpaueb/bert-base-greek-uncased-v1",
    "en": "roberta-base",
    "es": "dccuchile/bert-base-spanish-wwm-cased",
    "eu": "mrm8488/RoBasquERTa",
    "fi": "TurkuNLP/bert-base-finnish-cased-v1",
    "fr": "camembert-base",
    "hi": "ai4bharat/indic-bert",
    "id": "indolem/indobert-base-uncased",
    "it": None,
    "ja": None,
    "lt": None,
    "mk": "anon-submission-mk/bert-base-macedonian-cased",
    "nb": "NbAiLab/nb-bert-base",
    "nl": "GroNLP/bert-base-dutch-cased",
    "pl": "dkleczek/bert-base-polish-cased-v1",
    "pt": "neuralmind/bert-base-portuguese-cased",
    "ro": "dumitrescustefan/bert-base-romanian-cased-v1",
    "si": "setu4993/LaBSE",
    "sv": "KB/bert-base-swedish-cased",
    "ta": "ai4bharat/indic-bert",
    "te": "kuppuluri/telugu_bertu",
    "th": "monsoon-nlp/bert-base-thai",
    "tr": "dbmdz/bert-base-turkish-cased",
    "uk": "youscan/ukr-roberta-base",
    "ur": "urduhack/roberta-urdu-small",
    "zh": "bert-base-chinese",
}
_TRAINING: Final[Mapping[str, Any]] = {
    # Three parts of a batch fit into memory where the whole may not.
    "accumulate_gradient": 3,
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


def encoder_of(lang: str) -> str | None:
    """Return the name of the recommended encoder for a language, or None."""
    return _ENCODERS.get(lang, _MULTILINGUAL)


def recommend(component: str | None, lang: str, *, gpu: bool) -> kernel.SharedLayer | None:
    """Return a transformer as the shared layer if `component` is its name, or for a GPU.

    For a GPU, None is returned for a language without a recommended encoder.
    """
    name = encoder_of(lang)
    is_asked = component == COMPONENT
    if not is_asked and (component is not None or not gpu or name is None):
        return None
    return kernel.SharedLayer(
        component=COMPONENT,
        block=_block(name or _MULTILINGUAL),
        listener=_listener(),
        training={**_TRAINING, "optimizer": _optimizer()},
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
