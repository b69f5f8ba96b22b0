"""Pretraining: from a config and raw text to files of weights."""

from __future__ import annotations

import secrets
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kernel.config import Config, fill, resolve_dot_names, resolve_section
from kernel.errors import ArgumentError, CheckpointError, ConfigError, LoadError
from kernel.files import read_file, write_file
from kernel.ops import load_weights
from kernel.pipeline import get_lang_class, initialize, schedule
from kernel.random import Streams, fix_random_seed, isolated
from kernel.text import DocBatch
from kernel.training import (
    Batches,
    Saved,
    check_optimizer,
    interruption,
    locked,
    read,
    stopping_on_signals,
    use_device,
)
from kernel_plugin_pretrain import checkpoint
from kernel_plugin_pretrain.corpus import RawCorpus, read_corpus
from kernel_plugin_pretrain.layers import (
    PretrainedLayer,
    check_layer,
    find_layer,
    not_word_vectors,
    problem,
)
from kernel_plugin_pretrain.learning import Learner, make_learner
from kernel_plugin_pretrain.loop import conduct
from kernel_plugin_pretrain.output import CONFIG, clear, epoch_after, open_output, read_log
from kernel_plugin_pretrain.report import Quiet, Report, summary
from kernel_plugin_pretrain.state import PretrainingRun

if TYPE_CHECKING:
    from kernel.pipeline import Language
    from kernel_plugin_pretrain.settings import PretrainingSettings

_SAMPLE_SIZE: Final = 10


@isolated()
def pretrain(
    config: Config,
    output_dir: Path | str,
    resume_path: Path | str | None = None,
    epoch_resume: int | None = None,
    use_gpu: int = -1,
    silent: bool = True,
    skip_last: bool = False,
    *,
    resume: bool = False,
    overwrite: bool = False,
) -> None:
    """Learn the weights of a layer from raw text, as `[pretraining]` of `config` describes.

    The weights are written to `output_dir`: `model<epoch>.bin` after an epoch, and
    `model-last.bin` at the end, unless `skip_last`.

    resume_path   file of weights to start with
    epoch_resume  number of the first epoch; by default, the one after that in the name of
                  `resume_path`
    use_gpu       number of the GPU; -1: the CPU
    silent        whether to show nothing
    resume        continue the run in `output_dir`, or start one if there is none; the files are
                  then the same as those of a run that was not interrupted
    overwrite     replace the run in `output_dir`

    Raises `ConfigError`; `TrainingInterrupted`, after saving, if Ctrl-C or SIGTERM ended the run;
    `CheckpointError` if the run cannot be saved or resumed; `NonFiniteError` if a loss or a
    gradient is not a number; `ArgumentError` for a `resume_path` without a number.
    """
    output = Path(output_dir)
    start = _start(resume_path, epoch_resume, resume=resume)
    with locked(output):
        is_resumed = open_output(output, resume=resume, overwrite=overwrite, adds=start is not None)
        saved = checkpoint.read_checkpoint(output) if is_resumed else None
        report = Quiet() if silent else Report()
        with report:
            run = prepare(config, output, use_gpu=use_gpu, saved=saved, start=start, report=report)
            if saved is None:
                clear(output, keep_weights=start is not None and not overwrite)
            write_file(output / CONFIG, f"{run.config.to_str(interpolate=False)}\n".encode())
            report.begin(run, checkpoint.why_unresumable(run))
            with stopping_on_signals(run):
                conduct(run, report, skip_last=skip_last)
        report.end(summary(run))
    if run.signal is not None:
        raise interruption(run, "pretraining")


def _start(
    resume_path: Path | str | None, epoch_resume: int | None, *, resume: bool
) -> tuple[Path, int] | None:
    """Return the file of weights to start with, and the number of the first epoch."""
    if resume_path is None:
        if epoch_resume is not None:
            raise ArgumentError("--epoch-resume has no effect without --resume-path")
        return None
    if resume:
        raise ArgumentError(
            "--resume continues from a checkpoint, --resume-path from weights: give one of them"
        )
    path = Path(resume_path)
    if path.is_dir():
        raise ArgumentError(f"{path} is a folder, expected a file of weights")
    if epoch_resume is not None and epoch_resume < 0:
        raise ArgumentError(f"--epoch-resume is {epoch_resume}; expected a number from 0 on")
    return path, epoch_after(path) if epoch_resume is None else epoch_resume


