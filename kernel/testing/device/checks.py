"""Checks that a component computes the same on the device double as on the host."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.arrays import as_numpy
from kernel.pipeline import Language, blank, initialize, is_trainable, load, update
from kernel.pipeline.protocols import Rehearsing
from kernel.random import Streams
from kernel.testing.check import Check
from kernel.testing.device.double import device_double
from kernel.testing.doc_contents import contents
from kernel.text import Example

Arrays = Mapping[str, npt.NDArray[Any]]
Device = Callable[[], AbstractContextManager[Any]]
N_STEPS: Final = 3
# Sums in another order differ in the last digits; a wrong gradient differs in the first.
RTOL: Final = 1e-3
ATOL: Final = 1e-4


@frozen
class Bench:
    """How the component of a check is made and trained.

    prepare    called with the empty pipeline; for vectors and other components, for example
    optimizer  a function that returns an optimizer; None: the component's own
    """

    factory: str
    make_examples: Callable[[Language], Sequence[Example]]
    lang: str = "en"
    config: Mapping[str, Any] = {}
    prepare: Callable[[Language], object] | None = None
    optimizer: Callable[[], Any] | None = None

    def empty(self) -> Language:
        """Return a pipeline with the component, without weights."""
        nlp = blank(self.lang)
        if self.prepare is not None:
            self.prepare(nlp)
        nlp.add_pipe(self.factory, config=dict(self.config))
        return nlp

    def train(self, first: Mapping[str, Arrays] | None = None) -> _Trained:
        """Return the pipeline after some steps, from the weights `first` if they are given."""
        nlp = self.empty()
        examples = self.make_examples(nlp)
        streams = Streams(0)
        losses: list[dict[str, float]] = []
        if not any(is_trainable(component) for _, component in nlp.components):
            return _Trained(nlp, examples, {}, losses, {})
        own = initialize(nlp, lambda: examples, scope=streams.use)
        optimizer = own if self.optimizer is None else self.optimizer()
        start = _weights(nlp) if first is None else first
        for name, arrays in start.items():
            _weights_of(nlp.get_pipe(name)).load_arrays(arrays)
        for _ in range(N_STEPS):
            found = update(nlp, examples, sgd=optimizer, drop=0.2, scope=streams.use)
            losses.append(dict(found))
        return _Trained(nlp, examples, start, losses, _averages(nlp, optimizer))


@frozen
class _Trained:
    nlp: Language
    examples: Sequence[Example]
    first: Mapping[str, Arrays]
    losses: list[dict[str, float]]
    averages: Arrays

    def notes(self, nlp: Language | None = None) -> list[Any]:
        """Return the annotations that a pipeline, or the trained one, predicts."""
        texts = [example.text for example in self.examples]
        return [contents(doc) for doc in (nlp or self.nlp).pipe(texts, batch_size=4)]


def device_checks(
    factory: str,
    make_examples: Callable[[Language], Sequence[Example]],
    *,
    lang: str = "en",
    config: Mapping[str, Any] | None = None,
    prepare: Callable[[Language], object] | None = None,
    optimizer: Callable[[], Any] | None = None,
    device: Device = device_double,
    name: str = "",
) -> list[Check]:
    """Return checks that a component computes on a device what it computes on the host.

    The component is created by `factory` with the settings `config`, after `prepare(nlp)`, and
    learns from `make_examples(nlp)` with `optimizer()`. `device` is a context in which models are
    on a device: the double, or a GPU.
    """
    bench = Bench(factory, make_examples, lang, config or {}, prepare, optimizer)
    checks = {
        "learns-the-same-on-a-device": _learns_the_same,
        "moves-between-devices": _moves,
        "rehearses-the-same-on-a-device": _rehearses_the_same,
    }
    return [
        Check(f"{name or factory}-{what}", functools.partial(check, bench, device))
        for what, check in checks.items()
    ]


def _learns_the_same(bench: Bench, device: Device) -> None:
    host = bench.train()
    expected, scores = host.notes(), host.nlp.evaluate(host.examples)
    with device():
        found = bench.train(host.first)
        _check_losses(found.losses, host.losses)
        for name, arrays in _weights(found.nlp).items():
            _check_arrays(arrays, _weights(host.nlp)[name], f"weights of `{name}`")
        _check_arrays(found.averages, host.averages, "averages")
        assert found.notes() == expected, "annotations on the device differ"
        _check_scores(found.nlp.evaluate(found.examples), scores)


def _moves(bench: Bench, device: Device) -> None:
    """Check that files do not depend on the device."""
    host = bench.train()
    expected = host.notes()
    with tempfile.TemporaryDirectory() as folder:
        host.nlp.to_disk(Path(folder, "host"))
        with device():
            moved = load(Path(folder, "host"))
            assert host.notes(moved) == expected, "annotations of a pipeline of the host differ"
            moved.to_disk(Path(folder, "device"))
            data = moved.to_bytes()
        assert host.notes(load(Path(folder, "device"))) == expected, "saving changed annotations"
        again = load(Path(folder, "host")).from_bytes(data)
        assert host.notes(again) == expected, "packing changed annotations"


def _rehearses_the_same(bench: Bench, device: Device) -> None:
    host = bench.train()
    expected = _rehearsed(host)
    with device():
        _check_losses([_rehearsed(bench.train(host.first))], [expected])


def _rehearsed(trained: _Trained) -> dict[str, float]:
    """Return the losses of rehearsing after one more update."""
    nlp, examples = trained.nlp, trained.examples
    losses: dict[str, float] = {}
    if not any(isinstance(component, Rehearsing) for _, component in nlp.components):
        return {}
    streams = Streams(1)
    with streams.use("rehearsal"):
        optimizer = nlp.resume_training()
        nlp.update(examples, sgd=optimizer)
        nlp.rehearse(examples, sgd=optimizer, losses=losses)
    return losses


def _check_losses(
    found: Sequence[Mapping[str, float]], expected: Sequence[Mapping[str, float]]
) -> None:
    for step, (one, other) in enumerate(zip(found, expected, strict=True), 1):
        for name, loss in other.items():
            assert np.isclose(one[name], loss, rtol=RTOL, atol=ATOL), (
                f"the loss of `{name}` in step {step} is {one[name]} on the device, {loss} on the "
                "host"
            )


def _check_arrays(found: Arrays, expected: Arrays, what: str) -> None:
    assert found.keys() == expected.keys(), f"the {what} have other names on the device"
    for name, array in expected.items():
        assert np.allclose(found[name], array, rtol=RTOL, atol=ATOL), (
            f"the {what} differ on the device: `{name}`, by up to "
            f"{np.abs(found[name] - array).max()}"
        )


def _check_scores(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    for name, score in expected.items():
        if isinstance(score, float) and name != "speed":
            assert np.isclose(found[name], score, atol=1e-3), (
                f"the score `{name}` is {found[name]} on the device, {score} on the host"
            )


def _weights(nlp: Language) -> dict[str, Arrays]:
    """Return copies of the weights of each component, on the host."""
    return {
        name: {key: array.copy() for key, array in _weights_of(component).named_arrays().items()}
        for name, component in nlp.components
        if _weights_of(component) is not None
    }


def _averages(nlp: Language, optimizer: Any) -> Arrays:
    found = getattr(optimizer, "averages", None) or {}
    return {
        f"{name}/{parameter}": as_numpy(found[key]).copy()
        for name, component in nlp.components
        if _weights_of(component) is not None
        for key, parameter in _weights_of(component).optimizer_keys().items()
        if key in found
    }


def _weights_of(component: Any) -> Any:
    from thinc.api import Model

    from kernel.ops import ThincWeights

    if hasattr(component, "weights"):
        return component.weights
    model = getattr(component, "model", None)
    return ThincWeights(model) if isinstance(model, Model) else None


@contextlib.contextmanager
def gpu(gpu_id: int = 0) -> Iterator[None]:
    """Let models use a GPU inside the block; a device for `device_checks`."""
    from thinc.api import get_current_ops, set_current_ops

    from kernel.device import require_gpu

    before: Any = get_current_ops()
    require_gpu(gpu_id)
    try:
        yield
    finally:
        set_current_ops(before)
