"""The base class of components whose output others read, such as `tok2vec`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from kernel.pipeline.pipe import TrainablePipe

if TYPE_CHECKING:
    from kernel.text import Vocab


class SharingPipe(TrainablePipe):
    """A component with a model whose output the layers of other components read.

    A subclass defines `share`, `learn`, `predict` and `set_annotations`; see
    `kernel.pipeline.Sharing`. Layers of the class `listener_class` can listen to it; they have the
    attributes `attrs["listens_to"]` and `redirected_to`.
    """

    listener_class: ClassVar[type] = object

    def __init__(self, vocab: Vocab, model: Any, name: str) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg: dict[str, Any] = {}
        # The listeners in each component after this one; the pipeline keeps it up to date.
        self.listener_map: dict[str, list[Any]] = {}

    @property
    def listeners(self) -> list[Any]:
        """The layers of other components that listen to this one, in pipeline order."""
        return [listener for found in self.listener_map.values() for listener in found]

    @property
    def listening_components(self) -> list[str]:
        """The names of the components that listen to this one, in pipeline order."""
        return list(self.listener_map)

    def add_listener(self, listener: Any, component_name: str) -> None:
        """Let a layer of the component `component_name` listen to this component."""
        known = self.listener_map.setdefault(component_name, [])
        if listener not in known:
            known.append(listener)
        listener.redirected_to = None if listener.attrs["listens_to"] == "*" else self.name

    def remove_listener(self, listener: Any, component_name: str) -> bool:
        """Let a layer stop listening, to this component or any; return whether it listened."""
        known = self.listener_map.get(component_name, [])
        if listener not in known:
            return False
        known.remove(listener)
        if not known:
            del self.listener_map[component_name]
        listener.redirected_to = ""
        return True

    def find_listeners(self, component: Any) -> None:
        """Add all layers of `component` that listen to this component."""
        for node in component.model.walk():
            is_able = isinstance(node, self.listener_class)
            if is_able and node.attrs.get("listens_to") in {"*", self.name}:
                self.add_listener(node, component.name)
