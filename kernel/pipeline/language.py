"""The pipeline: a tokenizer and a list of named components over one vocabulary.

`Language` holds them and is the face that users see. Most of its methods are functions of the
modules beside it: processing text (`process`), learning (`learn`), files (`serialization`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

from kernel.config import Config, resolve_section
from kernel.errors import KernelError
from kernel.pipeline import assembly, evaluation, learn, process, serialization, sharing
from kernel.pipeline.components import Components
from kernel.pipeline.defaults import BaseDefaults
from kernel.pipeline.live_config import LiveConfig
from kernel.pipeline.meta import refresh_meta
from kernel.pipeline.pipe import is_trainable, raise_error
from kernel.pipeline.protocols import Averaged, ErrorHandler, ErrorHandling
from kernel.pipeline.stages import as_list, names_to_disable
from kernel.registry import registry
from kernel.text import BaseVectors, Doc, Example, Vocab


class Language(Components):
    """A pipeline: `nlp(text)` tokenizes a text and runs every enabled component over it.

    Arguments are as spaCy's, except that there is no length limit unless `max_length`, in
    characters, sets one.
    """

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
        if not isinstance(vocab, Vocab):
            vocab = assembly.make_vocab(type(self))
            if create_vectors is not None:
                vocab.vectors = create_vectors(vocab)
        if (vocab.lang or self.lang) != self.lang:
            raise KernelError(
                f"the vocabulary is of the language {vocab.lang!r}, the pipeline of {self.lang!r}"
            )
        super().__init__()
        self.vocab = vocab
        self.max_length = max_length
        self.batch_size = batch_size
        self.default_error_handler: ErrorHandler = raise_error
        self._meta: dict[str, Any] = dict(meta or {})
        self._config: LiveConfig | None = None
        # The folder that the pipeline was loaded from.
        self.path: Path | None = None
        # What `update` and `rehearse` use if they are given none.
        self.optimizer: Any = None
        # What `init_nlp` made of the config for the training run that comes next.
        self.prepared_settings: Any = None
        if create_tokenizer is None:
            create_tokenizer = registry.tokenizers.get("kernel.Tokenizer.v1")()
        self.tokenizer: Any = create_tokenizer(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(pipeline={self.pipe_names})"

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

    pipe = process.process_stream
    make_doc = process.make_doc

    def memory_zone(self, mem: object = None) -> AbstractContextManager[None]:
        """Bound the memory that words take; see `Vocab.memory_zone`, which it is."""
        return self.vocab.memory_zone(mem)

    def set_error_handler(self, error_handler: ErrorHandler) -> None:
        """Call `error_handler(name, component, docs, error)` for docs that a component fails on."""
        self.default_error_handler = error_handler
        for _, component in self.components:
            if isinstance(component, ErrorHandling):
                component.set_error_handler(error_handler)

    # -- learning

    initialize = learn.initialize
    create_optimizer = learn.create_optimizer
    update = learn.update
    resume_training = learn.resume_training
    rehearse = learn.rehearse
    evaluate = evaluation.evaluate
    replace_listeners = sharing.replace_listeners

    def begin_training(
        self, get_examples: Callable[[], Iterable[Example]] | None = None, *, sgd: Any = None
    ) -> Any:
        """Do what `initialize` does; older code has this name for it."""
        return self.initialize(get_examples, sgd=sgd)

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
        """The config of the pipeline as it stands: what `config.cfg` will hold.

        It can be edited in place. What it says of the components follows them.
        """
        if self._config is None:
            self._config = LiveConfig(assembly.bare_config(type(self)))
        return self._config.follow(self)

    @config.setter
    def config(self, value: Mapping[str, Any]) -> None:
        self._config = LiveConfig(Config(value))

    @property
    def meta(self) -> dict[str, Any]:
        """What the pipeline is: `meta.json`. Changes to the dict returned are kept."""
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
        """Return the pipeline that `config` describes, not initialized."""
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
        off = names_to_disable(
            nlp.component_names, disable=as_list(disable) or None, enable=as_list(enable) or None
        )
        for stage in nlp.stages:
            stage.enabled = stage.name not in {*settings.disabled, *off}
        return assembly.call_back(
            settings.after_pipeline_creation, nlp, "nlp.after_pipeline_creation"
        )

    to_disk = serialization.to_disk
    from_disk = serialization.from_disk
    to_bytes = serialization.to_bytes
    from_bytes = serialization.from_bytes
