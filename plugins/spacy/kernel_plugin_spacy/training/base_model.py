"""The callback that copies the tokenizer and the vocabulary of another pipeline."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from kernel import Language, load
from kernel.errors import ConfigError
from kernel.registry import canonical_name

log: Final = logging.getLogger("kernel.training")


def create_copy_from_base_model(
    tokenizer: str | None = None, vocab: str | None = None
) -> Callable[[Language], None]:
    """Return a callback for `initialize.before_init` that copies parts of other pipelines.

    tokenizer  the package or folder from which to copy the rules of the tokenizer
    vocab      the package or folder from which to copy the vocabulary, with its word vectors

    The callback raises `ConfigError` if the tokenizer of that pipeline is another one.
    """

    def copy(nlp: Language) -> None:
        loaded = {name: load(name) for name in {tokenizer, vocab} if name is not None}
        if tokenizer is not None:
            log.info("copying the tokenizer of %s", tokenizer)
            _copy_tokenizer(loaded[tokenizer], nlp, tokenizer)
        if vocab is not None:
            log.info("copying the vocabulary of %s", vocab)
            nlp.vocab.from_bytes(loaded[vocab].vocab.to_bytes())

    return copy


def _copy_tokenizer(base: Language, nlp: Language, name: str) -> None:
    own, other = _settings(nlp), _settings(base)
    if own != other:
        raise ConfigError(
            f"the tokenizer of {name} cannot be copied: its settings are {other}, but "
            f"[nlp.tokenizer] has {own}"
        )
    nlp.tokenizer.from_bytes(base.tokenizer.to_bytes(exclude=["vocab"]), exclude=["vocab"])


def _settings(nlp: Language) -> dict[str, Any]:
    """Return the settings of the tokenizer; its function by the name that kernel has for it."""
    block: Mapping[str, Any] = nlp.config.interpolate()["nlp"]["tokenizer"]
    return {**block, "@tokenizers": canonical_name(block["@tokenizers"])}
