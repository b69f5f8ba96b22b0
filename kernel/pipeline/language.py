"""The pipeline: a tokenizer and a list of named components over one vocabulary.

`Language` holds them and is the face that users see. What it does lives in functions beside
it: building from a config (`build`), processing text (`process`), learning (`learn`),
files (`saving`).
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kernel.errors import KernelError, TextError
from kernel.pipeline import analysis, build, learn, process, saving
from kernel.pipeline.component import ErrorHandler, is_trainable, raise_error
from kernel.pipeline.factories import Factory, factory, from_function, get_factory
from kernel.pipeline.listeners import replace_listeners
from kernel.pipeline.selection import DisabledPipes, insertion_index, unknown_name
from kernel.registry import registry
from kernel.text import BaseVectors, Doc, Example, Vocab

if TYPE_CHECKING:
    from kernel.config import Config


class BaseDefaults:
    """The data of a language; a subclass overrides what differs."""

    config: ClassVar[Mapping[str, Any]] = {}
    tokenizer_exceptions: ClassVar[Mapping[str, Sequence[Mapping[Any, Any]]]] = {}
    prefixes: ClassVar[Sequence[str] | None] = None
    suffixes: ClassVar[Sequence[str] | None] = None
    infixes: ClassVar[Sequence[str] | None] = None
    token_match: ClassVar[Callable[[str], Any] | None] = None
    url_match: ClassVar[Callable[[str], Any] | None] = None
    syntax_iterators: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    lex_attr_getters: ClassVar[Mapping[int, Callable[[str], Any]]] = {}
    stop_words: ClassVar[frozenset[str] | set[str]] = frozenset()
    writing_system: ClassVar[Mapping[str, Any]] = {
        "direction": "ltr",
        "has_case": True,
        "has_letters": True,
    }


class Language:
    """A pipeline: `nlp(text)` tokenizes a text and runs every enabled component over it.

    Arguments are as spaCy's, except that there is no length limit unless `max_length`, in
    characters, sets one.
    """

    lang: str | None = None
    Defaults: type[BaseDefaults] = BaseDefaults

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
        build.add_plugin_columns()
        if not isinstance(vocab, Vocab):
            vocab = build.make_vocab(type(self))
            if create_vectors is not None:
                vocab.vectors = create_vectors(vocab)
        if (vocab.lang or self.lang) != self.lang:
            raise KernelError(
                f"the vocabulary is of the language {vocab.lang!r}, the pipeline of {self.lang!r}"
            )
        self.vocab = vocab
        self.max_length = max_length
        self.batch_size = batch_size
        self.default_error_handler: ErrorHandler = raise_error
        self._components: list[tuple[str, Any]] = []
        self._disabled: set[str] = set()
        # Of components from other pipelines: what tells the vectors that they learned with.
        self._sourced_vectors: dict[str, str | None] = {}
        self._vectors_fingerprint: str | None = None
        self._factories: dict[str, Factory] = {}
        self._pipe_configs: dict[str, dict[str, Any]] = {}
        self._meta: dict[str, Any] = dict(meta or {})
        self._config: Config | None = None
        self._path: Path | None = None
        self._optimizer: Any = None
        if create_tokenizer is None:
            create_tokenizer = registry.tokenizers.get("kernel.Tokenizer.v1")()
        self.tokenizer: Any = create_tokenizer(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(pipeline={self.pipe_names})"

    # -- registering components

    @classmethod
    def factory(cls, name: str, *, func: Callable[..., Any] | None = None, **described: Any) -> Any:
        """Register a component factory; takes what `kernel.factory` takes.

        On the class of a language, the factory is that language's own.
        """
        if "." in name:
            raise KernelError(f"a factory's name has no dot: {name!r}")
        full_name = name if cls.lang is None else f"{cls.lang}.{name}"

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
            full_name = own_name if cls.lang is None else f"{cls.lang}.{own_name}"
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

    @property
    def factory_names(self) -> list[str]:
        """The names of all factories that are known."""
        return registry.factories.names()

    # -- the pipeline

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
        made = build.create_component(self, factory_name, name, config or {}, raw_config, validate)
        self._factories[name] = made.factory
        self._pipe_configs[name] = made.config
        return made.component

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
            component = build.take_component(self, factory_name, name, source)
        else:
            component = self.create_pipe(
                factory_name, name, config=config, raw_config=raw_config, validate=validate
            )
        self._components.insert(index, (name, component))
        build.announce_component(self, name, component)
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
        build.announce_component(self, name, component)
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

    def analyze_pipes(self, *, keys: Sequence[str] = analysis.KEYS) -> dict[str, Any]:
        """Return what components set and need: `summary`, `problems` and `attrs`."""
        return analysis.analyze_pipes(self, keys)

    # -- processing text

    def __call__(
        self,
        text: str | Doc,
        *,
        disable: Iterable[str] = (),
        component_cfg: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Doc:
        """Return `text` as a Doc that every enabled component has annotated."""
        return process.process_one(self, text, disable, component_cfg or {})

    def pipe(
        self,
        texts: Iterable[Any],
        *,
        as_tuples: bool = False,
        batch_size: int | None = None,
        disable: Iterable[str] = (),
        component_cfg: Mapping[str, Mapping[str, Any]] | None = None,
        n_process: int = 1,
    ) -> Iterator[Any]:
        """Yield a Doc for each of `texts`, in their order, processed `batch_size` at a time.

        With `as_tuples`, `texts` are pairs of a text and anything; pairs of the Doc and that
        come out. With `n_process`, that many processes share the work, -1 for one a processor;
        they load the pipeline anew, which takes seconds, and a doc that fails raises
        `WorkerError` (of `kernel.pipeline.parallel`) unless an error handler takes it.
        """
        return process.process_stream(
            self,
            texts,
            as_tuples,
            batch_size or self.batch_size,
            disable,
            component_cfg or {},
            n_process,
        )

    def make_doc(self, text: str) -> Doc:
        """Return `text` tokenized, without annotations."""
        self.check_length(text)
        doc: Doc = self.tokenizer(text)
        return doc

    def check_length(self, text: str) -> None:
        """Raise `TextError` for a text longer than `max_length`, if that is set."""
        if self.max_length is not None and len(text) > self.max_length:
            raise TextError(
                f"the text has {len(text)} characters, `nlp.max_length` is {self.max_length}"
            )

    def memory_zone(self, mem: object = None) -> AbstractContextManager[None]:
        """Bound the memory that words take; see `Vocab.memory_zone`, which it is."""
        return self.vocab.memory_zone(mem)

    def set_error_handler(self, error_handler: ErrorHandler) -> None:
        """Call `error_handler(name, component, docs, error)` for docs that a component fails on."""
        self.default_error_handler = error_handler
        for _, component in self._components:
            if hasattr(component, "set_error_handler"):
                component.set_error_handler(error_handler)

    # -- learning

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]] | None = None, *, sgd: Any = None
    ) -> Any:
        """Prepare every enabled component for training; returns the optimizer."""
        return learn.initialize(self, get_examples, sgd=sgd)

    def create_optimizer(self) -> Any:
        """Return a new optimizer, made from `[training.optimizer]`."""
        return learn.create_optimizer(self)

    def update(
        self,
        examples: Iterable[Example],
        _: Any = None,
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
        component_cfg: Mapping[str, Mapping[str, Any]] | None = None,
        exclude: Iterable[str] = (),
        annotates: Iterable[str] = (),
    ) -> dict[str, float]:
        """Let every enabled component learn from `examples`; returns the losses.

        `sgd` None takes the pipeline's own optimizer, False only accumulates gradients.
        """
        if _ is not None:
            raise KernelError(
                "update takes one list of Examples", hint="make them with `Example.from_dict`"
            )
        return learn.update(
            self,
            examples,
            drop=drop,
            sgd=sgd,
            losses=losses,
            component_cfg=component_cfg,
            exclude=exclude,
            annotates=annotates,
        )

    def resume_training(self, *, sgd: Any = None) -> Any:
        """Prepare trained components for going on, weights kept; returns the optimizer.

        Those that can rehearse remember what they say now.
        """
        from kernel.pipeline.rehearse import resume_training

        return resume_training(self, sgd)

    def rehearse(
        self,
        examples: Iterable[Example],
        *,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
        component_cfg: Mapping[str, Mapping[str, Any]] | None = None,
        exclude: Iterable[str] = (),
    ) -> dict[str, float]:
        """Let components learn to say what they said at `resume_training`; returns the losses.

        Needs no gold annotation. Components without `rehearse` are left alone.
        """
        from kernel.pipeline.rehearse import rehearse

        return rehearse(
            self,
            examples,
            sgd=sgd,
            losses=losses,
            component_cfg=component_cfg,
            exclude=exclude,
        )

    def replace_listeners(
        self, tok2vec_name: str, pipe_name: str, listeners: Sequence[str]
    ) -> None:
        """Give the component `pipe_name` a copy of the shared layer that it listens to.

        `listeners` are the places of all its listeners in its settings, such as
        `model.tok2vec`. The shared component `tok2vec_name` can change or go afterwards.
        """
        replace_listeners(self, tok2vec_name, pipe_name, listeners)

    def evaluate(
        self,
        examples: Iterable[Example],
        *,
        batch_size: int | None = None,
        component_cfg: Mapping[str, Mapping[str, Any]] | None = None,
        scorer_cfg: Mapping[str, Any] | None = None,
        per_component: bool = False,
    ) -> dict[str, Any]:
        """Return the scores of every enabled component on `examples`, which may be a stream."""
        from kernel.pipeline.evaluate import evaluate

        return evaluate(
            self,
            examples,
            batch_size=batch_size,
            component_cfg=component_cfg,
            scorer_cfg=scorer_cfg,
            per_component=per_component,
        )

    @contextlib.contextmanager
    def use_params(self, params: Mapping[Any, Any]) -> Iterator[None]:
        """Run the block with other weights, {(node id, parameter name): array}."""
        with contextlib.ExitStack() as stack:
            for _, component in self.pipeline:
                if params and is_trainable(component) and hasattr(component, "use_params"):
                    stack.enter_context(component.use_params(params))
            yield

    # -- config, meta and files

    @property
    def config(self) -> Config:
        """The config of the pipeline as it stands: what `config.cfg` will hold."""
        return build.current_config(self)

    @config.setter
    def config(self, value: Config) -> None:
        self._config = value

    @property
    def meta(self) -> dict[str, Any]:
        """What the pipeline is: `meta.json`. Changes to the dict returned are kept."""
        return saving.refresh_meta(self, self._meta)

    @meta.setter
    def meta(self, value: Mapping[str, Any]) -> None:
        self._meta = dict(value)

    @property
    def path(self) -> Path | None:
        """The folder that the pipeline was loaded from."""
        return self._path

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
        """Return the pipeline that `config` describes, not initialized."""
        return build.from_config(
            cls,
            config or {},
            vocab=vocab,
            names=build.Names.of(disable=disable, enable=enable, exclude=exclude),
            meta=meta or {},
            auto_fill=auto_fill,
            validate=validate,
        )

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write the pipeline to the folder `path`; a pipeline that is there is replaced whole."""
        saving.to_disk(self, Path(path), exclude)

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Self:
        """Take over weights, vocabulary and settings from the folder `path`.

        Raises `LoadError` naming a file that is missing, truncated or altered.
        """
        saving.from_disk(self, Path(path), exclude)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the pipeline as bytes."""
        return saving.to_bytes(self, exclude)

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Take over what `to_bytes` returned."""
        saving.from_bytes(self, data, exclude)
        return self
