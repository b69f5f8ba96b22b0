"""`kernel debug model`: show the layers of a component's model, and how it starts to learn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kernel.cli.options import (
    ALLOW_OVERRIDES,
    FuncT,
    code_option,
    config_argument,
    gpu_option,
    strict_option,
)

if TYPE_CHECKING:
    from kernel.cli.model_tables import Shown
    from kernel.cli.model_trial import Trial

N_UPDATES: Final = 3

_Losses = list[dict[str, float]]


def _numbers(_: click.Context, __: click.Parameter, value: str) -> Collection[int]:
    try:
        return {int(number) for number in value.split(",") if number.strip()}
    except ValueError:
        raise click.BadParameter("expected numbers, separated by commas") from None


def _flag(long: str, short: str, text: str) -> FuncT:
    return click.option(long, short, is_flag=True, help=text)


@click.command(context_settings=ALLOW_OVERRIDES)
@config_argument
@click.argument("component")
@click.option(
    "--layers",
    "-l",
    default="",
    callback=_numbers,
    help="Numbers of the layers to show, separated by commas; by default all.",
)
@_flag("--dimensions", "-DIM", "Also list the sizes that a layer does not know yet.")
@_flag("--parameters", "-PAR", "Show shape and first values of each parameter.")
@_flag("--gradients", "-GRAD", "Show shape and first values of the gradients of the last update.")
@_flag("--attributes", "-ATTR", "Show the attributes of each layer.")
@_flag("--print-step0", "-P0", "Show the model before initialization.")
@_flag("--print-step1", "-P1", "Show it after initialization; the default.")
@_flag("--print-step2", "-P2", "Show it after three updates.")
@_flag("--print-step3", "-P3", "Show the shapes of predictions at the end.")
@strict_option
@code_option
@gpu_option
@click.pass_context
def debug_model(
    ctx: click.Context,
    /,
    config_path: Path,
    component: str,
    *,
    layers: Collection[int],
    strict: bool,
    code: Path | None,
    gpu_id: int,
    **flags: bool,
) -> None:
    """Show the layers of the model of COMPONENT in the config CONFIG_PATH (- for stdin).

    The component is initialized with the training corpus, and updated three times with its first
    examples, together with the shared layer that it listens to, or with the components that listen
    to it. Without a corpus, it learns from two sample sentences. Nothing is saved. Settings can be
    replaced: --section.key value.
    """
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.config_files import complete_config, read_config
    from kernel.cli.model_tables import Shown
    from kernel.cli.model_trial import Trial
    from kernel.training import use_device

    import_code(code)
    config = complete_config(read_config(config_path, ctx.args), strict=strict)
    use_device(gpu_id, config.interpolate()["training"]["gpu_allocator"])
    steps = {number for number in range(4) if flags[f"print_step{number}"]} or {1}
    kinds = ("dimensions", "parameters", "gradients", "attributes")
    shown = Shown(layers=layers, **{kind: flags[kind] for kind in kinds})
    trial = Trial(config, component)
    if trial.on_sample:
        console.warn("there is no `paths.train`: the component learns from two sample sentences")
    if 0 in steps:
        _show_layers(trial, "before initialization", shown, {})
    n_examples = trial.initialize()
    if 1 in steps:
        _show_layers(trial, "after initialization", shown, {})
    losses, gradients = _train(trial)
    if 2 in steps:
        _show_layers(trial, f"after {N_UPDATES} updates", shown, gradients)
    if 3 in steps:
        from kernel.cli.model_tables import describe_output

        console.data(f"`{component}` predicts {describe_output(trial.predict())}")
    _show_losses(losses, n_examples)


def _train(trial: Trial) -> tuple[_Losses, Mapping[str, Any]]:
    """Return the losses of each update, and copies of the gradients of the last one."""
    from kernel.ops import ThincWeights

    losses = []
    gradients: dict[str, Any] = {}
    for _ in range(N_UPDATES):
        losses.append(trial.learn())
        found = ThincWeights(trial.model).gradients()
        gradients = {name: trial.model.ops.to_numpy(array).copy() for name, array in found}
        trial.apply_gradients()
    return losses, gradients


def _show_layers(trial: Trial, when: str, shown: Shown, gradients: Mapping[str, Any]) -> None:
    from kernel.cli import console
    from kernel.cli.model_tables import COLUMNS, layer_rows

    rows = layer_rows(trial.model, shown, gradients)
    title = f"Model of `{trial.component}` {when}"
    console.show(console.make_table(title, COLUMNS, rows, right=[0, 3]))
    console.data("")


def _show_losses(losses: _Losses, n_examples: int) -> None:
    from kernel.cli import console

    rows = [(name, *(f"{loss[name]:.4g}" for loss in losses)) for name in losses[0]]
    columns = ["loss of", *(f"update {number + 1}" for number in range(len(losses)))]
    console.show(console.make_table(None, columns, rows))
    console.good(f"{len(losses)} updates with {n_examples} examples")
