"""Base classes that implement most of what the pipeline expects of a component."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from kernel.blas import single_threaded_blas
from kernel.errors import ArgumentError, NotInitializedError, UnsupportedError, WrongTypeError
from kernel.files import check_type, parse_json
from kernel.pipeline import serialization
from kernel.pipeline.batching import minibatch
from kernel.pipeline.optimizers import for_component
from kernel.pipeline.protocols import ErrorHandler, GetExamples, Optimizable, Trainable
from kernel.plugins import hooks
from kernel.registry import registry
from kernel.text import Doc, DocBatch, Example, ExampleBatch

if TYPE_CHECKING:
    from kernel.text import Vocab


def raise_error(name: str, component: Any, docs: list[Doc], error: Exception) -> NoReturn:
    """Handle an error by raising it (the default)."""
    raise error


def ignore_error(name: str, component: Any, docs: list[Doc], error: Exception) -> None:
    """Handle an error by dropping its docs."""


class Pipe:
    """A component that annotates docs: the base class of components without training.

    A subclass defines `__call__`. All other methods have a default. `cfg_types` are the types of
    settings in the file `cfg`, as `kernel.files.check_type` takes them.
    """

    name: str
    cfg: dict[str, Any]
    cfg_types: ClassVar[Mapping[str, Any]] = {}
    scorer: Any = None
    error_handler: ErrorHandler = staticmethod(raise_error)

    is_trainable: bool = False
    hide_labels: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the component can predict."""
        return ()

    @property
    def label_data(self) -> Any:
        """The labels in the form that `initialize` takes, as JSON values, or None."""
        return None

    def __call__(self, doc: Doc) -> Doc:
        """Annotate `doc` and return it."""
        raise NotImplementedError

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Yield each doc of `stream`, annotated; docs that fail are passed to the error handler."""
        for doc in stream:
            try:
                result = self(doc)
            except Exception as error:  # noqa: BLE001 — passed to the error handler
                self.get_error_handler()(self.name, self, [doc], error)
            else:
                yield result

    def initialize(self, get_examples: GetExamples, *, nlp: Any = None) -> None:
        """Prepare the component for training; by default, do nothing."""

    def score(self, examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
        """Return the scores of the component on `examples`; an empty dict without a scorer."""
        if self.scorer is None:
            return {}
        return self.scorer(examples, **self.scorer_settings(), **settings)

    @property
    def has_scores(self) -> bool:
        """Whether `score` returns any scores; evaluation keeps no examples for it otherwise."""
        return self.scorer is not None or type(self).score is not Pipe.score

    def scorer_settings(self) -> dict[str, Any]:
        """Return the settings that are passed to the scorer with the examples."""
        return {**getattr(self, "cfg", {}), "labels": self.labels}

    def set_error_handler(self, error_handler: ErrorHandler) -> None:
        """Call `error_handler(name, component, docs, error)` for docs that fail."""
        self.error_handler = error_handler

    def get_error_handler(self) -> ErrorHandler:
        """Return the handler for docs that fail; the default one raises."""
        return self.error_handler

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the weights and settings of the component as bytes."""
        return serialization.pack_fields(self._writers(), exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Any:
        """Load the result of `to_bytes`; return the component."""
        serialization.unpack_fields(bytes_data, self._readers(), exclude)
        return self

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write the component to the folder `path`."""
        writers = self._writers()
        if writers:
            serialization.write_fields(Path(path), writers, exclude)

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Any:
        """Load the files that `to_disk` wrote; return the component.

        Raises `LoadError` for a file that is missing or damaged.
        """
        serialization.read_fields(Path(path), self._readers(), exclude)
        return self

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        """Return, for each file of the component, a function that returns its bytes."""
        return {}

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        """Return, for each file of the component, a function that loads its bytes."""
        return {}

    def _read_cfg(self, data: bytes) -> None:
        """Load the file `cfg`; settings that it does not have are kept."""
        what = "the file of settings"
        found = check_type(parse_json(data, what=what), dict[str, Any], what=what)
        types = {key: self.cfg_types[key] for key in found if key in self.cfg_types}
        self.cfg = {**getattr(self, "cfg", {}), **check_type(found, types, what=what)}


class TrainablePipe(Pipe):
    """A component with a Thinc model: the base class of trainable components.

    A subclass defines `initialize`, `predict`, `set_annotations`, and either `get_loss` or `learn`.
    """

    is_trainable = True
    vocab: Vocab
    model: Any
    _initialized: Any = None  # the model for which `check_initialized` succeeded

    def check_initialized(self) -> None:
        """Raise `NotInitializedError` if a layer of the model has no weights yet."""
        if self._initialized is self.model:
            return
        if not has_weights(self.model):
            raise NotInitializedError(self.name)
        self._initialized = self.model

    def predict(self, docs: Sequence[Doc]) -> Any:
        """Return the predictions of the model for `docs`, without changing them.

        Raises `NotInitializedError` if the model has no weights.
        """
        self.check_initialized()
        return self.model.predict(DocBatch.of(docs))

    def set_annotations(self, docs: Sequence[Doc], predictions: Any) -> None:
        """Write the result of `predict` into `docs`."""
        raise NotImplementedError

    @single_threaded_blas
    def annotate(self, docs: DocBatch) -> None:
        """Predict annotations for `docs`, and write them."""
        self.set_annotations(docs, self.predict(docs))

    def get_loss(self, examples: Sequence[Example], scores: Any) -> tuple[float, Any]:
        """Return the loss, and its gradient for the model's output `scores`."""
        raise NotImplementedError

    def __call__(self, doc: Doc) -> Doc:
        """Annotate `doc` and return it."""
        docs = DocBatch([doc])
        try:
            self.annotate(docs)
        except Exception as error:  # noqa: BLE001 — passed to the error handler
            self.get_error_handler()(self.name, self, docs, error)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Yield each doc of `stream`, annotated in batches; a batch that fails is dropped."""
        for docs in minibatch(stream, batch_size):
            batch = DocBatch(docs)
            try:
                self.annotate(batch)
            except Exception as error:  # noqa: BLE001 — passed to the error handler
                self.get_error_handler()(self.name, self, batch, error)
            else:
                yield from batch

    @single_threaded_blas
    def update(
        self,
        examples: Sequence[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from `examples`: accumulate gradients, and apply them if `sgd` is given.

        Returns `losses`, with this batch's loss added under the component's name. Raises
        `NotInitializedError` if the model has no weights, and TypeError for other objects than
        Examples.
        """
        return self._learn(self.learn, examples, drop=drop, sgd=sgd, losses=losses)

    def set_dropout(self, rate: float) -> None:
        """Set the dropout rate of the model for the next update."""
        set_dropout_rate(self.model, rate)

    def learn(self, examples: ExampleBatch) -> float:
        """Accumulate the gradients of `examples`, none of them empty, and return the loss.

        `update` calls this after setting the dropout rate. The default uses `get_loss`.
        """
        scores, backprop = self.model.begin_update(examples.predicted)
        loss, d_scores = self.get_loss(examples, scores)
        backprop(d_scores)
        return float(loss)

    def _learn(
        self,
        learn: Callable[[ExampleBatch], float],
        examples: Sequence[Example],
        *,
        drop: float,
        sgd: Any,
        losses: dict[str, float] | None,
    ) -> dict[str, float]:
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        batch = ExampleBatch.of(examples)
        check_examples(batch, self.name)
        self.check_initialized()
        if any(len(example.predicted) for example in batch):
            self.set_dropout(drop)
            losses[self.name] += learn(batch)
            if sgd not in (None, False):
                self.finish_update(for_component(sgd, self.name))
        return losses

    def finish_update(self, sgd: Any) -> None:
        """Apply the accumulated gradients with the optimizer `sgd`."""
        # Imported here so that a pipeline without models does not import Thinc.
        from kernel.ops import finish_update

        finish_update(self.model, sgd)

    def rehearse(
        self,
        examples: Sequence[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Raise `ArgumentError`: the component cannot rehearse; see `RehearsingPipe`."""
        raise ArgumentError(f"component `{self.name}` cannot rehearse")

    @contextlib.contextmanager
    def use_params(self, params: Mapping[Any, Any]) -> Iterator[None]:
        """Run the block with the weights `params`, {(node id, name): array}."""
        # Imported here so that a pipeline without models does not import Thinc.
        from kernel.ops import use_params

        with use_params(self.model, params):
            yield

    @property
    def is_resizable(self) -> bool:
        """Whether labels can be added after initialization."""
        return "resize_output" in getattr(self.model, "attrs", {})

    def add_label(self, label: str) -> int:
        """Add a label; returns 1 if it is new, else 0."""
        raise UnsupportedError(
            f"component `{self.name}` does not accept labels", hint=f"got {label!r}"
        )

    def set_output(self, nO: int) -> None:
        """Resize the model to `nO` outputs; raises `ArgumentError` if it has a fixed number."""
        if not self.is_resizable:
            raise ArgumentError(f"the model of `{self.name}` has a fixed number of outputs")
        self.model.attrs["resize_output"](self.model, nO)

    def _require_labels(self) -> None:
        """Raise `ArgumentError` if there are no labels; for components written for spaCy."""
        if not self.labels:
            raise ArgumentError(
                f"component `{self.name}` has no labels",
                hint="give `initialize` examples of all labels, or call `add_label`",
            )

    def _allow_extra_label(self) -> None:
        """Raise `ArgumentError` if the model has no output for one more label; see above."""
        n_outputs = self.model.has_dim("nO") and self.model.get_dim("nO")
        if n_outputs and n_outputs == len(self.labels) and not self.is_resizable:
            raise ArgumentError(f"the model of `{self.name}` has a fixed number of outputs")

    def create_optimizer(self) -> Any:
        """Return a new optimizer with the default settings."""
        return registry.optimizers.get("Adam.v1")()

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        if getattr(self, "model", None) is None:
            raise ArgumentError(
                f"a {type(self).__name__} without a model cannot be saved",
                hint="set its attribute `model`",
            )
        return {
            "cfg": lambda: dump_json(getattr(self, "cfg", {})),
            "model": lambda: _dump_weights(self.model),
        }

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        return {"cfg": self._read_cfg, "model": lambda data: load_weights(self.model, data)}


class RehearsingPipe(TrainablePipe):
    """A component that can rehearse: it keeps a copy of its model, the tutor.

    A subclass may override `get_rehearsal_loss`.
    """

    tutor: Any = None

    def start_rehearsal(self) -> None:
        """Keep a copy of the model, whose predictions `rehearse` learns to reproduce.

        A model without weights has no predictions to keep.
        """
        if not has_weights(self.model):
            return
        self.tutor = copy.deepcopy(self.model)
        set_dropout_rate(self.tutor, 0.0)

    def rehearse(
        self,
        examples: Sequence[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn the scores of the tutor: accumulate gradients, apply them if `sgd` is given.

        Returns `losses`, with this batch's loss added. Does nothing before `start_rehearsal`.
        """
        learn = self._learn_from_tutor if self.tutor is not None else lambda _: 0.0
        return self._learn(learn, examples, drop=drop, sgd=sgd, losses=losses)

    def get_rehearsal_loss(self, scores: Any, wanted: Any) -> tuple[float, Any]:
        """Return the sum of the squared differences, and the differences, as the gradient.

        scores   (N, O)   of the model
        wanted   (N, O')  of the tutor; outputs that were added later, O' to O, are ignored
        returns  () and (N, O)
        """
        n_known = wanted.shape[1]
        d_scores = scores.copy()
        d_scores[:, :n_known] -= wanted
        d_scores[:, n_known:] = 0
        return float((d_scores**2).sum()), d_scores

    def _learn_from_tutor(self, examples: ExampleBatch) -> float:
        docs = examples.predicted
        scores, backprop = self.model.begin_update(docs)
        # Not `predict`, whose scores may differ from those in training, for example probabilities.
        wanted, _ = self.tutor.begin_update(docs)
        loss, d_scores = self.get_rehearsal_loss(scores, wanted)
        backprop(d_scores)
        return loss


def _dump_weights(model: Any) -> bytes:
    if not hasattr(model, "walk"):  # a model of another library
        packed: bytes = model.to_bytes()
        return packed
    # Imported here so that a pipeline without models does not import Thinc.
    from kernel.ops import dump_weights

    return dump_weights(model)


def load_weights(model: Any, data: bytes) -> None:
    """Load the weights `data`, from `model.to_bytes()`, into a model of the same architecture.

    Those of the same architecture in another library are translated by plugins, with the hook
    `kernel_translate_weights`. Raises `LoadError` if they are damaged or do not fit; the model is
    not changed then.
    """
    # Imported here so that a pipeline without models does not import Thinc.
    from kernel.ops import load_weights

    load_weights(model, data, _translate)


def _translate(model: Any, weights: Mapping[str, Any]) -> Mapping[str, Any] | None:
    translated: Mapping[str, Any] | None = hooks().first(
        "kernel_translate_weights", model=model, weights=weights
    )
    return translated


def has_weights(model: Any) -> bool:
    """Return whether `model` was initialized or loaded: every layer that can have weights has some.

    An object that is not a Thinc model counts as initialized.
    """
    nodes = model.walk() if hasattr(model, "walk") else ()
    return all(
        not node.param_names or any(node.has_param(name) for name in node.param_names)
        for node in nodes
    )


def checked_examples(examples: Any, name: str) -> Iterator[Example]:
    """Yield `examples`, given to the function `name`; raise `WrongTypeError` for other objects."""
    if isinstance(examples, Example) or not isinstance(examples, Iterable):
        raise WrongTypeError(
            f"`{name}` expects a list of Examples, got a {type(examples).__name__}",
            hint="put a single Example into a list",
        )
    for example in examples:
        check_examples([example], name)
        yield example


def check_examples(examples: Iterable[Any], name: str) -> None:
    """Raise TypeError if not all of `examples`, given to component `name`, are Examples."""
    for example in examples:
        if not isinstance(example, Example):
            raise WrongTypeError(
                f"`{name}` expects Examples, got a {type(example).__name__}",
                hint="make them with `Example.from_dict(nlp.make_doc(text), annotations)`",
            )


def dump_json(value: Any) -> bytes:
    """Return `value` as JSON with sorted keys."""
    return json.dumps(value, indent=2, sort_keys=True).encode("utf8")


def set_dropout_rate(model: Any, rate: float) -> None:
    """Set the dropout rate of every node of `model` that has one."""
    for node in model.walk():
        if "dropout_rate" in node.attrs:
            node.attrs["dropout_rate"] = rate


def is_trainable(component: Any) -> bool:
    """Return whether `component` has weights that an optimizer can change."""
    trainable = getattr(component, "is_trainable", None)
    if trainable is None:
        return isinstance(component, Trainable) and isinstance(component, Optimizable)
    return bool(trainable)
