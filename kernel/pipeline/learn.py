"""Methods of `Language` that initialize, update and rehearse a pipeline.

`initialize` and `update` take a `scope`: a function from the name of a random stream (`init.ner`,
`dropout.ner`) to a context manager in which that stream is used. The training loop passes
`Streams.use`. The default does not change the random state.
"""

from __future__ import annotations

import contextlib
import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.blas import single_threaded_blas
from kernel.config import check_arguments, resolve, resolve_section
from kernel.errors import ArgumentError, WrongTypeError
from kernel.pipeline import sharing
from kernel.pipeline.optimizers import check_learn_rates, for_component
from kernel.pipeline.pipe import checked_examples, is_trainable
from kernel.pipeline.process import run_component
from kernel.pipeline.protocols import (
    GetExamples,
    Initializable,
    Optimizable,
    Rehearsing,
    Sharing,
    Trainable,
)
from kernel.pipeline.stages import as_list
from kernel.pipeline.vocab_data import load_vectors, read_vocab_data, warn_of_others
from kernel.plugins import hooks
from kernel.random import follow_global_seed, generator
from kernel.text import Doc, DocBatch, Example, ExampleBatch

if TYPE_CHECKING:
    from kernel.pipeline.language import Language

Scope = Callable[[str], AbstractContextManager[Any]]


@single_threaded_blas
def initialize(
    nlp: Language,
    get_examples: GetExamples | None = None,
    *,
    sgd: Any = None,
    scope: Scope = contextlib.nullcontext,
) -> Any:
    """Run `[initialize]`, then `initialize` of every enabled component; return the optimizer.

    From then on the vocabulary keeps all words, because training data is read repeatedly. Set
    `nlp.vocab.transient_limit` to let it drop words again.
    """
    follow_global_seed()
    # Words of training data occur repeatedly.
    nlp.vocab.transient_limit = None
    get_examples = _checked(nlp, get_examples)
    settings = resolve_section(nlp.config.interpolate(), "initialize")
    if settings.before_init is not None:
        settings.before_init(nlp)
    finishing = hooks().gather("kernel_initialize", nlp=nlp)
    _initialize_vocab(nlp, settings)
    if isinstance(nlp.tokenizer, Initializable):
        nlp.tokenizer.initialize(get_examples, nlp=nlp, **settings.tokenizer)
    for name, component in nlp.pipeline:
        if isinstance(component, Initializable):
            with scope(f"init.{name}"):
                own = dict(settings.components.get(name, {}))
                where = f"initialize.components.{name}"
                _check_settings(component.initialize, own, where)
                component.initialize(get_examples, nlp=nlp, **own)
    nlp.initialized_from = [finish() for _, finish in finishing]
    nlp.optimizer = sgd if sgd is not None else create_optimizer(nlp)
    if settings.after_init is not None:
        settings.after_init(nlp)
    return nlp.optimizer


def create_optimizer(nlp: Language) -> Any:
    """Return a new optimizer, made from `[training.optimizer]`.

    Raises `ConfigError` if it has a learning rate for a component that cannot be trained.
    """
    config = nlp.config.interpolate()
    optimizer = resolve(config["training"]["optimizer"], where="training.optimizer")
    trained = [name for name, component in nlp.components if is_trainable(component)]
    check_learn_rates(config, optimizer, trained)
    return optimizer


@single_threaded_blas
def update(
    nlp: Language,
    examples: Iterable[Example],
    _: Any = None,
    *,
    drop: float = 0.0,
    sgd: Any = None,
    losses: dict[str, float] | None = None,
    component_cfg: Mapping[str, Mapping[str, Any]] | None = None,
    exclude: Iterable[str] = (),
    annotates: Iterable[str] = (),
    scope: Scope = contextlib.nullcontext,
) -> dict[str, float]:
    """Update every enabled component that is not in `exclude` with `examples`.

    Returns the losses. With `sgd` None, the pipeline's own optimizer is used; False only
    accumulates gradients. The summed gradients of a shared layer are backpropagated once, after the
    last listener. A component in `exclude` is run without training if others listen to it; a
    component in `annotates` writes its annotation for later components.
    """
    if _ is not None:
        raise ArgumentError(
            "update expects one list of Examples", hint="make them with `Example.from_dict`"
        )
    losses = {} if losses is None else losses
    batch = _fresh_batch(examples)
    if not batch:
        return losses
    sgd = _optimizer(nlp, sgd)
    exclude, annotates = _known(nlp, exclude), _known(nlp, annotates)
    if not 0 <= drop <= 1:
        raise ArgumentError(f"`drop` is {drop!r}; expected a share from 0 to 1")
    learners = [
        (name, pipe)
        for name, pipe in nlp.pipeline
        if name not in exclude and isinstance(pipe, Trainable)
    ]
    for name, component in nlp.pipeline:
        if (name, component) in learners:
            settings = (component_cfg or {}).get(name, {})
            with scope(f"dropout.{name}"), sharing.learning_from(batch.predicted):
                component.update(batch, **{"drop": drop, "sgd": None, "losses": losses, **settings})
        elif isinstance(component, Sharing):
            component.share(batch.predicted)
        if name in annotates:
            batch = _annotate(nlp, name, component, batch)
    _finish_shared(batch, losses, scope)
    apply_gradients(learners, sgd)
    return losses


