"""Checks for components."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kernel.pipeline import Language, Packable, blank, get_factory, is_trainable, load
from kernel.random import Streams
from kernel.testing.check import Check
from kernel.testing.device.checks import device_checks
from kernel.testing.doc_contents import contents
from kernel.text import Example

MakeExamples = Callable[[Language], Sequence[Example]]
BATCH_SIZES = (1, 7, 64)


def component_checks(
    factory: str,
    make_examples: MakeExamples,
    *,
    lang: str = "en",
    config: dict[str, Any] | None = None,
) -> list[Check]:
    """Return the checks for the component created by `factory`.

    `make_examples` takes a pipeline and returns at least ten examples with the annotation
    that the component learns from. `config` has settings that replace the defaults.
    """
    bench = functools.partial(_trained, factory, make_examples, lang, config or {})
    checks: list[tuple[str, Callable[[], None]]] = [
        ("describes-itself", functools.partial(_describes_itself, factory, lang)),
        ("same-results-for-every-batch-size", functools.partial(_batch_invariant, bench)),
        ("survives-saving-and-loading", functools.partial(_survives_saving, bench)),
        ("learns-the-same-from-the-same-seed", functools.partial(_is_deterministic, bench)),
        ("leaves-given-examples-alone", functools.partial(_leaves_examples_alone, bench)),
    ]
    named = [Check(f"{factory}-{name}", run) for name, run in checks]
    return [*named, *device_checks(factory, make_examples, lang=lang, config=config)]


def _trained(
    factory: str, make_examples: MakeExamples, lang: str, config: dict[str, Any]
) -> tuple[Language, Sequence[Example]]:
    """Return a pipeline with the component after three updates, and the examples used."""
    from kernel.pipeline import initialize, update

    nlp = blank(lang)
    component = nlp.add_pipe(factory, config=config)
    examples = make_examples(nlp)
    assert len(examples) >= 10, f"give at least 10 examples, got {len(examples)}"
    if is_trainable(component):
        streams = Streams(0)
        optimizer = initialize(nlp, lambda: examples, scope=streams.use)
        for _ in range(3):
            update(nlp, examples, sgd=optimizer, drop=0.1, scope=streams.use)
    return nlp, examples


def _describes_itself(factory: str, lang: str) -> None:
    described = get_factory(factory, lang)
    assert described.name == factory, f"the factory has the name `{described.name}`"
    for path in (*described.assigns, *described.requires):
        assert path.split(".")[0] in ("doc", "token", "span"), f"not an attribute path: {path!r}"


def _batch_invariant(bench: Callable[[], tuple[Language, Sequence[Example]]]) -> None:
    nlp, examples = bench()
    texts = [example.text for example in examples] * 3
    expected = [contents(doc) for doc in nlp.pipe(texts, batch_size=BATCH_SIZES[0])]
    for size in BATCH_SIZES[1:]:
        got = [contents(doc) for doc in nlp.pipe(texts, batch_size=size)]
        assert got == expected, f"annotations of batches of {size} differ from those of single docs"


def _survives_saving(bench: Callable[[], tuple[Language, Sequence[Example]]]) -> None:
    nlp, examples = bench()
    with tempfile.TemporaryDirectory() as folder:
        nlp.to_disk(Path(folder, "saved"))
        again = load(Path(folder, "saved"))
    for name, component in nlp.components:
        if isinstance(component, Packable):
            assert again.get_pipe(name).to_bytes(exclude=()) == component.to_bytes(exclude=()), (
                f"`{name}` changed"
            )
    texts = [example.text for example in examples]
    before = [contents(doc) for doc in nlp.pipe(texts)]
    after = [contents(doc) for doc in again.pipe(texts)]
    assert before == after, "annotations of the loaded pipeline differ"


def _is_deterministic(bench: Callable[[], tuple[Language, Sequence[Example]]]) -> None:
    (one, _), (other, _) = bench(), bench()
    for name, component in one.components:
        if isinstance(component, Packable):
            same = other.get_pipe(name).to_bytes(exclude=()) == component.to_bytes(exclude=())
            assert same, f"two runs with the same seed give different weights of `{name}`"


def _leaves_examples_alone(bench: Callable[[], tuple[Language, Sequence[Example]]]) -> None:
    nlp, examples = bench()
    before = [(contents(eg.predicted), contents(eg.reference)) for eg in examples]
    nlp.evaluate(examples)
    if any(is_trainable(component) for _, component in nlp.components):
        nlp.update(examples, sgd=False)
    after = [(contents(eg.predicted), contents(eg.reference)) for eg in examples]
    assert before == after, "the given examples were changed"
