"""What components can do, as protocols.

A component is a callable from a Doc to a Doc, and nothing more is asked of it. Each protocol
here adds an ability that the pipeline uses where a component has it. No base class is needed:
having the methods is enough. `kernel.pipeline.Pipe` and `TrainablePipe` bring most of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from kernel.text import Doc, DocBatch, Example, ExampleBatch

if TYPE_CHECKING:
    import numpy.typing as npt

ErrorHandler: TypeAlias = Callable[[str, Any, list[Doc], Exception], None]
GetExamples: TypeAlias = Callable[[], Iterable[Example]]


@runtime_checkable
class Component(Protocol):
    """Annotates a doc."""

    def __call__(self, doc: Doc, /) -> Doc:
        """Annotate `doc` and return it."""


@runtime_checkable
class Streaming(Protocol):
    """Annotates a stream of docs, and may look at several at once."""

    def pipe(self, stream: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:
        """Yield the docs of `stream`, annotated."""


@runtime_checkable
class Batched(Protocol):
    """Annotates a batch of docs in two steps: compute, then write."""

    def predict(self, docs: DocBatch) -> Any:
        """Return predictions for `docs`, without changing them."""

    def set_annotations(self, docs: DocBatch, predictions: Any) -> None:
        """Write what `predict` returned into `docs`."""


@runtime_checkable
class ErrorHandling(Protocol):
    """Passes docs that it fails on to a handler."""

    def set_error_handler(self, handler: ErrorHandler) -> None:
        """Call `handler(name, component, docs, error)` for docs that fail."""

    def get_error_handler(self) -> ErrorHandler:
        """Return what is called for docs that fail."""


@runtime_checkable
class Initializable(Protocol):
    """Prepares for training: finds its labels, makes its weights."""

    def initialize(self, get_examples: GetExamples, *, nlp: Any) -> None:
        """Prepare for training; keyword arguments of its own are `[initialize.components]`."""


@runtime_checkable
class Trainable(Protocol):
    """Learns from examples."""

    def update(
        self,
        examples: ExampleBatch,
        *,
        drop: float,
        sgd: Any,
        losses: dict[str, float],
    ) -> dict[str, float]:
        """Accumulate gradients, and apply them if `sgd` is an optimizer; add to `losses`."""


@runtime_checkable
class Optimizable(Protocol):
    """Has weights that an optimizer changes."""

    def finish_update(self, sgd: Any) -> None:
        """Apply the accumulated gradients with the optimizer `sgd`."""


@runtime_checkable
class Weights(Protocol):
    """The weights of a component, whatever library they belong to.

    A name means the same in every process. `kernel.ops.ThincWeights` are those of Thinc models.
    """

    def named_arrays(self) -> Mapping[str, npt.NDArray[Any]]:
        """Return all that the next update depends on, by name: numpy arrays, or copies as such.

        The state of an optimizer of the component's own belongs to it, that of the run does not.
        """

    def load_arrays(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take over arrays that `named_arrays` returned."""

    def optimizer_keys(self) -> Mapping[Any, str]:
        """Return the names of the weights by the keys that an optimizer is called with."""

    def gradients(self) -> Iterable[tuple[str, npt.NDArray[Any]]]:
        """Yield the gradients that the run's optimizer is about to apply, by name."""


@runtime_checkable
class Weighted(Protocol):
    """Has weights that a run checks and saves, but not in a Thinc model as its `model`."""

    weights: Weights


@runtime_checkable
class Averaged(Protocol):
    """Can run with other weights for a while."""

    def use_params(self, params: Mapping[Any, Any]) -> AbstractContextManager[None]:
        """Use the weights `params`, {(node id, parameter name): array}, inside the block."""


@runtime_checkable
class Rehearsing(Protocol):
    """Learns to predict what it predicted before, so that new examples do not displace old."""

    def start_rehearsal(self) -> None:
        """Remember the present predictions, by a copy of the model for example."""

    def rehearse(
        self, examples: ExampleBatch, *, sgd: Any, losses: dict[str, float]
    ) -> dict[str, float]:
        """Learn from what was remembered; otherwise as `Trainable.update`."""


@runtime_checkable
class Sharing(Protocol):
    """Computes something once for a batch that other components read.

    It puts a `SharedOutput` under its name into `docs.shared`: here, without learning, and also
    in its `set_annotations` and `update`.
    """

    model: Any

    def share(self, docs: DocBatch) -> None:
        """Share the output for `docs` with the components that follow; learn nothing."""


@runtime_checkable
class Labelled(Protocol):
    """Predicts labels."""

    @property
    def labels(self) -> Sequence[Any]:
        """The labels that the component can predict."""


@runtime_checkable
class Storable(Protocol):
    """Has something to keep in a folder."""

    def to_disk(self, path: Path, *, exclude: Iterable[str]) -> None:
        """Write the component to the folder `path`."""

    def from_disk(self, path: Path, *, exclude: Iterable[str]) -> Any:
        """Take over what `to_disk` wrote."""


@runtime_checkable
class Packable(Protocol):
    """Has something to keep as bytes."""

    def to_bytes(self, *, exclude: Iterable[str]) -> bytes:
        """Return the component as bytes."""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str]) -> Any:
        """Take over what `to_bytes` returned."""
