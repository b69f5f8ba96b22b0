"""The components of a pipeline: named, in order, each on or off, and how they are made."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from kernel.errors import KernelError
from kernel.pipeline import analysis, assembly
from kernel.pipeline.factories import (
    Factory,
    factory,
    from_function,
    get_factory,
    qualified_name,
)
from kernel.pipeline.selection import DisabledPipes, insertion_index, unknown_name
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.pipeline.language import Language
    from kernel.text import Doc, Vocab


class Components:
    """The components of a pipeline, as `Language` has them.

    Here they are added, taken out, switched on and off; running them and letting them learn is
    the language's.
    """

    lang: ClassVar[str | None] = None
    vocab: Vocab

    def __init__(self) -> None:
        self._components: list[tuple[str, Any]] = []
        self._disabled: set[str] = set()
        self._factories: dict[str, Factory] = {}
        self._pipe_configs: dict[str, dict[str, Any]] = {}
        # Of components from other pipelines: what tells the vectors that they learned with.
        self._sourced_vectors: dict[str, str | None] = {}

    # -- registering components

    @classmethod
    def factory(cls, name: str, *, func: Callable[..., Any] | None = None, **described: Any) -> Any:
        """Register a component factory; takes what `kernel.factory` takes.

        On the class of a language, the factory is that language's own.
        """
        full_name = qualified_name(name, cls.lang)

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            registry.factories.register(full_name)(factory(name, **described)(function))
            return function

        return register(func) if func is not None else register

    @classmethod
    def component(
        cls, name: str | None = None, *, func: Callable[[Doc], Doc] | None = None, **described: Any
    ) -> Any:
        """Register a function from a Doc to a Doc as a component."""

        def register(function: Callable[[Doc], Doc]) -> Callable[[Doc], Doc]:
            own_name = name or function.__name__
            full_name = qualified_name(own_name, cls.lang)
            registry.factories.register(full_name)(from_function(own_name, function, **described))
            return function

        return register(func) if func is not None else register

    @classmethod
    def has_factory(cls, name: str) -> bool:
        """Say whether a component can be made by the factory `name`; imports nothing."""
        return registry.factories.has(f"{cls.lang}.{name}") or registry.factories.has(name)

    @classmethod
    def get_factory_meta(cls, name: str) -> Factory:
        """Return the factory `name` with all that it says of itself."""
        return get_factory(name, cls.lang)

    @classmethod
    def get_factory_name(cls, name: str) -> str:
        """Return the name under which the registry has the factory `name` of the language."""
        return name if cls.lang is None else f"{cls.lang}.{name}"

    @property
    def factory_names(self) -> list[str]:
        """The names of all factories that are known."""
        return registry.factories.names()

    # -- what there is

    @property
    def components(self) -> list[tuple[str, Any]]:
        """All components with their names, in order."""
        return list(self._components)

    @property
    def component_names(self) -> list[str]:
        """The names of all components, in order."""
        return [name for name, _ in self._components]

    @property
    def pipeline(self) -> list[tuple[str, Any]]:
        """The enabled components with their names, in order."""
        return [(name, pipe) for name, pipe in self._components if name not in self._disabled]

    @property
    def pipe_names(self) -> list[str]:
        """The names of the enabled components, in order."""
        return [name for name, _ in self.pipeline]

    @property
    def disabled(self) -> list[str]:
        """The names of the disabled components, in pipeline order."""
        return [name for name in self.component_names if name in self._disabled]

    @property
    def pipe_factories(self) -> dict[str, str]:
        """The name of each component's factory."""
        return {name: self._factories[name].name for name in self.component_names}

    @property
    def pipe_labels(self) -> dict[str, list[str]]:
        """The labels of each component that has some and does not hide them."""
        return {
            name: list(pipe.labels)
            for name, pipe in self._components
            if hasattr(pipe, "labels") and not getattr(pipe, "hide_labels", False)
        }

    def has_pipe(self, name: str) -> bool:
        """Say whether there is an enabled component `name`."""
        return name in self.pipe_names

    def get_pipe(self, name: str) -> Any:
        """Return the component `name`, enabled or not."""
        for known, component in self._components:
            if known == name:
                return component
        raise unknown_name(name, self.component_names)

    def get_pipe_meta(self, name: str) -> Factory:
        """Return the factory that made the component `name`."""
        self.get_pipe(name)
        return self._factories[name]

    def get_pipe_config(self, name: str) -> dict[str, Any]:
        """Return the settings of the component `name`, without its `factory`."""
        self.get_pipe(name)
        return copy.deepcopy(self._pipe_configs[name])

    # -- changing it

    def create_pipe(
        self,
        factory_name: str,
        name: str | None = None,
        *,
        config: Mapping[str, Any] | None = None,
        raw_config: Mapping[str, Any] | None = None,
        validate: bool = True,
    ) -> Any:
        """Return a new component that is not part of the pipeline yet.

        `config` are its settings, `raw_config` the same before variables were filled in.
        """
        name = name or factory_name
        made = assembly.create_component(
            self, factory_name, name, config or {}, raw_config, validate
        )
        self._factories[name] = made.factory
        self._pipe_configs[name] = made.config
        return made.component

    def create_pipe_from_source(
        self, source_name: str, source: Language, *, name: str
    ) -> tuple[Any, str]:
        """Return the component `source_name` of another pipeline and the name of its factory.

        It is the same object, and not part of this pipeline yet.
        """
        component = assembly.take_component(self, source_name, name, source)
        return component, self._factories[name].name

    def add_pipe(
        self,
        factory_name: str,
        name: str | None = None,
        *,
        before: str | int | None = None,
        after: str | int | None = None,
        first: bool | None = None,
        last: bool | None = None,
        source: Language | None = None,
        config: Mapping[str, Any] | None = None,
        raw_config: Mapping[str, Any] | None = None,
        validate: bool = True,
    ) -> Any:
        """Add a component to the pipeline and return it.

        It goes last, unless one of `before`, `after`, `first`, `last` says otherwise. With
        `source`, the component called `factory_name` is taken from that pipeline.
        """
        if not isinstance(factory_name, str):
            raise KernelError(
                f"add_pipe takes the name of a factory, got a {type(factory_name).__name__}",
                hint="register the component with `Language.component` and add it by its name",
            )
        name = name or factory_name
        if name in self.component_names:
            raise KernelError(
                f"the pipeline already has a component `{name}`", hint="give this one a `name`"
            )
        index = insertion_index(
            self.component_names, before=before, after=after, first=first, last=last
        )
        if source is not None:
            component, _ = self.create_pipe_from_source(factory_name, source, name=name)
        else:
            component = self.create_pipe(
                factory_name, name, config=config, raw_config=raw_config, validate=validate
            )
        self._components.insert(index, (name, component))
        assembly.announce_component(self, name, component)
        return component

    def remove_pipe(self, name: str) -> tuple[str, Any]:
        """Take the component `name` out of the pipeline and return it with its name."""
        component = self.get_pipe(name)
        self._components.remove((name, component))
        self._disabled.discard(name)
        del self._factories[name], self._pipe_configs[name]
        return name, component

    def replace_pipe(
        self,
        name: str,
        factory_name: str,
        *,
        config: Mapping[str, Any] | None = None,
        validate: bool = True,
    ) -> Any:
        """Put a new component in the place of `name` and return it."""
        index = self.component_names.index(self.get_pipe(name) and name)
        component = self.create_pipe(factory_name, name, config=config, validate=validate)
        self._components[index] = (name, component)
        assembly.announce_component(self, name, component)
        return component

    def rename_pipe(self, old_name: str, new_name: str) -> None:
        """Give the component `old_name` another name."""
        component = self.get_pipe(old_name)
        if new_name in self.component_names:
            raise KernelError(f"the pipeline already has a component `{new_name}`")
        index = self.component_names.index(old_name)
        self._components[index] = (new_name, component)
        self._factories[new_name] = self._factories.pop(old_name)
        self._pipe_configs[new_name] = self._pipe_configs.pop(old_name)
        if old_name in self._disabled:
            self._disabled.remove(old_name)
            self._disabled.add(new_name)
        if hasattr(component, "name"):
            component.name = new_name

    def disable_pipe(self, name: str) -> None:
        """Keep the component `name`, but do not run it."""
        self.get_pipe(name)
        self._disabled.add(name)

    def enable_pipe(self, name: str) -> None:
        """Run the component `name` again."""
        self.get_pipe(name)
        self._disabled.discard(name)

    def select_pipes(
        self,
        *,
        disable: str | Iterable[str] | None = None,
        enable: str | Iterable[str] | None = None,
    ) -> DisabledPipes:
        """Disable the components named, or all but those named.

        The result is a list of those newly disabled; as a context manager it enables them
        again.
        """
        return DisabledPipes(self, disable=disable, enable=enable)

    def disable_pipes(self, *names: str) -> DisabledPipes:
        """Disable components; older code has this for `select_pipes`."""
        return self.select_pipes(disable=names)

    def analyze_pipes(
        self, *, keys: Sequence[str] = analysis.KEYS, pretty: bool = False
    ) -> dict[str, Any]:
        """Return what components set and need: `summary`, `problems` and `attrs`.

        With `pretty` it is printed as well.
        """
        return analysis.analyze_pipes(self, keys, pretty=pretty)
