"""The components of a pipeline: named, in order, each on or off, and how they are made."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from kernel.errors import KernelError
from kernel.pipeline import analysis
from kernel.pipeline.factories import (
    Factory,
    factory,
    from_function,
    get_factory,
    qualified_name,
)
from kernel.pipeline.protocols import Labelled
from kernel.pipeline.stages import DisabledPipes, Stage, Stages, copy_stage, make_stage
from kernel.plugins import hooks
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
        self.stages = Stages()

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
        return [(stage.name, stage.component) for stage in self.stages]

    @property
    def component_names(self) -> list[str]:
        """The names of all components, in order."""
        return self.stages.names

    @property
    def pipeline(self) -> list[tuple[str, Any]]:
        """The enabled components with their names, in order."""
        return [(stage.name, stage.component) for stage in self.stages if stage.enabled]

    @property
    def pipe_names(self) -> list[str]:
        """The names of the enabled components, in order."""
        return [stage.name for stage in self.stages if stage.enabled]

    @property
    def disabled(self) -> list[str]:
        """The names of the disabled components, in pipeline order."""
        return [stage.name for stage in self.stages if not stage.enabled]

    @property
    def pipe_factories(self) -> dict[str, str]:
        """The name of each component's factory."""
        return {stage.name: stage.factory.name for stage in self.stages}

    @property
    def pipe_labels(self) -> dict[str, list[str]]:
        """The labels of each component that has some and does not hide them."""
        return {
            name: list(component.labels)
            for name, component in self.components
            if isinstance(component, Labelled) and not getattr(component, "hide_labels", False)
        }

    def has_pipe(self, name: str) -> bool:
        """Say whether there is an enabled component `name`."""
        return name in self.pipe_names

    def get_pipe(self, name: str) -> Any:
        """Return the component `name`, enabled or not."""
        return self.stages.find(name).component

    def get_pipe_meta(self, name: str) -> Factory:
        """Return the factory that made the component `name`."""
        return self.stages.find(name).factory

    def get_pipe_config(self, name: str) -> dict[str, Any]:
        """Return the settings of the component `name`, without its `factory`."""
        return copy.deepcopy(self.stages.find(name).settings)

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
        """Return a new component, which is not part of the pipeline.

        `config` are its settings, `raw_config` the same before variables were filled in.
        """
        return make_stage(
            self,
            factory_name,
            name or factory_name,
            config=config or {},
            raw_config=raw_config,
            validate=validate,
        ).component

    def create_pipe_from_source(
        self, source_name: str, source: Language, *, name: str
    ) -> tuple[Any, str]:
        """Return the component `source_name` of another pipeline and the name of its factory.

        It is the same object, and not part of this pipeline yet.
        """
        stage = copy_stage(self, source_name, name, source)
        return stage.component, stage.factory.name

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
        self.stages.check_is_new(name)
        index = self.stages.insertion_index(before=before, after=after, first=first, last=last)
        if source is not None:
            stage = copy_stage(self, factory_name, name, source)
        else:
            stage = make_stage(
                self,
                factory_name,
                name,
                config=config or {},
                raw_config=raw_config,
                validate=validate,
            )
        self.stages.insert(index, stage)
        self._announce(stage)
        return stage.component

    def remove_pipe(self, name: str) -> tuple[str, Any]:
        """Take the component `name` out of the pipeline and return it with its name."""
        stage = self.stages.find(name)
        self.stages.remove(stage)
        return name, stage.component

    def replace_pipe(
        self,
        name: str,
        factory_name: str,
        *,
        config: Mapping[str, Any] | None = None,
        validate: bool = True,
    ) -> Any:
        """Put a new component in the place of `name` and return it."""
        old = self.stages.find(name)
        new = make_stage(self, factory_name, name, config=config or {}, validate=validate)
        new.enabled = old.enabled
        self.stages[self.stages.index(old)] = new
        self._announce(new)
        return new.component

    def rename_pipe(self, old_name: str, new_name: str) -> None:
        """Give the component `old_name` another name."""
        stage = self.stages.find(old_name)
        self.stages.check_is_new(new_name)
        stage.rename(new_name)

    def disable_pipe(self, name: str) -> None:
        """Keep the component `name`, but do not run it."""
        self.stages.find(name).enabled = False

    def enable_pipe(self, name: str) -> None:
        """Run the component `name` again."""
        self.stages.find(name).enabled = True

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
        return DisabledPipes(self.stages, disable=disable, enable=enable)

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

    def _announce(self, stage: Stage) -> None:
        """Tell the plugins that the component of `stage` is part of the pipeline now."""
        hooks().watch(
            "kernel_component_created", nlp=self, name=stage.name, component=stage.component
        )
