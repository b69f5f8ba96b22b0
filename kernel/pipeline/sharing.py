"""Shared outputs: what a component computes for others, and the layers that listen to it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.errors import ArgumentError, ShapeError
from kernel.pipeline.protocols import Sharing

if TYPE_CHECKING:
    from kernel.pipeline.language import Language
    from kernel.pipeline.stages import Stage


class SharedOutput:
    """The output of a layer for a batch, which several other layers read.

    `arrays` has one array per doc. In training, the readers return their gradients with
    `add_gradient`, which adds them up. `finish` passes the sum to `backprop` once, which returns
    the loss of the layer.
    """

    __slots__ = ("_gradient", "arrays", "backprop")

    def __init__(
        self, arrays: Sequence[Any], backprop: Callable[[Any], float] | None = None
    ) -> None:
        self.arrays = arrays
        self.backprop = backprop
        self._gradient: Any = None

    def add_gradient(self, gradient: Sequence[Any]) -> None:
        """Add the gradient of one reader, one array per doc; it must not be used afterwards.

        Does nothing without `backprop`. Raises ShapeError if the number of arrays is wrong.
        """
        if self.backprop is None:
            return
        if len(gradient) != len(self.arrays):
            raise ShapeError(f"expected gradients of {len(self.arrays)} docs, got {len(gradient)}")
        if self._gradient is None:
            self._gradient = gradient
            return
        data, added = getattr(self._gradient, "data", None), getattr(gradient, "data", None)
        if data is not None and added is not None:
            # The arrays of the docs are views of `data`.
            data += added
            return
        for own, other in zip(self._gradient, gradient, strict=True):
            own[...] += other

    def finish(self) -> float:
        """Backpropagate the sum of the gradients through the layer and return the layer's loss.

        Returns 0 without `backprop`, or if no gradient was added.
        """
        gradient, self._gradient = self._gradient, None
        if self.backprop is None or gradient is None:
            return 0.0
        return self.backprop(gradient)


def listener_nodes(model: Any, upstream: str | None = None) -> list[Any]:
    """Return the nodes of a model that listen to the component `upstream`, or to any."""
    nodes = model.walk() if hasattr(model, "walk") else ()
    found = [node for node in nodes if "listens_to" in node.attrs]
    if upstream is None:
        return found
    return [node for node in found if node.attrs["listens_to"] in {"*", upstream}]


def replace_listeners(
    nlp: Language, tok2vec_name: str, pipe_name: str, listeners: Sequence[str]
) -> None:
    """Give the component `pipe_name` a copy of the shared layer that it listens to.

    `listeners` are the paths of all its listeners in its settings, such as `model.tok2vec`.
    Afterwards, the shared component `tok2vec_name` can be changed or removed.
    """
    upstream, stage = nlp.stages.find(tok2vec_name), nlp.stages.find(pipe_name)
    if not isinstance(upstream.component, Sharing):
        raise ArgumentError(
            f"component `{tok2vec_name}` has no shared output that others can listen to"
        )
    nodes = listener_nodes(getattr(stage.component, "model", None), tok2vec_name)
    if not listeners:
        return
    if len(listeners) != len(nodes):
        raise ArgumentError(
            f"component `{pipe_name}` has {len(nodes)} layers that listen to `{tok2vec_name}`, "
            f"but {len(listeners)} are to be replaced: {', '.join(listeners)}",
            hint="list the paths of all of them in the component's settings",
        )
    shared = upstream.component.model
    for path, node in zip(listeners, nodes, strict=True):
        _replace_block(upstream.settings["model"], shared, stage, path)
        _replace_node(shared, stage.component, node)


def upstreams_of(nlp: Language, pipe_name: str) -> list[str]:
    """Return the names of the components to which layers of `pipe_name` listen."""
    stage = nlp.stages.find(pipe_name)
    before = nlp.stages[: nlp.stages.index(stage)]
    shared = [other.name for other in before if isinstance(other.component, Sharing)]
    wanted = [
        node.attrs["listens_to"] for node in listener_nodes(getattr(stage.component, "model", None))
    ]
    found = [shared[-1:] if name == "*" else [name] for name in wanted]
    return list(dict.fromkeys(name for names in found for name in names if name in shared))


def _replace_block(settings: Mapping[str, Any], shared: Any, stage: Stage, path: str) -> None:
    *parents, last = path.split(".")
    block: Any = stage.settings
    for key in parents:
        block = block.get(key, {}) if isinstance(block, dict) else {}
    if not isinstance(block, dict) or last not in block:
        raise ArgumentError(f"the settings of `{stage.name}` have no `{path}`")
    own = copy.deepcopy(settings)
    adapt = shared.attrs.get("replace_listener_cfg")
    block[last] = own if adapt is None else adapt(own, block[last])


def _replace_node(shared: Any, component: Any, node: Any) -> None:
    made = shared.copy()
    adapt = shared.attrs.get("replace_listener")
    if adapt is not None:
        made = adapt(made)
    if component.model is node:
        component.model = made
    else:
        component.model.replace_node(node, made)
