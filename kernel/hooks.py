"""Every hook of kernel, in the order of a run's life. The file to read first.

A plugin implements the hooks it cares for as functions of the same name, marked with
`kernel.hookimpl`, in the module that its entry point of the group `kernel` names; it takes
only the arguments it uses. There are three kinds of hook:

- *gather*: every plugin is asked, and the answers are put together;
- *make* (`firstresult`): the first answer that is not None wins;
- *watch*: something happened; arguments are read-only, and there is no answer.

What raises in a *watch* hook is reported once and the plugin's hook is left out from then
on, so that a broken logger cannot end a run; what raises in the others ends what asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from kernel.cli.commands import Command
    from kernel.config import Config
    from kernel.pipeline import Language
    from kernel.text import Column
    from kernel.training import TrainingRun

PROJECT = "kernel"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


# ---- text


@hookspec
def kernel_doc_columns() -> Sequence[Column]:
    """Return the annotation columns that this plugin adds to `Doc`, one value a token.

    Called: once per process, before the first `Doc` is made. Gathered. A name that is
    taken raises `PluginError`.
    """
    raise AssertionError


# ---- configuration


@hookspec
def kernel_default_config() -> Mapping[str, Any]:
    """Return the sections that this plugin adds to the default config, with their defaults.

    Called: whenever defaults are filled in. Gathered; a top-level section named here is a
    known one from then on.
    """
    raise AssertionError


@hookspec(firstresult=True)
def kernel_recommend_component(
    component: str, lang: str, optimize: str, gpu: bool
) -> Mapping[str, Any] | None:
    """Return the recommended config block of `component`, or None if it is not this plugin's.

    Called: by `kernel init config`, once for each component asked for. `optimize` is
    "efficiency" or "accuracy". A block that listens to a shared layer names it `tok2vec`;
    that component is then put first in the pipeline. First answer wins.
    """


@hookspec
def kernel_recommend_training(components: Sequence[str]) -> Mapping[str, Any]:
    """Return settings of `[training]` that this plugin recommends for a pipeline.

    Called: by `kernel init config`, with the names of the components, shared layers included.
    Gathered; the default config has what no plugin names. Return an empty mapping where this
    plugin's components are not all that decides.
    """
    raise AssertionError


@hookspec
def kernel_config_loaded(config: Config) -> None:
    """Watch a config that was read, overridden and filled, before anything of it is resolved.

    Called: once per run of `train`, `debug config` and `evaluate`.
    """


# ---- pipeline


@hookspec
def kernel_component_created(nlp: Language, name: str, component: Any) -> None:
    """Watch a component that was added to a pipeline.

    Called: after each `add_pipe`, also while a saved pipeline is loaded, before its weights.
    """


@hookspec
def kernel_pipeline_loaded(nlp: Language, path: Path) -> None:
    """Watch a pipeline that was read from the folder `path`, weights and all.

    Called: once per `from_disk`.
    """


@hookspec
def kernel_pipeline_saved(nlp: Language, path: Path) -> None:
    """Watch a pipeline that was written to the folder `path`.

    Called: once per `to_disk`, after the last file; files added here are part of the folder.
    """


# ---- training


@hookspec(firstresult=True)
def kernel_train(run: TrainingRun) -> str | None:
    """Run the training loop to its end and return why it ended, or None to leave it to others.

    Called: once per run. The kernel's own loop always answers, last.
    """


@hookspec
def kernel_run_started(run: TrainingRun) -> None:
    """Watch a run that is ready for its first step, or for the step it resumes at.

    Called: once per run, after initialization.
    """


@hookspec
def kernel_before_update(run: TrainingRun) -> None:
    """Watch a step that is about to start.

    Called: on every step, before the weights change; `run.step` counts from 0.
    """


@hookspec
def kernel_after_update(run: TrainingRun) -> None:
    """Watch a step whose weights have changed.

    Called: on every step; `run.losses` are summed since the last evaluation. Return fast.
    """


@hookspec
def kernel_evaluated(run: TrainingRun, scores: Mapping[str, Any], is_best: bool) -> None:
    """Watch an evaluation on the development data.

    Called: after every evaluation; `scores` has all of them, `run.score` the weighted one.
    """


@hookspec
def kernel_checkpoint_written(run: TrainingRun, path: Path) -> None:
    """Watch a checkpoint that is complete on disk.

    Called: after `path` has its final name.
    """


@hookspec
def kernel_run_ended(run: TrainingRun, reason: str) -> None:
    """Watch the end of a run, also of one that failed or was interrupted.

    Called: once per run, last. `reason` is a sentence.
    """


# ---- command line


@hookspec
def kernel_commands() -> Sequence[Command]:
    """Return the commands that this plugin adds to the command line.

    Called: once per run of `kernel`. Gathered. A `Command` names the object to import, so
    that `kernel --help` imports none of them.
    """
    raise AssertionError


# ---- conversion


@hookspec(firstresult=True)
def kernel_guess_converter(path: Path, head: str) -> str | None:
    """Return the name of the registered converter that reads `path`, or None.

    Called: by `kernel convert` when no converter is given; `head` is the start of the file,
    at most 4,000 characters. First answer wins.
    """
