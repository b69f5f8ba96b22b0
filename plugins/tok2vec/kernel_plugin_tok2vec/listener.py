"""The listener: represents a shared component's output in another component's model.

Axes: B docs, n_i tokens of doc i, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import kernel
from kernel.errors import ShapeError
from kernel.ops import Floats, Packed, WeightNode, packed
from kernel.pipeline import find_shared, missing_upstream
from kernel.text import Doc, DocBatch

Backprop = Callable[[Any], list[Any]]


class Tok2VecListener(WeightNode[list[Doc], list[Floats]]):
    """A layer that reads the output of a shared component.

    `redirected_to` is the name of another component that it reads instead, "" for none; None: the
    component that its settings name. It is not saved.
    """

    redirected_to: str | None = None

    def __init__(self, upstream_name: str, width: int) -> None:
        super().__init__(
            "tok2vec-listener",
            _forward,
            dims={"nO": width},
            attrs={"listens_to": upstream_name},
        )

    @property
    def upstream_name(self) -> str:
        """The name of the component that it listens to; "*": the last shared one before."""
        if self.redirected_to is not None:
            return self.redirected_to
        return str(self.attrs["listens_to"])


@kernel.listens
def tok2vec_listener(width: int, upstream: str = "*") -> Tok2VecListener:
    """Read the output of a shared component for the batch, and return the gradient to it.

    width     size of the shared component's vectors
    upstream  name of the shared component; "*": the last one before this component
    returns   a model without weights, B docs to B of (n_i, width)

    If no shared component has processed this batch, vectors are read from `doc.tensor`.
    """
    return Tok2VecListener(upstream, width)


def _forward(model: Any, docs: Sequence[Any], is_train: bool) -> tuple[Packed, Backprop]:
    shared = find_shared(docs, model.upstream_name)
    width, xp = model.get_dim("nO"), model.ops.xp
    if shared is None:
        # A plain list has the docs from which a model infers its shapes, before any vectors exist.
        is_needed = is_train or isinstance(docs, DocBatch)
        tensors = [_read_tensor(model, doc, is_needed=is_needed) for doc in docs]
        return packed(tensors, width=width, xp=xp), lambda dY: []
    Y = packed(shared.arrays, width=width, xp=xp)
    _check_width(model, Y.data)

    def backprop(dY: Any) -> list[Any]:
        shared.add_gradient(packed(dY, width=width, xp=xp))
        return []

    return Y, backprop


def _read_tensor(model: Any, doc: Any, *, is_needed: bool) -> Any:
    tensor = doc.tensor
    if tensor.size:
        _check_width(model, tensor)
        return tensor
    if is_needed and len(doc):
        raise missing_upstream(model.upstream_name, "have no tensor")
    return model.ops.alloc2f(len(doc), model.get_dim("nO"))


def _check_width(model: Any, array: Any) -> None:
    width = model.get_dim("nO")
    if array.shape[1] != width:
        raise ShapeError(
            f"`width` of the listener is {width}, but the shared component has "
            f"{array.shape[1]} dimensions",
            hint="set it to the width of that component, by a variable such as "
            "`${components.tok2vec.model.encode.width}`",
        )
