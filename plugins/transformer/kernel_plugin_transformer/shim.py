"""An encoder inside of a Thinc model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from thinc.shims import PyTorchShim
from thinc.util import get_torch_default_device

from kernel.errors import NotInitializedError
from kernel_plugin_transformer.precision import Precision
from kernel_plugin_transformer.pretrained import Encoder
from kernel_plugin_transformer.stored import StoredEncoder, encoder_from_bytes, encoder_to_bytes

# spaCy's default.
MAX_BATCH_ITEMS: Final = 4096


class EncoderShim(PyTorchShim):
    """The torch module and the tokenizer of an encoder, which may not be loaded yet.

    tokenizer_config    settings with which the tokenizer is loaded
    transformer_config  settings with which the module is loaded
    precision           in which it computes
    max_batch_items     most padded word pieces whose activations are in memory at once
    """

    def __init__(
        self,
        tokenizer_config: Mapping[str, Any],
        transformer_config: Mapping[str, Any],
        precision: Precision,
    ) -> None:
        super().__init__(None, mixed_precision=precision.mixed)
        self.tokenizer_config = dict(tokenizer_config)
        self.transformer_config = dict(transformer_config)
        self.precision = precision
        self.max_batch_items = MAX_BATCH_ITEMS
        self._tokenizer: Any = None

    @property
    def is_loaded(self) -> bool:
        """Whether there is an encoder."""
        return self._model is not None

    @property
    def encoder(self) -> Encoder:
        """The encoder; raises `NotInitializedError` if it is not loaded."""
        if not self.is_loaded:
            raise NotInitializedError("transformer")
        return Encoder(self._tokenizer, self._model)

    @encoder.setter
    def encoder(self, encoder: Encoder) -> None:
        device = get_torch_default_device()
        self._model = encoder.module.to(device)
        self._tokenizer = encoder.tokenizer
        self._grad_scaler = self.precision.grad_scaler(device)

    @property
    def scaler(self) -> Any:
        """Thinc's gradient scaler."""
        return self._grad_scaler

    @contextlib.contextmanager
    def scaled_gradients(self) -> Iterator[None]:
        """Scale the gradients of the module inside the block, also those that it has before.

        At the end, an overflow is noted, so that the optimizer leaves the step out.
        """
        self.scaler.scale(self._gradients(), inplace=True)
        yield
        self.scaler.unscale(self._gradients())

    def _gradients(self) -> list[Any]:
        return [each.grad for each in self._model.parameters() if each.grad is not None]

    def to_bytes(self) -> bytes:
        """Return the encoder, and the settings with which it was loaded, as bytes."""
        encoder = self.encoder if self.is_loaded else None
        return encoder_to_bytes(
            StoredEncoder(encoder, self.tokenizer_config, self.transformer_config)
        )

    def from_bytes(self, bytes_data: bytes) -> EncoderShim:
        """Use the encoder in `bytes_data`; raises `LoadError` if they are damaged."""
        stored = encoder_from_bytes(bytes_data)
        self.tokenizer_config = dict(stored.tokenizer_config)
        self.transformer_config = dict(stored.transformer_config)
        if stored.encoder is not None:
            self.encoder = stored.encoder
        return self
