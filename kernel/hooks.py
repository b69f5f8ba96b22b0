"""All hooks of kernel, in the order in which they are called. Read this file first.

A plugin implements the hooks that it needs as functions of the same name, marked with
`kernel.hookimpl`, in the module of its entry point in the group `kernel`. A function may leave out
arguments that it does not use. There are three kinds of hooks:

- *gather*: every plugin is called, in the order of the distributions' names, and all answers are
  collected; None adds nothing;
- *first*: the first answer that is not None wins;
- *watch*: a notification; arguments are read-only, and the result is ignored.

A *watch* hook that raises is reported once, with its plugin, and left out from then on: a broken
logger cannot end a run. A *gather* or *first* hook that raises, or that answers with another type
than the one in its specification, is a `PluginError` that names its plugin; but a *first* hook,
and a *gather* hook that says so, may raise any other `KernelError`, about what it was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import pluggy

from kernel.shared_layers import SharedLayer

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from thinc.api import Model

    from kernel.cli import Command, Group
    from kernel.config import Config
    from kernel.pipeline import Language
    from kernel.text import Column
    from kernel.training import TrainingRun

PROJECT: Final = "kernel"

HookT = TypeVar("HookT", bound=Callable[..., Any])

hookimpl = pluggy.HookimplMarker(PROJECT)
_hookspec = pluggy.HookspecMarker(PROJECT)


def gather(
    answer: type, *, items: Sequence[str] = (), passes_errors: bool = False
) -> Callable[[HookT], HookT]:
    """Mark the specification of a *gather* hook.

    `answer` is the class of an answer; `items` are the classes of its items (of its values, if it
    is a mapping), each as "module:class", which is imported when an answer is checked. With
    `passes_errors`, a `KernelError` of the plugin is passed on, because it is about the arguments.
    """
    return _mark("gather", answer, items, passes_errors=passes_errors)


def first(answer: type) -> Callable[[HookT], HookT]:
    """Mark the specification of a *first* hook; `answer` is the class of an answer."""
    return _mark("first", answer, passes_errors=True)


def watch(specification: HookT) -> HookT:
    """Mark the specification of a *watch* hook."""
    return _mark("watch", object)(specification)


def _mark(
    kind: str, answer: type, items: Sequence[str] = (), *, passes_errors: bool = False
) -> Callable[[HookT], HookT]:
    def mark(specification: HookT) -> HookT:
        marks = (kind, answer, items, passes_errors)
        specification.kernel_hook = marks  # type: ignore[attr-defined]
        return _hookspec(specification)

    return mark


# ---- plugins


@gather(Sequence)
def kernel_add_hooks() -> Sequence[object]:
    """Return modules or classes that specify more hooks, which other plugins can implement.

    Called: once per process, before any other hook. A specification is a function marked with
    `gather`, `first` or `watch` of this module; use `kernel.plugins.hooks()` to call the hook. If a
    name is already taken, the plugin is not loaded.
    """
    raise AssertionError


@gather(Sequence, items=("builtins:str",))
def kernel_add_registries() -> Sequence[str]:
    """Return the names of registries that this plugin adds.

    Called: once per process, after the hooks of all plugins are known. With `acme_things`,
    `kernel.registry.acme_things` registers functions, a config names them with `@acme_things`,
    and plugins declare them as entry points of the group `kernel_acme_things`. Several plugins may
    add the same one.
    """
    raise AssertionError


@gather(Sequence, items=("importlib.metadata:EntryPoint",))
def kernel_entry_points(kind: str) -> Sequence[EntryPoint]:
    """Return entry points of other groups that are entries of the registry `kind` too.

    Called: when a name is not found in the group `kernel_<kind>`, and when names are listed; often,
    so an implementation keeps what it found. Gathered. A name that kernel's group has is ignored. A
    subclass of `EntryPoint` may do more in its `load`, which may raise `PluginError` with a hint.
    """
    raise AssertionError


# ---- text


@gather(Sequence, items=("kernel.text:Column",))
def kernel_doc_columns() -> Sequence[Column]:
    """Return the annotation columns that this plugin adds to `Doc`, one value per token.

    Called: once per process, when the first `Vocab` is created (so before the first `Doc`) or an
    unknown column or attribute is read. Gathered. A name that is already taken raises
    `PluginError`.
    """
    raise AssertionError


# ---- languages


@first(type)
def kernel_language(package: ModuleType, code: str) -> type[Language] | None:
    """Return the class of a language that a file in the folder of `package` describes, or None.

    Called: whenever the language `code` is looked up and its entry point in the group
    `kernel_languages` names a package, not a class. First answer wins; it must be the same class
    each time.
    """


# ---- configuration


@gather(Mapping)
def kernel_sections() -> Mapping[str, Any]:
    """Return the config sections that this plugin adds, as a map from name to class.

    Called: whenever a config is filled, checked, explained or resolved. Gathered. A class has a
    field for each key, created with `kernel.config.setting`. With the name of an existing section
    (`training`), the keys are added to it; a dotted name (`training.acme`) adds a table. With `|
    None` after the class, the section is optional. A key that is already taken raises
    `PluginError`.
    """
    raise AssertionError


@first(Mapping)
def kernel_recommend_component(
    component: str, lang: str, optimize: str, gpu: bool
) -> Mapping[str, Any] | None:
    """Return the recommended config block of `component`, or None if it is not this plugin's.

    Called: by `kernel init config`, once for each component asked for. `optimize` is
    "efficiency" or "accuracy"; `gpu` is whether the shared layer is one for a GPU, such as a
    transformer. A block contains `kernel.SHARED` where that layer, of any plugin, is to be
    inserted. First answer wins.
    """


@first(SharedLayer)
def kernel_recommend_shared_layer(
    component: str | None, lang: str, optimize: str, gpu: bool
) -> SharedLayer | None:
    """Return the recommended shared layer, or None if it is not this plugin's.

    Called: by `kernel init config`, once, before the components are recommended.
    `component` is the name of the requested shared component, or None for any; for None, a plugin
    with a specialized layer returns None. First answer wins.
    """


@gather(Mapping)
def kernel_recommend_training(components: Sequence[str]) -> Mapping[str, Any]:
    """Return settings of `[training]` that this plugin recommends for a pipeline.

    Called: by `kernel init config`, with the names of the components, shared layers left out.
    Gathered; other settings keep their defaults. Return an empty mapping if the choice also depends
    on other components.
    """
    raise AssertionError


@first(Mapping)
def kernel_recommend_pretraining(config: Config) -> Mapping[str, Any] | None:
    """Return the sections that prepare `config` for pretraining, or None.

    Called: by `kernel init config` and `kernel init fill-config`, once, with `--pretraining`. The
    settings of `config` itself win over those returned. First answer wins.
    """


@watch
def kernel_config_loaded(config: Config) -> None:
    """Watch a config that was read, overridden and filled, before it is resolved.

    Called: once per run of `train`, `debug config` and `evaluate`.
    """


# ---- pipeline


@gather(cast("type", Callable), passes_errors=True)
def kernel_initialize(nlp: Language) -> Callable[[], str] | None:
    """Return a function that finishes the initialization of a pipeline, or None.

    Called: by `nlp.initialize`, after `before_init` and before any data is read, so that missing
    files are found early. The function is called once after all components were initialized; it
    returns a sentence about what it did, which `kernel train` shows. Gathered. A `KernelError` of
    either ends the initialization.
    """


@watch
def kernel_component_created(nlp: Language, name: str, component: Any) -> None:
    """Watch a component that was added to a pipeline.

    Called: after each `add_pipe`, also while a saved pipeline is loaded, before its weights.
    """


@first(Mapping)
def kernel_translate_weights(
    model: Model[Any, Any], weights: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return the weights of another library in the layers of `model`; None for all others.

    Called: whenever weights are loaded into a model of a component. `weights` is what Thinc's
    `Model.to_dict` returns, with an entry for each layer in each list: `nodes` (name, sizes by
    name, numbers of referenced layers), `attrs` (as msgpack), `params` (arrays) and `shims`. The
    answer has the same form, with the layers of `model.walk()` in their order, and is checked like
    any other weights. First answer wins. Raise `LoadError` for weights that do not fit.
    """


