"""The pipeline: a tokenizer and a list of named components over one vocabulary.

`Language` holds them and is the face that users see. What it does lives in functions beside
it: building from a config (`assembly`), processing text (`process`), learning (`learn`),
files (`serialization`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

from kernel.config import Config
from kernel.errors import KernelError
from kernel.pipeline import assembly, learn, process, serialization
from kernel.pipeline.components import Components
from kernel.pipeline.defaults import BaseDefaults
from kernel.pipeline.evaluate import evaluate
from kernel.pipeline.live_config import LiveConfig
from kernel.pipeline.meta import refresh_meta
from kernel.pipeline.pipe import is_trainable, raise_error
from kernel.pipeline.protocols import Averaged, ErrorHandler, ErrorHandling
from kernel.pipeline.rehearse import rehearse, resume_training
from kernel.pipeline.selection import Selection
from kernel.pipeline.sharing import replace_listeners
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
        """Return `text` tokenized; raises `TextError` if it is longer than `max_length`."""
        return process.make_doc(self, text)

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

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]] | None = None, *, sgd: Any = None
    ) -> Any:
        """Prepare every enabled component for training; returns the optimizer.

        The vocabulary keeps all words from then on, as those of training data come again;
        set `nlp.vocab.transient_limit` to have it forget some again.
        """
        return learn.initialize(self, get_examples, sgd=sgd)

    def begin_training(
        self, get_examples: Callable[[], Iterable[Example]] | None = None, *, sgd: Any = None
    ) -> Any:
        """Do what `initialize` does; older code has this name for it."""
        return self.initialize(get_examples, sgd=sgd)

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
        scorer: Any = None,
        component_cfg: Mapping[str, Mapping[str, Any]] | None = None,
        scorer_cfg: Mapping[str, Any] | None = None,
        per_component: bool = False,
    ) -> dict[str, Any]:
        """Return the scores of every enabled component on `examples`, which may be a stream.

        `scorer` is a `Scorer` of your own, `scorer_cfg` are settings of the one made otherwise.
        """
        return evaluate(
            self,
            examples,
            batch_size=batch_size,
            scorer=scorer,
            component_cfg=component_cfg,
            scorer_cfg=scorer_cfg,
            per_component=per_component,
        )

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
        return assembly.from_config(
            cls,
            config or {},
            vocab=vocab,
            selection=Selection(disable=disable, enable=enable, exclude=exclude),
            meta=meta or {},
            auto_fill=auto_fill,
            validate=validate,
        )

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write the pipeline to the folder `path`; a pipeline that is there is replaced whole."""
        serialization.to_disk(self, Path(path), exclude)

    def from_disk(
        self,
        path: Path | str,
        *,
        exclude: Iterable[str] = (),
        overrides: Mapping[str, Any] | None = None,
    ) -> Self:
        """Take over weights, vocabulary and settings from the folder `path`.

        `overrides` are settings by dotted keys that go before those of the folder's config.
        Raises `LoadError` naming a file that is missing, truncated or altered.
        """
        serialization.from_disk(self, Path(path), exclude, overrides or {})
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the pipeline as bytes."""
        return serialization.to_bytes(self, exclude)

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Take over what `to_bytes` returned."""
        serialization.from_bytes(self, data, exclude)
        return self
