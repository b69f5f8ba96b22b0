"""Pipelines: the Language, its components and their factories."""

from typing import Any

from kernel.pipeline.batching import Varying, minibatch, schedule
from kernel.pipeline.defaults import BaseDefaults, RecommendedModels
from kernel.pipeline.factories import Factory, factory, from_function, get_factory
from kernel.pipeline.frozen import FrozenDict, FrozenList
from kernel.pipeline.labels import check_labels
from kernel.pipeline.language import Language
from kernel.pipeline.learn import apply_gradients, first_examples, initialize, update
from kernel.pipeline.loading import blank, get_lang_class, load
from kernel.pipeline.lookup_tables import load_lookups
from kernel.pipeline.meta import read_meta
from kernel.pipeline.optimizers import check_learn_rates, for_component
from kernel.pipeline.pipe import (
    Pipe,
    RehearsingPipe,
    TrainablePipe,
    dump_json,
    has_weights,
    ignore_error,
    is_trainable,
    load_weights,
    raise_error,
    set_dropout_rate,
)
from kernel.pipeline.protocols import (
    Averaged,
    Batched,
    Component,
    ErrorHandling,
    Initializable,
    Labelled,
    Optimizable,
    Packable,
    Rehearsing,
    Sharing,
    Storable,
    Streaming,
    Trainable,
    Weighted,
    Weights,
)
from kernel.pipeline.serialization import is_excluded
from kernel.pipeline.sharing import (
    SharedOutput,
    find_shared,
    missing_upstream,
    upstream_of,
    upstreams_of,
)
from kernel.pipeline.sharing_pipe import SharingPipe
from kernel.pipeline.vocab_data import read_vocab_data
from kernel.plugin_modules import added_name

__all__ = [
    "Averaged",
    "BaseDefaults",
    "Batched",
    "Component",
    "ErrorHandling",
    "Factory",
    "FrozenDict",
    "FrozenList",
    "Initializable",
    "Labelled",
    "Language",
    "Optimizable",
    "Packable",
    "Pipe",
    "RecommendedModels",
    "Rehearsing",
    "RehearsingPipe",
    "SharedOutput",
    "Sharing",
    "SharingPipe",
    "Storable",
    "Streaming",
    "Trainable",
    "TrainablePipe",
    "Varying",
    "Weighted",
    "Weights",
    "apply_gradients",
    "blank",
    "check_labels",
    "check_learn_rates",
    "dump_json",
    "factory",
    "find_shared",
    "first_examples",
    "for_component",
    "from_function",
    "get_factory",
    "get_lang_class",
    "has_weights",
    "ignore_error",
    "initialize",
    "is_excluded",
    "is_trainable",
    "load",
    "load_lookups",
    "load_weights",
    "minibatch",
    "missing_upstream",
    "raise_error",
    "read_meta",
    "read_vocab_data",
    "schedule",
    "set_dropout_rate",
    "update",
    "upstream_of",
    "upstreams_of",
]


def __getattr__(name: str) -> Any:
    """Return a name that a plugin adds, such as the class of its component."""
    return added_name(__name__, name)
