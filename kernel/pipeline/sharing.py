"""Shared outputs: what a component computes for others, and the layers that listen to it."""

from __future__ import annotations

import contextlib
import copy
import inspect
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from kernel.config import settle
from kernel.errors import ArgumentError, ShapeError
from kernel.pipeline.protocols import Sharing
from kernel.text import DocBatch

if TYPE_CHECKING:
    from kernel.pipeline.language import Language
    from kernel.pipeline.stages import Stage


_learned_from: Final[ContextVar[DocBatch | None]] = ContextVar("learned_from", default=None)


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


def find_shared(docs: Any, upstream: str, kind: type = SharedOutput) -> Any:
    """Return the shared output that a layer listens to; None if there is none.

    docs      a batch, or a list of all docs of the batch that is being learned from
    upstream  the name of a component; "*": the last one with an output of this kind
    kind      the class of the output; its subclasses do not count, since they may hold something
              else than one array per doc
    """
    shared = docs.shared if isinstance(docs, DocBatch) else _shared_by_list(docs)
    outputs = {name: output for name, output in shared.items() if type(output) is kind}
    if upstream == "*" and outputs:
        return list(outputs.values())[-1]
    return outputs.get(upstream)


@contextlib.contextmanager
def learning_from(batch: DocBatch) -> Iterator[None]:
    """Run a block in which a list of the docs of `batch` has its shared outputs, too.

    Components written for spaCy give such a list to their model.
    """
    before = _learned_from.set(batch)
    try:
        yield
    finally:
        _learned_from.reset(before)


def _shared_by_list(docs: Sequence[Any]) -> Mapping[str, Any]:
    batch = _learned_from.get()
    if batch is None or len(batch) != len(docs) or any(map(operator.is_not, batch, docs)):
        return {}
    return batch.shared


def missing_upstream(upstream: str, problem: str) -> ArgumentError:
    """Return the error for a layer without an output to read.

    upstream  the name of the component that it listens to, or "*"
    problem   what else is missing: "the docs …"
    """
    name = "a shared component" if upstream == "*" else f"the shared component `{upstream}`"
    return ArgumentError(
        f"a layer listens to {name}, which did not run before, and the docs {problem}",
        hint="add that component, or enable it; `nlp.replace_listeners` gives a component its "
        "own copy of it",
    )


def listener_nodes(model: Any, upstream: str | None = None) -> list[Any]:
    """Return the nodes of a model that listen to the component `upstream`, or to any."""
    nodes = model.walk() if hasattr(model, "walk") else ()
    found = [node for node in nodes if "listens_to" in node.attrs]
    if upstream is None:
        return found
    return [node for node in found if node.attrs["listens_to"] in {"*", upstream}]


def replace_listeners(
    nlp: Language, tok2vec_name: str, pipe_name: str, listeners: str | Sequence[str]
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
    if isinstance(listeners, str):
        listeners = [listeners]
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
    link_listeners(nlp)


def link_listeners(nlp: Language) -> None:
    """Update the `listener_map` of each component that has one: the listeners of each component.

    A component that must prepare its listeners has a method `link`.
    """
    found = {stage.name: getattr(stage.component, "listener_map", None) for stage in nlp.stages}
    maps = {name: known for name, known in found.items() if isinstance(known, dict)}
    for known in maps.values():
        known.clear()
    for stage in nlp.stages if maps else ():
        for node, upstream in _links(nlp, stage):
            if upstream in maps:
                maps[upstream].setdefault(stage.name, []).append(node)
    for stage in nlp.stages if maps else ():
        if hasattr(stage.component, "link"):
            stage.component.link()


def settle_references(nlp: Language, name: str) -> None:
    """Replace all variables in the config that refer to the component `name` by their values.

    For a component that is removed, replaced or renamed.
    """
    for path, value in settle(nlp.config, ("components", name)).items():
        if path[0] == "components" and len(path) > 2:
            block: Any = nlp.stages.find(path[1]).settings
            for key in path[2:-1]:
                block = block[key]
            block[path[-1]] = copy.deepcopy(value)


def upstreams_of(nlp: Language, pipe_name: str) -> list[str]:
    """Return the names of the components to which layers of `pipe_name` listen."""
    links = _links(nlp, nlp.stages.find(pipe_name))
    return list(dict.fromkeys(upstream for _, upstream in links))


def unheard_upstreams(nlp: Language, source: Language, pipe_name: str) -> list[str]:
    """Return the components to which `pipe_name` listens in `source`, but could not in `nlp`.

    That is, if it was added at the end of `nlp`: no component of that name, or for the name `*` no
    component at all, has an output of the kind that its layer reads.
    """
    return list(
        dict.fromkeys(
            upstream
            for node, upstream in _links(source, source.stages.find(pipe_name))
            if not any(
                node.attrs["listens_to"] in {"*", stage.name} and _can_listen(node, stage.component)
                for stage in nlp.stages
            )
        )
    )


def upstream_of(nlp: Language, pipe_name: str, listener: Any) -> str | None:
    """Return the name of the component to which a layer of `pipe_name` listens; None if absent."""
    links = _links(nlp, nlp.stages.find(pipe_name))
    return next((upstream for node, upstream in links if node is listener), None)


def _links(nlp: Language, stage: Stage) -> list[tuple[Any, str]]:
    """Return the nodes in the model of `stage` that listen to a component, with its name."""
    nodes = listener_nodes(getattr(stage.component, "model", None))
    if not nodes:
        return []
    before = nlp.stages[: nlp.stages.index(stage)]
    links = []
    for node in nodes:
        sharing = [other.name for other in before if _can_listen(node, other.component)]
        wanted = node.attrs["listens_to"]
        name = sharing[-1] if wanted == "*" and sharing else wanted
        if name in sharing:
            links.append((node, name))
    return links


def _can_listen(node: Any, component: Any) -> bool:
    return isinstance(component, Sharing) and isinstance(
        node, getattr(component, "listener_class", object)
    )


def rename_upstream(nlp: Language, old_name: str, new_name: str) -> None:
    """Let layers that listen to a component by its name follow it to a new name."""
    for stage in nlp.stages:
        for node in listener_nodes(getattr(stage.component, "model", None)):
            if node.attrs["listens_to"] == old_name:
                node.attrs["listens_to"] = new_name
                _rename_in(stage.settings, old_name, new_name)


def _rename_in(block: dict[str, Any], old_name: str, new_name: str) -> None:
    if block.get("upstream") == old_name:
        block["upstream"] = new_name
    for value in block.values():
        if isinstance(value, dict):
            _rename_in(value, old_name, new_name)


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
    # Imported here so that a pipeline without models does not import Thinc.
    from kernel.ops import copy_model

    made = copy_model(shared)
    adapt = shared.attrs.get("replace_listener")
    if adapt is not None:
        takes_all = len(inspect.signature(adapt).parameters) == 3
        made = adapt(made, node, shared) if takes_all else adapt(made)
    if component.model is node:
        component.model = made
    else:
        component.model.replace_node(node, made)
