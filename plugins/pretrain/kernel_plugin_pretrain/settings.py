"""The section `[pretraining]`, and the key that this package adds to `[initialize]`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attrs import frozen

from kernel.config import Range, Schedule, setting

CHARACTERS: Final = {
    "@architectures": "kernel.PretrainCharacters.v1",
    "maxout_pieces": 3,
    "hidden_size": 300,
    "n_characters": 4,
}
_BATCHER: Final = {
    "@batchers": "kernel.batch_by_words.v1",
    "size": 3000,
    "discard_oversize": False,
    "tolerance": 0.2,
    "get_length": None,
}
_ADAM: Final = {
    "@optimizers": "Adam.v1",
    "beta1": 0.9,
    "beta2": 0.999,
    "L2_is_weight_decay": True,
    "L2": 0.01,
    "grad_clip": 1.0,
    "use_averages": True,
    "eps": 1e-8,
    "learn_rate": 0.001,
}


@frozen(kw_only=True)
class PretrainingSettings:
    """Learning of a layer from raw text. Section `[pretraining]`."""

    max_epochs: int = setting(1000, "passes over the text", range=Range(1))
    dropout: float | Schedule = setting(
        0.2, "share of the activations that are dropped in an update", range=Range(0, 1)
    )
    n_save_every: int | None = setting(
        None, "batches after which to save within an epoch; null: never", range=Range(1)
    )
    n_save_epoch: int | None = setting(
        None, "save only every n-th epoch and the last one; null: every epoch", range=Range(1)
    )
    component: str = setting("tok2vec", "the component with the layer", names="component")
    layer: str = setting(
        "", "the name of the layer in the component's model; empty: the whole model"
    )
    corpus: str = setting("corpora.pretrain", "dotted name of the raw text", names="object")
    held_out: float = setting(
        0.0, "share of the docs that are kept for measuring the loss", range=Range(0, 0.5)
    )
    held_out_corpus: str | None = setting(
        None, "dotted name of a corpus for measuring the loss", names="object"
    )
    patience: int = setting(
        0, "epochs without a lower held-out loss after which to stop; 0: none", range=Range(0)
    )
    batcher: Callable[..., Any] = setting(
        _BATCHER, "cuts the text into batches", registry="batchers"
    )
    objective: Callable[..., Any] = setting(
        CHARACTERS, "what is learned from the text", registry="architectures"
    )
    optimizer: Any = setting(_ADAM, "changes the weights", registry="optimizers")


@frozen(kw_only=True)
class PretrainedSettings:
    """The key that this package adds to `[initialize]`."""

    init_tok2vec: str | None = setting(
        None, "file with pretrained weights, which `kernel pretrain` wrote"
    )
