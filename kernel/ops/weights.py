"""Model nodes that count changes of their weights, so that derived values can be cached."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from thinc.api import Model
from thinc.shims import Shim

from kernel.errors import KernelError
from kernel.ops.row_gradient import RowGradient
from kernel.ops.rows import add_rows

if TYPE_CHECKING:
    from kernel.ops.types import Floats, Ints


InT = TypeVar("InT")
OutT = TypeVar("OutT")
MadeT = TypeVar("MadeT")

_CACHE: Final = "_cached"


class WeightNode(Model[InT, OutT]):
    """A Thinc model that counts changes of its own parameters.

    `_copy` relies on undocumented parts of Thinc: `Model._copy`, and `Model.__slots__`, with which
    it moves the contents of a copy to an instance of the node's own class.

    All changes of weights in Thinc (an optimizer's step, `use_params`, loading) call `set_param`.
    Code that changes an array in place must call `set_param` or `mark_changed`.

    shapes          the shape of each parameter, its axes as names of sizes or as numbers; stored
                    weights are checked against them
    changing_attrs  the types of attributes that change after the layer was created, or functions
                    that check their values; all others are part of the architecture
    """

    version: int = 0
    # Read-only: `WeightNode[…](…)` would keep the type, and walking an object to measure its size
    # (as textacy does) never ends in such types, which yield further ones.
    __orig_class__ = property()
    # Gradients with few nonzero rows, by parameter.
    row_gradients: dict[str, RowGradient]

    def __init__(
        self,
        *args: Any,
        shapes: Mapping[str, Sequence[str | int]] | None = None,
        changing_attrs: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.row_gradients = {}  # first, because `set_param` is called for given parameters
        self.shapes = shapes or {}
        self.changing_attrs = changing_attrs or {}
        super().__init__(*args, **settings)

    def param_shapes(self, sizes: Mapping[str, int | None]) -> dict[str, tuple[int | None, ...]]:
        """Return the declared shapes of parameters for a layer of these sizes."""
        return {
            name: tuple(axis if isinstance(axis, int) else sizes.get(axis) for axis in axes)
            for name, axes in self.shapes.items()
        }

    def mark_changed(self) -> None:
        """Count an in-place change of parameters."""
        self.version += 1

    def joint_views(
        self, names: Sequence[str]
    ) -> tuple[Sequence[str], int, Callable[[Floats], dict[str, Floats]]] | None:
        """Return which of these parameters are faster to use as parts of one array.

        returns  their names, the size of the array, and a function that returns their views of a
                 flat array of that size; None if separate arrays are as fast
        """
        return None

    def get_param(self, name: str) -> Any:
        """Return a parameter after applying pending updates of its rows."""
        self._flush(name)
        return super().get_param(name)

    def set_param(self, name: str, value: Any) -> None:
        """Set a parameter, and count the change."""
        self.version += 1
        if name in self.row_gradients and value is not stored_param(self, name):
            self._flush(name)
            self.row_gradients[name].pending = None
        super().set_param(name, value)

    def _flush(self, name: str) -> None:
        table = self.row_gradients.get(name)
        if table is not None and table.pending is not None:
            table.pending.flush()

    # A `RowGradient` is only visible to code that asks for it; for Thinc and other code, the
    # gradient is an array.

    def has_grad(self, name: str) -> bool:
        """Return whether a parameter has a gradient."""
        return name in self.row_gradients or bool(super().has_grad(name))

    def get_grad(self, name: str) -> Any:
        """Return the gradient of a parameter as an array, which may be written to."""
        if name in self.row_gradients:
            return self.row_gradients[name].whole()
        return super().get_grad(name)

    def set_grad(self, name: str, value: Any) -> None:
        """Set the gradient of a parameter."""
        self._flush(name)
        self.row_gradients.pop(name, None)
        super().set_grad(name, value)

    def inc_grad(self, name: str, value: Any) -> None:
        """Add to the gradient of a parameter."""
        if name in self.row_gradients:
            self.row_gradients[name].whole()[...] += value
        else:
            super().inc_grad(name, value)

    def _copy(self, seen: dict[int, Any] | None = None) -> Any:
        for name in self.row_gradients:
            self._flush(name)
        # Thinc's copies are plain models, which would not count changes.
        plain = super()._copy(seen)
        copied = type(self).__new__(type(self))
        for slot in Model.__slots__:
            setattr(copied, slot, getattr(plain, slot))
        copied.row_gradients = {}
        copied.shapes, copied.changing_attrs = self.shapes, self.changing_attrs
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """Return a copy with the same id; what is made of the weights is not copied."""
        for name in self.row_gradients:
            self._flush(name)
        copied = memo[id(self)] = type(self).__new__(type(self))
        values = {slot: getattr(self, slot) for slot in Model.__slots__} | vars(self)
        values.pop(_CACHE, None)
        values["row_gradients"] = {}
        for name, value in values.items():
            setattr(copied, name, copy.deepcopy(value, memo))
        return copied


class SteppingNode(WeightNode[InT, OutT]):
    """A node with a setting that varies from step to step.

    `step` is the number of steps that an optimizer has taken, which is saved with the weights and
    in checkpoints.
    """

    def __init__(self, *args: Any, attrs: Mapping[str, Any], **settings: Any) -> None:
        super().__init__(
            *args, attrs={**attrs, "step": 0}, changing_attrs={"step": int}, **settings
        )

    @property
    def step(self) -> int:
        """The number of steps that were taken."""
        step: int = self.attrs["step"]
        return step

    @step.setter
    def step(self, step: int) -> None:
        self.attrs["step"] = step


def copy_model(model: Any) -> Any:
    """Return a copy of a model with weights of its own, which optimizers know by new ids.

    Unlike Thinc's `Model.copy`, it keeps the references between the layers.
    """
    copied = model.copy()
    nodes = list(model.walk())
    copies = dict(zip((node.id for node in nodes), copied.walk(), strict=True))
    for node in nodes:
        for shim in copies[node.id].shims:
            shim.id = Shim(None).id  # counts the shims of the process
        for name in node.ref_names:
            target = node.maybe_get_ref(name)
            copies[node.id].set_ref(name, None if target is None else copies[target.id])
    return copied


def cached(
    model: Any, key: str, make: Callable[[], MadeT], nodes: Iterable[Any] | None = None
) -> MadeT:
    """Return the cached result of `make`; it is called again only after weights changed.

    nodes  the nodes whose weights are used; None: all nodes of the model

    If one of them is not a `WeightNode`, changes cannot be detected, and nothing is cached.
    """
    version = weights_version(tree(model) if nodes is None else nodes)
    if version is None:
        return make()
    values = vars(model).setdefault(_CACHE, {})
    known = values.get(key)
    if known is None or known[0] != version:
        known = values[key] = (version, make())
    return known[1]


def sizes_of(layer: Any) -> dict[str, int | None]:
    """Return the sizes of a layer by name; None for a size that is not set."""
    return {name: layer.get_dim(name) if layer.has_dim(name) else None for name in layer.dim_names}


def no_backprop(d_output: Any) -> Any:
    """Raise an error: the backward pass of a prediction."""
    raise KernelError("there is no gradient of a prediction", hint="call `begin_update`")


def tree(model: Any) -> Iterator[Any]:
    """Yield the nodes of a model; one that is part of several layers repeatedly."""
    # Thinc's `walk` removes duplicates, which is slower than visiting them twice.
    yield model
    for layer in model.layers:
        yield from tree(layer)


def weights_version(nodes: Iterable[Any]) -> tuple[Any, ...] | None:
    """Return a value that changes with any weight of `nodes`, None if changes are not counted."""
    versions = []
    for node in nodes:
        if not isinstance(node, WeightNode):
            return None
        versions.append((node.id, node.version))
    return tuple(versions)


def gradient_of(node: Any, name: str) -> Floats:
    """Return the gradient of a parameter as an array to add to; initially zeros.

    returns  the parameter's shape

    Adding to a few rows of a large table in place does not touch the other rows.
    """
    if not node.has_grad(name):
        param = node.get_param(name)
        node.set_grad(name, node.ops.xp.zeros(param.shape, dtype=param.dtype))
    return node.get_grad(name)


def add_row_gradient(node: WeightNode[Any, Any], name: str, keys: Ints, values: Floats) -> None:
    """Add values to rows of the gradient of a table, as a `RowGradient`.

    keys    (K, N)  the K rows that each value is added to
    values  (N, W)  must not change before the next step
    """
    if not node.has_grad(name) and node.ops.xp is np:
        param: Any = stored_param(node, name)
        node.row_gradients[name] = RowGradient(param.shape, param.dtype)
    if name in node.row_gradients:
        node.row_gradients[name].add(node.ops, keys, values)
    else:
        add_rows(node.ops, gradient_of(node, name), keys, values)


def stored_param(node: Any, name: str) -> Any:
    """Return a parameter as stored; updates of its rows may be pending."""
    return Model.get_param(node, name) if isinstance(node, Model) else node.get_param(name)


def param_for_rows(node: Any, name: str, rows: Ints) -> Floats:
    """Return a table after applying the pending updates of `rows`; other rows must not be read.

    rows    any shape
    """
    gradient = node.row_gradients.get(name) if isinstance(node, WeightNode) else None
    if gradient is not None and gradient.pending is not None:
        gradient.pending.flush(rows)
    return stored_param(node, name)


def restore_pending(model: Any, optimizer: Any) -> None:
    """Connect the tables of `model` to the pending updates of a resumed optimizer."""
    for node in tree(model):
        for name in node.param_names if isinstance(node, WeightNode) else ():
            table: Any = stored_param(node, name) if node.has_param(name) else None
            pending = optimizer.pending_updates((node.id, name), table)
            if pending is not None:
                gradient = node.row_gradients[name] = RowGradient(table.shape, table.dtype)
                gradient.pending = pending
