"""The sections that the kernel itself reads, one class a section, one field a key.

A field's metadata holds its `help`, its `default` (what a complete config says) and, for a
function block, the `registry` it comes from. Ranges are validators.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Final, Literal

import attrs
from attrs import frozen

Callback = Callable[..., Any]
Schedule = Callable[..., Any]
"""What a number may be instead: a function block that makes one for each step."""


@frozen
class Range:
    """An attrs validator: a number from `low` on, and up to `high` or below `below`."""

    low: float
    below: float | None = None

    def __call__(self, settings: Any, field: Any, value: Any) -> None:
        """Raise ValueError for a number out of range; what is no number passes."""
        if not self.holds(value):
            raise ValueError(f"`{field.name}` is {value!r}; expected {self.words}")

    def holds(self, value: Any) -> bool:
        """Say whether `value` is in the range, or no number at all."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return True
        return value >= self.low and (self.below is None or value < self.below)

    @property
    def words(self) -> str:
        """The range in words."""
        low = f"at least {self.low:g}"
        return low if self.below is None else f"{low} and below {self.below:g}"


def setting(
    default: Any,
    help: str,  # noqa: A002
    *,
    low: float | None = None,
    below: float | None = None,
    registry: str | None = None,
) -> Any:
    """Return a field with its default in a complete config, what it means, and its range."""
    return attrs.field(
        validator=None if low is None else Range(low, below),
        metadata={"default": default, "help": help, "registry": registry},
    )


@frozen(kw_only=True)
class SystemSettings:
    """The machine and the seed. Section `[system]`."""

    seed: int = setting(0, "where all random numbers start", low=0)
    gpu_allocator: Literal["pytorch", "tensorflow"] | None = setting(
        None, "whose memory pool CuPy shares"
    )


@frozen(kw_only=True)
class NlpSettings:
    """The pipeline. Section `[nlp]`."""

    lang: str = setting(None, "code of the language, such as `en`")
    pipeline: list[str] = setting([], "names of the components, in their order")
    disabled: list[str] = setting([], "components that are loaded but not run")
    before_creation: Callback | None = setting(
        None, "changes the language class before it is used", registry="callbacks"
    )
    after_creation: Callback | None = setting(
        None, "changes the pipeline before components are added", registry="callbacks"
    )
    after_pipeline_creation: Callback | None = setting(
        None, "changes the pipeline after components are added", registry="callbacks"
    )
    batch_size: int | None = setting(1000, "texts or docs that are processed at a time", low=1)
    tokenizer: Callable[..., Any] = setting(
        {"@tokenizers": "kernel.Tokenizer.v1"}, "makes the tokenizer", registry="tokenizers"
    )
    vectors: Callable[..., Any] | None = setting(
        None, "makes the table of word vectors", registry="vectors"
    )


@frozen(kw_only=True)
class TrainingSettings:
    """The training loop. Section `[training]`."""

    seed: int | None = setting("${system.seed}", "where the run's random numbers start", low=0)
    gpu_allocator: str | None = setting("${system.gpu_allocator}", "as in `[system]`")
    dropout: float | Schedule = setting(
        0.1, "share of the activations that are dropped in an update", low=0, below=1
    )
    accumulate_gradient: int = setting(1, "batches that make one step", low=1)
    patience: int = setting(
        1600, "steps without a better score after which to stop; 0: none", low=0
    )
    max_epochs: int = setting(0, "passes over the data; 0: any number, -1: stream it", low=-1)
    max_steps: int = setting(20000, "steps after which to stop; 0: any number", low=0)
    eval_frequency: int = setting(200, "steps between two evaluations", low=1)
    score_weights: dict[str, float | None] = setting({}, "what each score counts in the final one")
    frozen_components: list[str] = setting([], "components that do not learn")
    annotating_components: list[str] = setting(
        [], "components whose annotation those after them see in training"
    )
    dev_corpus: str = setting("corpora.dev", "dotted name of the data for evaluation")
    train_corpus: str = setting("corpora.train", "dotted name of the data to learn from")
    before_to_disk: Callback | None = setting(
        None, "changes the pipeline before it is saved", registry="callbacks"
    )
    before_update: Callback | None = setting(
        None, "called with the pipeline and the step before each update", registry="callbacks"
    )
    logger: Callable[..., Any] = setting(
        {"@loggers": "kernel.ConsoleLogger.v1"}, "reports on the run", registry="loggers"
    )
    batcher: Callable[..., Any] = setting(
        {
            "@batchers": "kernel.batch_by_words.v1",
            "discard_oversize": False,
            "tolerance": 0.2,
            "size": {
                "@schedules": "compounding.v1",
                "start": 100,
                "stop": 1000,
                "compound": 1.001,
            },
        },
        "cuts the data into batches",
        registry="batchers",
    )
    optimizer: Any = setting(
        {
            "@optimizers": "Adam.v1",
            "beta1": 0.9,
            "beta2": 0.999,
            "L2_is_weight_decay": True,
            "L2": 0.01,
            "grad_clip": 1.0,
            "use_averages": False,
            "eps": 1e-8,
            "learn_rate": 0.001,
        },
        "changes the weights",
        registry="optimizers",
    )