def prepare(
    config: Config,
    output: Path,
    *,
    use_gpu: int = -1,
    saved: Saved | None = None,
    start: tuple[Path, int] | None = None,
    report: Quiet | Report | None = None,
) -> PretrainingRun:
    """Return a run that is ready for its first step, or for the step after those of `saved`.

    `start` is a file of weights, and the number of the first epoch. See `pretrain` for the errors.
    """
    report = report or Quiet()
    config = _complete(config)
    values = config.interpolate()
    settings: PretrainingSettings = resolve_section(values, "pretraining")
    _check(settings, values)
    if saved is not None:
        checkpoint.check_config(values, saved)
    training = values["training"]
    seed = training["seed"] if training["seed"] is not None else secrets.randbits(32)
    streams = Streams(seed if saved is None else saved.state["streams"]["seed"])
    fix_random_seed(streams.seed)
    use_device(use_gpu, training["gpu_allocator"])
    nlp = _make_pipeline(config, streams)
    layer = find_layer(nlp, values)
    corpus = _read_text(nlp, settings, values, streams, report)
    learner = _make_learner(nlp, layer, settings, corpus, values, streams)
    epoch = 0
    if start is not None:
        path, epoch = start
        _load(learner, path)
    batches = Batches(
        nlp,
        corpus,
        settings.batcher,
        max_epochs=-1,
        streams=streams,
        where=settings.corpus,
    )
    run = PretrainingRun(
        nlp=nlp,
        config=config,
        settings=settings,
        streams=streams,
        corpus=corpus,
        batches=batches,
        dropouts=schedule(settings.dropout),
        learner=learner,
        output=output,
        first_epoch=epoch,
        epoch=epoch,
        log=[] if start is None else read_log(output),
    )
    if saved is not None:
        checkpoint.restore(run, saved)
    return run


def _complete(config: Config) -> Config:
    """Return the config with all defaults, and without pretrained weights to start from."""
    if not config.get("pretraining"):
        raise ConfigError(
            "the config has no section [pretraining]",
            hint="`kernel init fill-config CONFIG OUTPUT --pretraining` adds it",
        )
    config = fill(config)
    config["initialize"]["init_tok2vec"] = None
    return config


def _check(settings: PretrainingSettings, values: Any) -> None:
    check_optimizer(settings.optimizer, "pretraining.optimizer")
    if getattr(settings.optimizer, "learn_rates", None):
        raise problem(
            values, "optimizer", "`learn_rates` has no effect here: one component is trained"
        )
    is_measured = settings.held_out > 0 or settings.held_out_corpus is not None
    if settings.held_out > 0 and settings.held_out_corpus is not None:
        raise problem(
            values, "held_out", "`held_out_corpus` is set, too; the held-out docs come from one"
        )
    if settings.patience and not is_measured:
        raise problem(
            values,
            "patience",
            "`patience` has no effect without held-out docs",
            "set `held_out`, such as 0.02, or `held_out_corpus`",
        )


def _make_pipeline(config: Config, streams: Streams) -> Language:
    """Return the pipeline with its vocabulary and vectors; its components are not initialized."""
    lang = config.interpolate()["nlp"]["lang"]
    with streams.use("create"):
        nlp = get_lang_class(lang).from_config(config, auto_fill=True)
    with nlp.select_pipes(enable=[]):
        initialize(nlp, list, scope=streams.use)
    return nlp


def _read_text(
    nlp: Language, settings: PretrainingSettings, values: Any, streams: Streams, report: Any
) -> RawCorpus:
    names = [settings.corpus, settings.held_out_corpus]
    corpus, held_out = resolve_dot_names(values, names)
    for key, found in (("corpus", corpus), ("held_out_corpus", held_out)):
        if found is not None and not callable(found):
            kind = type(found).__name__
            raise problem(values, key, f"leads to an object of type `{kind}`, expected a corpus")
    return read_corpus(
        nlp.vocab,
        read(corpus, nlp, streams),
        None if held_out is None else read(held_out, nlp, streams),
        held_out=settings.held_out,
        where=settings.corpus,
        watch=report.reading,
    )


def _make_learner(
    nlp: Language,
    layer: PretrainedLayer,
    settings: PretrainingSettings,
    corpus: RawCorpus,
    values: Any,
    streams: Streams,
) -> Learner:
    """Return the layer with the objective, all initialized with the first docs."""
    docs = DocBatch(islice(corpus.docs.read(range(len(corpus.docs))), _SAMPLE_SIZE))
    with streams.use("init"):
        try:
            layer.model.initialize(X=docs)
        except Exception as error:  # the layer can be of any kind
            raise not_word_vectors(layer, values, error) from error
        check_layer(layer, docs, values)
        optimizer = settings.optimizer
        return make_learner(layer, settings.objective, nlp.vocab, optimizer, docs)


def _load(learner: Learner, path: Path) -> None:
    try:
        load_weights(learner.layer.model, read_file(path))
    except LoadError as error:
        raise CheckpointError(
            f"`{path}` cannot be loaded into {learner.layer}: {error.message}"
        ) from error
