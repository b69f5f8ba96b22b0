"""Backward passes of torch that are done completely or not at all, and random states."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Self

from attrs import frozen


def add_gradients(output: Any, d_output: Any) -> None:
    """Backpropagate from `output`, and add to the gradients of the tensors it depends on.

    On a GPU, nothing is added if the memory does not suffice for the backward pass. The price is
    memory for another gradient of each parameter.
    """
    import torch

    d_output = d_output.to(output.dtype)
    if output.device.type == "cpu":
        torch.autograd.backward([output], [d_output])
        return
    leaves = _leaves(output)
    found = torch.autograd.grad([output], leaves, [d_output], allow_unused=True)
    for leaf, gradient in zip(leaves, found, strict=True):
        if gradient is not None:
            leaf.grad = gradient if leaf.grad is None else leaf.grad.add_(gradient)


def _leaves(output: Any) -> list[Any]:
    """Return the tensors at the start of a graph whose gradients torch accumulates."""
    found, seen, waiting = [], set(), [output.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            found.append(node.variable)
        waiting += [following for following, _ in node.next_functions]
    return found


@frozen(eq=False)
class RandomState:
    """The state of torch's generators for the CPU and one device."""

    device: Any
    cpu: Any
    gpu: Any

    @classmethod
    def take(cls, device: Any) -> Self:
        """Return the current state."""
        import torch

        gpu = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
        return cls(device, torch.get_rng_state(), gpu)

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Use this state inside the block, and the one before it afterwards."""
        before = self.take(self.device)
        self.restore()
        try:
            yield
        finally:
            before.restore()

    def restore(self) -> None:
        """Use this state."""
        import torch

        torch.set_rng_state(self.cpu)
        if self.gpu is not None:
            torch.cuda.set_rng_state(self.gpu, self.device)