@frozen(kw_only=True)
class InitializeSettings:
    """What happens once, before training. Section `[initialize]`."""

    vectors: str | None = setting("${paths.vectors}", "pipeline or folder with word vectors")
    init_tok2vec: str | None = setting("${paths.init_tok2vec}", "pretrained weights of tok2vec")
    vocab_data: str | None = setting(None, "JSONL file with attributes of words")
    lookups: Any = setting(None, "tables of words", registry="misc")
    tokenizer: dict[str, Any] = setting({}, "arguments of the tokenizer's `initialize`")
    components: dict[str, dict[str, Any]] = setting(
        {}, "arguments of each component's `initialize`, by its name"
    )
    before_init: Callback | None = setting(
        None, "changes the pipeline before it is initialized", registry="callbacks"
    )
    after_init: Callback | None = setting(
        None, "changes the pipeline after it is initialized", registry="callbacks"
    )


@frozen(kw_only=True)
class PretrainingSettings:
    """Learning from raw text. Section `[pretraining]`, which may be left out."""

    max_epochs: int = setting(1000, "passes over the data", low=0)
    dropout: float | Schedule = setting(0.2, "share of the activations dropped", low=0, below=1)
    n_save_every: int | None = setting(None, "batches between two saved states", low=1)
    n_save_epoch: int | None = setting(None, "epochs between two saved states", low=1)
    component: str = setting("tok2vec", "component that learns")
    layer: str = setting("", "its layer that learns; empty: its model")
    corpus: str = setting("corpora.pretrain", "dotted name of the data to learn from")
    batcher: Callable[..., Any] = setting(
        {
            "@batchers": "kernel.batch_by_words.v1",
            "size": 3000,
            "discard_oversize": False,
            "tolerance": 0.2,
            "get_length": None,
        },
        "cuts the data into batches",
        registry="batchers",
    )
    objective: Callable[..., Any] = setting(
        {
            "@architectures": "kernel.PretrainCharacters.v1",
            "maxout_pieces": 3,
            "hidden_size": 300,
            "n_characters": 4,
        },
        "what is learned",
        registry="architectures",
    )
    optimizer: Any = setting(
        {
            "@optimizers": "Adam.v1",
            "beta1": 0.9,
            "beta2": 0.999,
            "L2_is_weight_decay": True,
            "L2": 0.01,
            "grad_clip": 1.0,
            "use_averages": True,
            "eps": 1e-8,
            "learn_rate": 0.001,
        },
        "changes the weights",
        registry="optimizers",
    )


SECTIONS: Final[dict[str, type]] = {
    "system": SystemSettings,
    "nlp": NlpSettings,
    "training": TrainingSettings,
    "initialize": InitializeSettings,
    "pretraining": PretrainingSettings,
}


def section_defaults(cls: type) -> dict[str, Any]:
    """Return what a complete config says in the section of `cls`."""
    return {field.name: copy.deepcopy(field.metadata["default"]) for field in attrs.fields(cls)}
