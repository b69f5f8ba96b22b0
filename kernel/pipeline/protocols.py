"""Protocols of components.

A component is a callable from a Doc to a Doc; nothing else is required. Each protocol here adds an
optional ability, which the pipeline uses if a component has its methods. No base class is needed.
`kernel.pipeline.Pipe` and `TrainablePipe` implement most of these protocols.
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
    """Annotates a stream of docs, and may process several at once."""

    def pipe(self, stream: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:
        """Yield the docs of `stream`, annotated."""


@runtime_checkable
class Batched(Protocol):
    """Annotates a batch of docs in two steps: compute, then write."""

    def predict(self, docs: DocBatch) -> Any:
        """Return predictions for `docs`, without changing them."""

    def set_annotations(self, docs: DocBatch, predictions: Any) -> None:
        """Write the result of `predict` into `docs`."""


@runtime_checkable
class ErrorHandling(Protocol):
    """Passes docs on which it fails to a handler."""

    def set_error_handler(self, error_handler: ErrorHandler) -> None:
        """Call `error_handler(name, component, docs, error)` for docs that fail."""

    def get_error_handler(self) -> ErrorHandler:
        """Return the handler for docs that fail."""


@runtime_checkable
class Initializable(Protocol):
    """Prepares for training: finds its labels, initializes its weights."""

    def initialize(self, get_examples: GetExamples, *, nlp: Any) -> None:
        """Prepare for training; further keyword arguments are set in `[initialize.components]`."""


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
    """The weights of a component, of any library.

    Names are the same in every process. `kernel.ops.ThincWeights` implements this for Thinc models.
    """

    def named_arrays(self) -> Mapping[str, npt.NDArray[Any]]:
        """Return by name all arrays that the next update depends on, as numpy arrays.

        This includes the state of the component's own optimizer, but not that of the run's.
        """

    def load_arrays(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Load arrays that `named_arrays` returned."""

    def optimizer_keys(self) -> Mapping[Any, str]:
        """Return the names of the weights by the keys that an optimizer is called with."""

    def gradients(self) -> Iterable[tuple[str, npt.NDArray[Any]]]:
        """Yield by name the gradients that the run's optimizer will apply next."""


@runtime_checkable
class Weighted(Protocol):
    """Has weights that a run checks and saves, without a Thinc model as `model`."""

    weights: Weights


@runtime_checkable
class Averaged(Protocol):
    """Can temporarily run with other weights."""

    def use_params(self, params: Mapping[Any, Any]) -> AbstractContextManager[None]:
        """Use the weights `params`, {(node id, parameter name): array}, inside the block."""


@runtime_checkable
class Rehearsing(Protocol):
    """Learns to keep its earlier predictions, so that new examples do not make it forget."""

    def start_rehearsal(self) -> None:
        """Store the current predictions, for example by a copy of the model."""

    def rehearse(
        self, examples: ExampleBatch, *, sgd: Any, losses: dict[str, float]
    ) -> dict[str, float]:
        """Learn from the stored predictions; otherwise like `Trainable.update`."""


@runtime_checkable
class Sharing(Protocol):
    """Computes an output once per batch that other components read.

    It stores a `SharedOutput` under its name in `docs.shared`: in `share` without training, and
    also in `set_annotations` and `update`. If it has a dict `listener_map`, the pipeline keeps the
    listeners of each component in it.
    """

    model: Any

    def set_annotations(self, docs: DocBatch, arrays: Any) -> None:
        """Write the `arrays` of a `SharedOutput` into `docs`, and share them."""

    def share(self, docs: DocBatch) -> None:
        """Share the output for `docs` with later components, without training."""


@runtime_checkable
class Labelled(Protocol):
    """Predicts labels."""

    @property
    def labels(self) -> Sequence[Any]:
        """The labels that the component can predict."""


@runtime_checkable
class Storable(Protocol):
    """Can be saved to a folder."""

    def to_disk(self, path: Path, *, exclude: Iterable[str]) -> None:
        """Write the component to the folder `path`."""

    def from_disk(self, path: Path, *, exclude: Iterable[str]) -> Any:
        """Load the files that `to_disk` wrote."""


@runtime_checkable
class Packable(Protocol):
    """Can be saved as bytes."""

    def to_bytes(self, *, exclude: Iterable[str]) -> bytes:
        """Return the component as bytes."""

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str]) -> Any:
        """Load the result of `to_bytes`."""
