"""The pipeline: a tokenizer and a list of named components over one vocabulary.

`Language` holds them and is the interface for users. Most of its methods are functions of other
modules: processing text (`process`), training (`learn`), files (`serialization`).
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Final, Self, TypeVar

from kernel.config import Config, resolve_section
from kernel.errors import ArgumentError, WrongTypeError
from kernel.pipeline import analysis, assembly, evaluation, learn, process, serialization, sharing
from kernel.pipeline.defaults import BaseDefaults
from kernel.pipeline.factories import (
    Factories,
    Factory,
    all_factories,
    check_factory_name,
    get_factory,
    register_component,
    register_factory,
)
from kernel.pipeline.frozen import FrozenList
from kernel.pipeline.live_config import LiveConfig
from kernel.pipeline.meta import refresh_meta
from kernel.pipeline.pipe import is_trainable, raise_error
from kernel.pipeline.protocols import Averaged, ErrorHandler, ErrorHandling, Labelled
from kernel.pipeline.stages import (
    DisabledPipes,
    Stage,
    Stages,
    as_list,
    check_source,
    copy_stage,
    disabled_from_start,
    make_stage,
)
from kernel.plugins import hooks
from kernel.registry import registry
from kernel.text import BaseVectors, Doc, Vocab

ItemT = TypeVar("ItemT")

_FROZEN: Final = "the lists of components cannot be changed; use `add_pipe` and `remove_pipe`"


def _frozen(items: Iterable[ItemT]) -> FrozenList[ItemT]:
    return FrozenList(items, error=_FROZEN)


class _FactoriesOfClass:
    """The attribute `factories` of `Language`."""

    def __get__(self, nlp: Language | None, cls: type[Language]) -> Factories:
        return all_factories(cls.lang)


class _DefaultConfig:
    """The attribute `default_config` of `Language`."""

    def __get__(self, nlp: Language | None, cls: type[Language]) -> Config:
        return assembly.prepare(cls, {}, auto_fill=True)[0]


class Language:
    """A pipeline: `nlp(text)` tokenizes a text and runs every enabled component over it.

    Arguments are the same as in spaCy, except that texts may have any length unless `max_length`,
    in characters, is set.
    """

    lang: ClassVar[str | None] = None
    Defaults: type[BaseDefaults] = BaseDefaults
    # A copy of the default config, with the defaults of the language.
    default_config: ClassVar[_DefaultConfig] = _DefaultConfig()
    # All factories by name. Imports the plugins that have them.
    factories: ClassVar[_FactoriesOfClass] = _FactoriesOfClass()

    def __init__(
        self,
        vocab: Vocab | bool = True,
        *,
        max_length: int | None = None,
        meta: Mapping[str, Any] | None = None,
        create_tokenizer: Callable[[Language], Callable[[str], Doc]] | None = None,
        create_vectors: Callable[[Vocab], BaseVectors] | None = None,
        batch_size: int = 1000,
    ) -> None:
        if vocab is True:
            vocab = assembly.make_vocab(type(self))
            if create_vectors is not None:
                vocab.vectors = create_vectors(vocab)
        if not isinstance(vocab, Vocab):
            raise WrongTypeError(
                f"invalid value of `vocab`: expected a Vocab or True, got {vocab!r}"
            )
        if self.lang and vocab.lang and vocab.lang != self.lang:
            raise ArgumentError(
                f"the language of the vocabulary is {vocab.lang!r}, the pipeline of {self.lang!r}"
            )
        self.vocab = vocab
        self.stages = Stages()
        self.max_length = sys.maxsize if max_length is None else max_length
        self.batch_size = batch_size
        self.default_error_handler: ErrorHandler = raise_error
        self._meta: dict[str, Any] = dict(meta or {})
        self._config: LiveConfig | None = None
        # The folder from which the pipeline was loaded.
        self.path: Path | None = None
        # The optimizer of `update` and `rehearse` if they are called without one.
        self.optimizer: Any = None
        # The objects that `init_nlp` created from the config, for the next training run.
        self.prepared_settings: Any = None
        # What plugins did to the initialized components, in sentences.
        self.initialized_from: list[str] = []
        make = create_tokenizer or assembly.tokenizer_maker(type(self))
        self.tokenizer: Any = make(self)
        # The tokenizer that the config describes; another one may not be saved.
        self.configured_tokenizer: Any = self.tokenizer if create_tokenizer is None else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(pipeline={self.pipe_names})"

    def __reduce__(self) -> Any:
        return serialization.reduce(self)

    # -- registering components

    factory = classmethod(register_factory)
    component = classmethod(register_component)

    @classmethod
    def has_factory(cls, name: str) -> bool:
        """Return whether a factory `name` exists, without importing it."""
        return registry.factories.has(f"{cls.lang}.{name}") or registry.factories.has(name)

    @classmethod
    def get_factory_meta(cls, name: str) -> Factory:
        """Return the factory `name`, which includes its metadata."""
        return get_factory(name, cls.lang)

    @classmethod
    def get_factory_name(cls, name: str) -> str:
        """Return the registered name of the factory `name` of this language."""
        return name if cls.lang is None else f"{cls.lang}.{name}"

    @property
    def factory_names(self) -> list[str]:
        """The names of all known factories."""
        return _frozen(registry.factories.names())

    # -- attributes

    @property
    def components(self) -> list[tuple[str, Any]]:
        """All components with their names, in order."""
        return _frozen((stage.name, stage.component) for stage in self.stages)

    @property
    def component_names(self) -> list[str]:
        """The names of all components, in order."""
        return _frozen(self.stages.names)

    @property
    def pipeline(self) -> list[tuple[str, Any]]:
        """The enabled components with their names, in order."""
        return _frozen((stage.name, stage.component) for stage in self.stages if stage.enabled)

    @property
    def pipe_names(self) -> list[str]:
        """The names of the enabled components, in order."""
        return _frozen(stage.name for stage in self.stages if stage.enabled)

    @property
    def disabled(self) -> list[str]:
        """The names of the disabled components, in pipeline order."""
        return _frozen(stage.name for stage in self.stages if not stage.enabled)

    @property
    def pipe_factories(self) -> dict[str, str]:
        """The name of each component's factory."""
        return {stage.name: stage.factory.name for stage in self.stages}

    @property
    def pipe_labels(self) -> dict[str, list[str]]:
        """The labels of each component with labels, unless it hides them."""
        return {
            name: list(component.labels)
            for name, component in self.components
            if isinstance(component, Labelled) and not getattr(component, "hide_labels", False)
        }

    def has_pipe(self, name: str) -> bool:
        """Return whether there is an enabled component `name`."""
        return name in self.pipe_names

    def get_pipe(self, name: str) -> Any:
        """Return the component `name`, enabled or not."""
        return self.stages.find(name).component

    def get_pipe_meta(self, name: str) -> Factory:
        """Return the factory that created the component `name`."""
        return self.stages.find(name).factory

    def get_pipe_config(self, name: str) -> dict[str, Any]:
        """Return a copy of the settings of the component `name`, with its `factory`."""
        return self.stages.find(name).block()

    # -- changes

    def create_pipe(
        self,
        factory_name: str,
        name: str | None = None,
        *,
        config: Mapping[str, Any] | None = None,
        raw_config: Mapping[str, Any] | None = None,
        validate: bool = True,
    ) -> Any:
        """Return a new component without adding it to the pipeline.

        `config` holds its settings, `raw_config` the same settings with variables.
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

        It is the same object, and is not added to this pipeline.
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

        It is added at the end, unless `before`, `after` or `first` is given. With `source`, the
        component `factory_name` of that pipeline is added.
        """
        check_factory_name(factory_name, "add_pipe")
        name = name or factory_name
        if source is not None:
            check_source(source)
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
        """Remove the component `name` from the pipeline and return (name, component)."""
        stage = self.stages.find(name)
        sharing.settle_references(self, name)
        self.stages.remove(stage)
        sharing.link_listeners(self)
        if self._config is not None:
            self._config.rename(name, None)
        return name, stage.component

    def replace_pipe(
        self,
        name: str,
        factory_name: str,
        *,
        config: Mapping[str, Any] | None = None,
        validate: bool = True,
    ) -> Any:
        """Replace the component `name` by a new one and return that."""
        check_factory_name(factory_name, "replace_pipe")
        old = self.stages.find(name)
        new = make_stage(self, factory_name, name, config=config or {}, validate=validate)
        new.enabled = old.enabled
        sharing.settle_references(self, name)
        self.stages[self.stages.index(old)] = new
        if self._config is not None:
            self._config.rename(name, None)
        self._announce(new)
        return new.component

    def rename_pipe(self, old_name: str, new_name: str) -> None:
        """Rename the component `old_name` to `new_name`."""
        stage = self.stages.find(old_name)
        self.stages.check_is_new(new_name)
        sharing.settle_references(self, old_name)
        sharing.rename_upstream(self, old_name, new_name)
        stage.rename(new_name)
        sharing.link_listeners(self)
        if self._config is not None:
            self._config.rename(old_name, new_name)

    def disable_pipe(self, name: str) -> None:
        """Disable the component `name`: it stays in the pipeline but does not run."""
        self.stages.find(name).enabled = False

    def enable_pipe(self, name: str) -> None:
        """Enable the component `name` again."""
        self.stages.find(name).enabled = True

    def select_pipes(
        self,
        *,
        disable: str | Iterable[str] | None = None,
        enable: str | Iterable[str] | None = None,
    ) -> DisabledPipes:
        """Disable the components in `disable`, or all except those in `enable`.

        Returns a list of the names that were disabled; used as a context manager, it enables them
        again at the end.
        """
        return DisabledPipes(self.stages, disable=disable, enable=enable)

    def disable_pipes(self, *names: str | Iterable[str]) -> DisabledPipes:
        """Disable components, given as arguments or as one list; see `select_pipes`."""
        return self.select_pipes(disable=[each for given in names for each in as_list(given)])

    analyze_pipes = analysis.analyze_pipes

    # Code for spaCy calls it after it has replaced a model.
    _link_components = sharing.link_listeners

    def _announce(self, stage: Stage) -> None:
        """Link listeners to it, and notify the plugins that the component of `stage` was added."""
        self._link_components()
        hooks().watch(
            "kernel_component_created", nlp=self, name=stage.name, component=stage.component
        )

    # -- processing text

    __call__ = process.process_one
    pipe = process.process_stream
    make_doc = process.make_doc

    def memory_zone(self, mem: object = None) -> AbstractContextManager[None]:
        """Free the memory of new words at the end of the block; see `Vocab.memory_zone`."""
        return self.vocab.memory_zone(mem)

    def set_error_handler(self, error_handler: ErrorHandler) -> None:
        """Call `error_handler(name, component, docs, error)` for docs on which components fail."""
        self.default_error_handler = error_handler
        for _, component in self.components:
            if isinstance(component, ErrorHandling):
                component.set_error_handler(error_handler)

    # -- training

    initialize = learn.initialize
    begin_training = learn.initialize  # its older name
    create_optimizer = learn.create_optimizer
    update = learn.update
    resume_training = learn.resume_training
    rehearse = learn.rehearse
    evaluate = evaluation.evaluate
    replace_listeners = sharing.replace_listeners

    @contextlib.contextmanager
    def use_params(self, params: Mapping[Any, Any]) -> Iterator[None]:
        """Run the block with other weights, {(node id, parameter name): array}."""
        with contextlib.ExitStack() as stack:
            for _, component in self.pipeline:
                if params and is_trainable(component) and isinstance(component, Averaged):
                    stack.enter_context(component.use_params(params))
            yield

    # -- config, meta and files

    @property
    def config(self) -> Config:
        """The current config of the pipeline, as it will be written to `config.cfg`.

        It can be edited in place. The blocks of components are updated when components change.
        """
        if self._config is None:
            self._config = LiveConfig(assembly.prepare(type(self), {}, auto_fill=True)[0])
        return self._config.follow(self)

    @config.setter
    def config(self, value: Mapping[str, Any]) -> None:
        self._config = LiveConfig(Config(value))

    @property
    def meta(self) -> dict[str, Any]:
        """The metadata of the pipeline, as in `meta.json`. Changes to this dict are kept."""
        return refresh_meta(self, self._meta)

    @meta.setter
    def meta(self, value: Mapping[str, Any]) -> None:
        self._meta = dict(value)

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any] | None = None,
        *,
        vocab: Vocab | bool = True,
        disable: str | Iterable[str] = (),
        enable: str | Iterable[str] = (),
        exclude: str | Iterable[str] = (),
        meta: Mapping[str, Any] | None = None,
        auto_fill: bool = True,
        validate: bool = True,
    ) -> Self:
        """Return the pipeline described by `config`, not initialized."""
        raw, values = assembly.prepare(cls, config or {}, auto_fill=auto_fill)
        settings: Any = resolve_section(values, "nlp")
        nlp = assembly.class_from(cls, settings.before_creation)(
            vocab,
            meta=meta or {},
            create_tokenizer=settings.tokenizer,
            create_vectors=settings.vectors,
            batch_size=settings.batch_size or 1000,
        )
        nlp.config = raw
        nlp = assembly.call_back(settings.after_creation, nlp, "nlp.after_creation")
        names = [name for name in settings.pipeline if name not in as_list(exclude)]
        assembly.add_components(nlp, names, raw, values, validate=validate)
        off = disabled_from_start(
            nlp.component_names,
            configured=settings.disabled,
            disable=as_list(disable),
            enable=as_list(enable),
        )
        for stage in nlp.stages:
            stage.enabled = stage.name not in off
        nlp = assembly.call_back(
            settings.after_pipeline_creation, nlp, "nlp.after_pipeline_creation"
        )
        nlp.configured_tokenizer = nlp.tokenizer
        return nlp

    to_disk = serialization.to_disk
    from_disk = serialization.from_disk
    to_bytes = serialization.to_bytes
    from_bytes = serialization.from_bytes
