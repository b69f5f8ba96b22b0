"""The sections that the kernel itself reads, one class a section, one field a key.

A field's metadata holds its `help`, its `default` (what a complete config says) and, for a
function block, the `registry` it comes from. Ranges are validators.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Final, Literal

import attrs
from attrs import field, frozen

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


def about(default: Any, help: str, *, registry: str | None = None) -> dict[str, Any]:  # noqa: A002
    """Return what a field says of itself: its value in a complete config, and what it means."""
    return {"default": default, "help": help, "registry": registry}


_ADAM: Final = {
    "@optimizers": "Adam.v1",
    "beta1": 0.9,
    "beta2": 0.999,
    "L2_is_weight_decay": True,
    "L2": 0.01,
    "grad_clip": 1.0,
    "use_averages": False,
    "eps": 1e-8,
    "learn_rate": 0.001,
}


@frozen(kw_only=True)
class SystemSettings:
    """The machine and the seed. Section `[system]`."""

    seed: int = field(validator=Range(0), metadata=about(0, "where all random numbers start"))
    gpu_allocator: Literal["pytorch", "tensorflow"] | None = field(
        metadata=about(None, "whose memory pool CuPy shares")
    )


@frozen(kw_only=True)
class NlpSettings:
    """The pipeline. Section `[nlp]`."""

    lang: str = field(metadata=about(None, "code of the language, such as `en`"))
    pipeline: list[str] = field(metadata=about([], "names of the components, in their order"))
    disabled: list[str] = field(metadata=about([], "components that are loaded but not run"))
    before_creation: Callback | None = field(
        metadata=about(None, "changes the language class before it is used", registry="callbacks")
    )
    after_creation: Callback | None = field(
        metadata=about(
            None, "changes the pipeline before components are added", registry="callbacks"
        )
    )
    after_pipeline_creation: Callback | None = field(
        metadata=about(
            None, "changes the pipeline after components are added", registry="callbacks"
        )
    )
    batch_size: int | None = field(
        validator=Range(1), metadata=about(1000, "texts or docs that are processed at a time")
    )
    tokenizer: Callable[..., Any] = field(
        metadata=about(
            {"@tokenizers": "kernel.Tokenizer.v1"}, "makes the tokenizer", registry="tokenizers"
        )
    )
    vectors: Callable[..., Any] | None = field(
        metadata=about(None, "makes the table of word vectors", registry="vectors")
    )


@frozen(kw_only=True)
class TrainingSettings:
    """The training loop. Section `[training]`."""

    seed: int | None = field(
        validator=Range(0), metadata=about("${system.seed}", "where the run's random numbers start")
    )
    gpu_allocator: str | None = field(metadata=about("${system.gpu_allocator}", "as in `[system]`"))
    dropout: float | Schedule = field(
        validator=Range(0, 1),
        metadata=about(0.1, "share of the activations that are dropped in an update"),
    )
    accumulate_gradient: int = field(
        validator=Range(1), metadata=about(1, "parts that each batch is worked through in")
    )
    patience: int = field(
        validator=Range(0),
        metadata=about(1600, "steps without a better score after which to stop; 0: none"),
    )
    max_epochs: int = field(
        validator=Range(-1), metadata=about(0, "passes over the data; 0: any number, -1: stream it")
    )
    max_steps: int = field(
        validator=Range(0), metadata=about(20000, "steps after which to stop; 0: any number")
    )
    eval_frequency: int = field(
        validator=Range(1), metadata=about(200, "steps between two evaluations")
    )
    score_weights: dict[str, float | None] = field(
        metadata=about({}, "what each score counts in the final one; null: measured, not shown")
    )
    frozen_components: list[str] = field(metadata=about([], "components that do not learn"))
    annotating_components: list[str] = field(
        metadata=about([], "components whose annotation those after them see in training")
    )
    dev_corpus: str = field(metadata=about("corpora.dev", "dotted name of the data for evaluation"))
    train_corpus: str = field(
        metadata=about("corpora.train", "dotted name of the data to learn from")
    )
    before_to_disk: Callback | None = field(
        metadata=about(None, "changes the pipeline before it is saved", registry="callbacks")
    )
    before_update: Callback | None = field(
        metadata=about(
            None, "called with the pipeline and the step before each update", registry="callbacks"
        )
    )
    logger: Callable[..., Any] = field(
        metadata=about(
            {"@loggers": "kernel.ConsoleLogger.v1"}, "reports on the run", registry="loggers"
        )
    )
    batcher: Callable[..., Any] = field(
        metadata=about(
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
    )
    optimizer: Any = field(
        metadata=about(
            _ADAM,
            "changes the weights",
            registry="optimizers",
        )
    )


@frozen(kw_only=True)
class InitializeSettings:
    """What happens once, before training. Section `[initialize]`."""

    vectors: str | None = field(
        metadata=about("${paths.vectors}", "pipeline or folder with word vectors")
    )
    init_tok2vec: str | None = field(
        metadata=about("${paths.init_tok2vec}", "pretrained weights of tok2vec")
    )
    vocab_data: str | None = field(metadata=about(None, "JSONL file with attributes of words"))
    lookups: Any = field(metadata=about(None, "tables of words", registry="misc"))
    tokenizer: dict[str, Any] = field(
        metadata=about({}, "arguments of the tokenizer's `initialize`")
    )
    components: dict[str, dict[str, Any]] = field(
        metadata=about({}, "arguments of each component's `initialize`, by its name")
    )
    before_init: Callback | None = field(
        metadata=about(None, "changes the pipeline before it is initialized", registry="callbacks")
    )
    after_init: Callback | None = field(
        metadata=about(None, "changes the pipeline after it is initialized", registry="callbacks")
    )


@frozen(kw_only=True)
class PretrainingSettings:
    """Learning from raw text. Section `[pretraining]`, which may be left out."""

    max_epochs: int = field(validator=Range(0), metadata=about(1000, "passes over the data"))
    dropout: float | Schedule = field(
        validator=Range(0, 1), metadata=about(0.2, "share of the activations dropped")
    )
    n_save_every: int | None = field(
        validator=Range(1), metadata=about(None, "batches between two saved states")
    )
    n_save_epoch: int | None = field(
        validator=Range(1), metadata=about(None, "epochs between two saved states")
    )
    component: str = field(metadata=about("tok2vec", "component that learns"))
    layer: str = field(metadata=about("", "its layer that learns; empty: its model"))
    corpus: str = field(metadata=about("corpora.pretrain", "dotted name of the data to learn from"))
    batcher: Callable[..., Any] = field(
        metadata=about(
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
    )
    objective: Callable[..., Any] = field(
        metadata=about(
            {
                "@architectures": "kernel.PretrainCharacters.v1",
                "maxout_pieces": 3,
                "hidden_size": 300,
                "n_characters": 4,
            },
            "what is learned",
            registry="architectures",
        )
    )
    optimizer: Any = field(
        metadata=about(
            {**_ADAM, "use_averages": True},
            "changes the weights",
            registry="optimizers",
        )
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
