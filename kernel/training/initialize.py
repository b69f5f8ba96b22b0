"""From a config to a pipeline that is ready for training."""

from __future__ import annotations

import contextlib
import logging
import secrets
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from kernel.config import fill
from kernel.device import require_gpu, set_allocator
from kernel.errors import DataError, NoLabelsWarning
from kernel.pipeline import Language, get_lang_class, initialize, upstreams_of
from kernel.random import Streams, fix_random_seed, isolated
from kernel.training.batches import read
from kernel.training.settings import RunSettings

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.text import Example

STREAMED_SAMPLE: Final = 100

log: Final = logging.getLogger("kernel.training")


@isolated()
def init_nlp(config: Config, *, use_gpu: int = -1) -> Language:
    """Return the initialized pipeline described by `config`, which may contain variables.

    Missing settings get their defaults. Frozen components, and components from another pipeline,
    keep their weights. All others are initialized, with random numbers from the streams
    `init.<name>`. Of a streamed corpus (`max_epochs` is -1), only the first 100 examples are read.

    Raises `DataError` if a component has no labels: it could not learn anything.
    """
    config = fill(config)
    settings = config.interpolate()
    training = settings["training"]
    seed = training["seed"] if training["seed"] is not None else secrets.randbits(32)
    fix_random_seed(seed)
    use_device(use_gpu, training["gpu_allocator"])
    streams = Streams(seed)
    with streams.use("create"):
        nlp = get_lang_class(settings["nlp"]["lang"]).from_config(config, auto_fill=True)
    _initialize(nlp, _sourced(settings), streams)
    return nlp


def use_device(use_gpu: int, allocator: Any) -> None:
    """Make GPU number `use_gpu` the current device; -1: stay on the CPU.

    allocator  `gpu_allocator` of the config, which has no meaning on the CPU

    Raises `ArgumentError` if there is no such GPU, or the library of the allocator is missing.
    """
    if use_gpu < 0:
        return
    require_gpu(use_gpu)
    if allocator is not None:
        set_allocator(allocator)


def _initialize(nlp: Language, sourced: list[str], streams: Streams) -> None:
    settings = RunSettings.of(nlp)
    training = settings.training
    n_examples = STREAMED_SAMPLE if training.max_epochs == -1 else None
    keep = [*training.frozen_components, *sourced]
    with nlp.select_pipes(disable=list(dict.fromkeys(keep))), _refusing_missing_labels():
        initialize(
            nlp,
            _reader(nlp, settings.train_corpus, streams.seed, n_examples),
            sgd=training.optimizer,
            scope=streams.use,
        )
    nlp.prepared_settings = settings
    for name, upstream in frozen_listeners(nlp, training.frozen_components):
        log.warning(
            "`%s` is frozen, but `%s`, which it listens to, is not: its scores will get worse. "
            "Freeze both, or neither",
            *(name, upstream),
        )


@contextlib.contextmanager
def _refusing_missing_labels() -> Iterator[None]:
    """Raise `DataError` if a component is initialized without labels: training is of no use."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", NoLabelsWarning)
        try:
            yield
        except NoLabelsWarning as warning:
            raise DataError(str(warning)) from None


def frozen_listeners(nlp: Language, frozen: Collection[str]) -> list[tuple[str, str]]:
    """Return (component, shared component) pairs in which only the first is frozen."""
    return [
        (name, upstream)
        for name in nlp.pipe_names
        if name in frozen
        for upstream in upstreams_of(nlp, name)
        if upstream not in frozen
    ]


def _reader(
    nlp: Language, corpus: Any, seed: int, n_examples: int | None
) -> Callable[[], Iterable[Example]]:
    """Return a function that reads the corpus; every call yields the same examples."""
    return lambda: islice(read(corpus, nlp, Streams(seed), "init.data"), n_examples)


def _sourced(config: Mapping[str, Any]) -> list[str]:
    """Return the components that come from another pipeline."""
    blocks = config.get("components", {})
    return [name for name in config["nlp"]["pipeline"] if "source" in blocks.get(name, {})]