@watch
def kernel_pipeline_loaded(nlp: Language, path: Path) -> None:
    """Watch a pipeline that was loaded from the folder `path`, including weights.

    Called: once per `from_disk`.
    """


@watch
def kernel_pipeline_saved(nlp: Language, path: Path) -> None:
    """Watch a pipeline that was written to the folder `path`.

    Called: once per `to_disk`, after the last file; files added here are part of the folder.
    """


# ---- training


@first(str)
def kernel_train(run: TrainingRun) -> str | None:
    """Run the whole training loop and return the reason why it ended, or None to use another loop.

    Called: once per run. The kernel's own loop is called last, and always answers.
    """


@watch
def kernel_run_started(run: TrainingRun) -> None:
    """Watch a run that is ready for its first step, or for the step it resumes at.

    Called: once per run, after initialization.
    """


@watch
def kernel_before_update(run: TrainingRun) -> None:
    """Watch a step that is about to start.

    Called: on every step, before the weights change; `run.step` counts from 0.
    """


@watch
def kernel_after_update(run: TrainingRun) -> None:
    """Watch a step after its update of the weights.

    Called: on every step; `run.losses` are summed since the last evaluation. Return fast.
    """


@watch
def kernel_evaluated(run: TrainingRun, scores: Mapping[str, Any], is_best: bool) -> None:
    """Watch an evaluation on the development data.

    Called: after every evaluation; `scores` has all of them, `run.score` the weighted one.
    """


@watch
def kernel_checkpoint_written(run: TrainingRun, path: Path) -> None:
    """Watch a checkpoint that is complete on disk.

    Called: after `path` has its final name.
    """


@watch
def kernel_run_ended(run: TrainingRun, reason: str) -> None:
    """Watch the end of a run, also of one that failed or was interrupted.

    Called: once per run, last. `reason` is a sentence.
    """


# ---- command line


@gather(Sequence, items=("kernel.cli:Command", "kernel.cli:Group"))
def kernel_commands() -> Sequence[Command | Group]:
    """Return the commands that this plugin adds to the command line.

    Called: once per run of `kernel`. Gathered. A `Command` names the object to import, so that
    `kernel --help` does not import it; a `Group` sets the help of a group of commands.
    """
    raise AssertionError


# ---- conversion


@first(str)
def kernel_guess_converter(path: Path, head: str) -> str | None:
    """Return the name of the registered converter that reads `path`, or None.

    Called: by `kernel convert` when no converter is given; `head` is the start of the file,
    at most a million bytes of it. First answer wins.
    """
