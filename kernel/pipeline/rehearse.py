"""Going on with trained components without forgetting what they knew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kernel.blas import single_threaded_blas
from kernel.pipeline.learn import apply_gradients, create_optimizer
from kernel.pipeline.protocols import Rehearsing, Sharing
from kernel.random import generator
from kernel.text import Example, ExampleBatch

if TYPE_CHECKING:
    from kernel.pipeline.language import Language


def resume_training(nlp: Language, sgd: Any) -> Any:
    """Keep a copy of each model that can rehearse, as its tutor; returns the optimizer."""
    nlp.vocab.transient_limit = None
    for _, component in nlp.pipeline:
        if isinstance(component, Rehearsing):
            component.start_rehearsal()
    nlp.optimizer = sgd if sgd is not None else create_optimizer(nlp)
    return nlp.optimizer


@single_threaded_blas
def rehearse(
    nlp: Language,
    examples: Iterable[Example],
    *,
    sgd: Any,
    losses: dict[str, float] | None,
    component_cfg: Mapping[str, Mapping[str, Any]] | None,
    exclude: Iterable[str],
) -> dict[str, float]:
    """Let components learn to say what their tutors say; see `Language.rehearse`."""
    losses = {} if losses is None else losses
    batch = ExampleBatch(examples)
    if not batch:
        return losses
    if sgd is None:
        sgd = nlp.optimizer = nlp.optimizer or create_optimizer(nlp)
    for name, component in nlp.pipeline:
        # What components listen to is made as it is now, and learns nothing.
        if name not in exclude and isinstance(component, Sharing):
            component.share(batch.predicted)
    able = [
        (name, component)
        for name, component in nlp.pipeline
        if name not in exclude and isinstance(component, Rehearsing)
    ]
    for place in generator().permutation(len(able)).tolist():
        name, component = able[place]
        settings = (component_cfg or {}).get(name, {})
        component.rehearse(batch, **{"sgd": None, "losses": losses, **settings})
    if sgd is not False:
        apply_gradients(able, sgd)
    return losses
