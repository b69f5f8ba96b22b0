"""The sections that the kernel itself reads: one class per section, one field per key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from attrs import frozen

from kernel.config.settings import Callback, Range, Schedule, setting

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


def _reader(name: str) -> dict[str, Any]:
    return {"@readers": "kernel.Corpus.v1", "path": f"${{paths.{name}}}"}


@frozen(kw_only=True)
class PathSettings:
    """Files, for other sections to refer to. Section `[paths]`."""

    train: str | None = setting(None, "the data to learn from")
    dev: str | None = setting(None, "the data for evaluation while training")
    vectors: str | None = setting(None, "pipeline or folder with word vectors")


@frozen(kw_only=True)
class SystemSettings:
    """The machine and the seed. Section `[system]`."""

    seed: int = setting(0, "where all random numbers start", range=Range(0))
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
    batch_size: int | None = setting(
        1000, "texts or docs that are processed at a time", range=Range(1)
    )
    tokenizer: Callable[..., Any] = setting(
        {"@tokenizers": "kernel.Tokenizer.v1"}, "makes the tokenizer", registry="tokenizers"
    )
    vectors: Callable[..., Any] | None = setting(
        None, "makes the table of word vectors", registry="vectors"
    )


@frozen(kw_only=True)
class ComponentSettings:
    """The components, each made by a factory. Section `[components]`."""


@frozen(kw_only=True)
class CorpusSettings:
    """Where the data comes from. Section `[corpora]`."""

    train: Callable[..., Any] = setting(
        _reader("train"), "reads the data to learn from", registry="readers"
    )
    dev: Callable[..., Any] = setting(
        _reader("dev"), "reads the data for evaluation", registry="readers"
    )


@frozen(kw_only=True)
class TrainingSettings:
    """The training loop. Section `[training]`."""

    seed: int | None = setting(
        "${system.seed}", "where the run's random numbers start", range=Range(0)
    )
    gpu_allocator: str | None = setting("${system.gpu_allocator}", "as in `[system]`")
    dropout: float | Schedule = setting(
        0.1, "share of the activations that are dropped in an update", range=Range(0, 1)
    )
    accumulate_gradient: int = setting(
        1, "parts that each batch is worked through in", range=Range(1)
    )
    patience: int = setting(
        1600, "steps without a better score after which to stop; 0: none", range=Range(0)
    )
    max_epochs: int = setting(
        0, "passes over the data; 0: any number, -1: stream it", range=Range(-1)
    )
    max_steps: int = setting(20000, "steps after which to stop; 0: any number", range=Range(0))
    eval_frequency: int = setting(200, "steps between two evaluations", range=Range(1))
    score_weights: dict[str, float | None] = setting(
        {}, "what each score counts in the final one; null: measured, not shown"
    )
    frozen_components: list[str] = setting([], "components that do not learn")
    annotating_components: list[str] = setting(
        [], "components whose annotation those after them see in training"
    )
    dev_corpus: str = setting(
        "corpora.dev", "dotted name of the data for evaluation", names="object"
    )
    train_corpus: str = setting(
        "corpora.train", "dotted name of the data to learn from", names="object"
    )
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
            "size": {"@schedules": "compounding.v1", "start": 100, "stop": 1000, "compound": 1.001},
        },
        "cuts the data into batches",
        registry="batchers",
    )
    optimizer: Any = setting(_ADAM, "changes the weights", registry="optimizers")


@frozen(kw_only=True)
class InitializeSettings:
    """What happens once, before training. Section `[initialize]`."""

    vectors: str | None = setting("${paths.vectors}", "pipeline or folder with word vectors")
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