def _known(nlp: Language, names: str | Iterable[str]) -> list[str]:
    """Return the names of components; raises `UnknownComponentError` for one that is unknown."""
    listed = as_list(names)
    for name in listed:
        nlp.stages.find(name)
    return listed


def resume_training(nlp: Language, *, sgd: Any = None) -> Any:
    """Prepare trained components for more training, keeping weights; return the optimizer.

    Components that can rehearse keep a copy of their model.
    """
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
    sgd: Any = None,
    losses: dict[str, float] | None = None,
    component_cfg: Mapping[str, Mapping[str, Any]] | None = None,
    exclude: Iterable[str] = (),
) -> dict[str, float]:
    """Train components to keep their predictions of `resume_training`; return the losses.

    Needs no gold annotation. Trainable components that cannot rehearse are skipped, with a warning.
    """
    losses = {} if losses is None else losses
    batch = ExampleBatch(checked_examples(examples, "rehearse"))
    if not batch:
        return losses
    sgd = _optimizer(nlp, sgd)
    taking_part = [(name, pipe) for name, pipe in nlp.pipeline if name not in exclude]
    for _, component in taking_part:
        # Shared outputs are computed with the current weights, and not trained.
        if isinstance(component, Sharing):
            component.share(batch.predicted)
    able = [(name, pipe) for name, pipe in taking_part if isinstance(pipe, Rehearsing)]
    unable = [
        f"`{name}`"
        for name, pipe in taking_part
        if is_trainable(pipe) and not isinstance(pipe, Rehearsing | Sharing)
    ]
    if unable:
        warnings.warn(f"cannot rehearse, and skipped: {', '.join(unable)}", stacklevel=3)
    for index in generator().permutation(len(able)).tolist():
        name, component = able[index]
        settings = (component_cfg or {}).get(name, {})
        component.rehearse(batch, **{"sgd": None, "losses": losses, **settings})
    apply_gradients(able, sgd)
    return losses


def apply_gradients(components: Iterable[tuple[str, Any]], sgd: Any) -> None:
    """Let the optimizer `sgd`, unless False, update the weights by their gradients."""
    if sgd is False:
        return
    for name, component in components:
        if is_trainable(component) and isinstance(component, Optimizable):
            component.finish_update(for_component(sgd, name))


def _optimizer(nlp: Language, sgd: Any) -> Any:
    if sgd is None:
        sgd = nlp.optimizer = nlp.optimizer or create_optimizer(nlp)
    return sgd


def _finish_shared(batch: ExampleBatch, losses: dict[str, float], scope: Scope) -> None:
    for name, shared in batch.shared.items():
        with scope(f"dropout.{name}"):
            loss = shared.finish()
        if loss:
            losses[name] = losses.get(name, 0.0) + loss


def _fresh_batch(examples: Iterable[Example]) -> ExampleBatch:
    """Return examples with copies of the predicted docs, so that the given ones do not change."""
    given = checked_examples(examples, "update")
    return ExampleBatch(Example(eg.predicted.copy(), eg.reference) for eg in given)


def _annotate(nlp: Language, name: str, component: Any, batch: ExampleBatch) -> ExampleBatch:
    shared = batch.shared.get(name)
    if shared is not None and isinstance(component, Sharing):
        # Running it again would replace the output with which its readers train it.
        component.set_annotations(DocBatch(batch.predicted), shared.arrays)
        return batch
    docs = run_component(nlp, name, component, batch.predicted, {})
    annotated = ExampleBatch(
        Example(doc, example.reference) for doc, example in zip(docs, batch, strict=True)
    )
    annotated.shared.update(batch.shared)
    return annotated


def _checked(nlp: Language, get_examples: GetExamples | None) -> GetExamples:
    if get_examples is None:
        doc = Doc(nlp.vocab, words=["x", "y", "z"])
        return lambda: [Example(doc, doc.copy())]
    if not callable(get_examples):
        raise WrongTypeError(
            "`initialize` expects a function that returns examples, "
            f"got a {type(get_examples).__name__}",
            hint="wrap them: `nlp.initialize(lambda: examples)`",
        )
    return get_examples


def _check_settings(method: Callable[..., Any], settings: Mapping[str, Any], where: str) -> None:
    """Raise `ConfigError` if `settings` do not fit the method `initialize` of a component."""
    # The first argument, which may have any name, is `get_examples`.
    first = next(iter(inspect.signature(method).parameters), "get_examples")
    check_arguments(method, settings, where=where, given=(first, "nlp"))


def _initialize_vocab(nlp: Language, settings: Any) -> None:
    if settings.lookups is not None:
        nlp.vocab.lookups = settings.lookups
    if settings.vocab_data is not None:
        read_vocab_data(nlp.vocab, Path(settings.vocab_data))
    if settings.vectors is not None:
        load_vectors(nlp, settings.vectors)
    for stage in nlp.stages:
        warn_of_others(stage.name, stage.vectors, nlp.vocab)


def first_examples(get_examples: GetExamples, count: int = 10) -> list[Example]:
    """Return the first `count` examples, from which components infer shapes.

    Raises `WrongTypeError` if there are none, or for other objects than Examples.
    """
    sample = list(islice(checked_examples(get_examples(), "initialize"), count))
    if not sample:
        raise WrongTypeError(
            "there are no examples to initialize from",
            hint="check that the training corpus is not empty",
        )
    return sample
