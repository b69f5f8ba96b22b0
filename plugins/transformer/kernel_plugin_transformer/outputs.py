"""The outputs of an encoder, collected from sub-batches.

Axes: S spans, M word pieces of all spans, n spans and L word pieces of a padded sub-batch, W width,
H heads.
"""

from __future__ import annotations

from typing import Any, Final

from kernel.ops import Ints
from kernel_plugin_transformer.runs import SubBatch

_HIDDEN: Final = "last_hidden_state"
_IGNORED: Final = ("past_key_values",)
# The axes of outputs for word pieces, (n, L, W), and for pairs of them, (n, H, L, L).
_DIMS_OF_PIECES: Final = 3
_DIMS_OF_MAPS: Final = 4


class Outputs:
    """The outputs for all spans, in float32 on the encoder's device.

    span_sizes  (S,)  word pieces of each span
    hidden      (M, W)
    others      by the names of Hugging Face, as in `EncodedBatch.outputs`
    """

    def __init__(self, span_sizes: Ints, device: Any, width: int) -> None:
        import torch

        self._sizes = span_sizes
        self._n_pieces = int(span_sizes.sum())
        self.hidden = torch.zeros((self._n_pieces, width), device=device)
        self.others: dict[str, Any] = {}

    def add(self, part: SubBatch, output: Any) -> None:
        """Add the output for a sub-batch."""
        self._copy(part, output[_HIDDEN], self.hidden)
        for name, value in output.items():
            known = self.others.get(name)
            if name == _HIDDEN or name in _IGNORED or value is None:
                continue
            if isinstance(value, tuple):
                starts = known or [None] * len(value)
                self.others[name] = tuple(
                    self._copy(part, each, before)
                    for each, before in zip(value, starts, strict=True)
                )
            else:
                self.others[name] = self._copy(part, value, known)

    def _copy(self, part: SubBatch, tensor: Any, into: Any) -> Any:
        """Copy a tensor of a sub-batch to its place in that of all spans, which is returned.

        tensor   (n, W), (n, L, W) or (n, H, L, L)
        into     (S, W), (M, W) or S of (H, l, l); None: make it
        """
        tensor = tensor.detach().float()
        if tensor.dim() == _DIMS_OF_MAPS:
            into = [None] * len(self._sizes) if into is None else into
            for index, span in enumerate(part.spans.tolist()):
                size = int(self._sizes[span])
                into[span] = tensor[index, :, :size, :size].clone()
            return into
        is_of_pieces = tensor.dim() == _DIMS_OF_PIECES
        if into is None:
            n_rows = self._n_pieces if is_of_pieces else len(self._sizes)
            into = tensor.new_zeros((n_rows, tensor.shape[-1]))
        if is_of_pieces:
            tensor = tensor.reshape(-1, tensor.shape[-1])[self._indices(part.cells)]
        into[self._indices(part.rows if is_of_pieces else part.spans)] = tensor
        return into

    def _indices(self, array: Ints) -> Any:
        import torch

        return torch.from_numpy(array).to(self.hidden.device)
