"""`kernel train`: train a pipeline."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from kernel.cli.options import (
    ALLOW_OVERRIDES,
    code_option,
    config_argument,
    gpu_option,
    strict_option,
)


@click.command(context_settings=ALLOW_OVERRIDES)
@config_argument
@click.option(
    "--output",
    "--output-path",
    "-o",
    type=click.Path(path_type=Path),
    help="Folder for model-best, model-last and the checkpoint; by default nothing is saved.",
)
@click.option("--resume", is_flag=True, help="Continue the run in the output folder.")
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace the run in the output folder, after the first evaluation.",
)
@strict_option
@code_option
@gpu_option
@click.option("--verbose", "-V", "-VV", is_flag=True, help="Also show log messages.")
@click.pass_context
def train(
    ctx: click.Context,
    /,
    config_path: Path,
    *,
    output: Path | None,
    resume: bool,
    overwrite: bool,
    strict: bool,
    code: Path | None,
    gpu_id: int,
    verbose: bool,
) -> None:
    """Train the pipeline that the config CONFIG_PATH (- for stdin) describes.

    Settings can be replaced: --section.key value. Missing settings get their defaults. Ctrl-C
    finishes the step, saves, and exits with the code 130 (143 for SIGTERM); the same command with
    --resume continues from there.
    """
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.config_files import complete_config, read_config
    from kernel.cli.options import use_device
    from kernel.plugins import hooks
    from kernel.training import init_nlp, locked, open_output
    from kernel.training import train as train_pipeline

    console.set_up_logging(verbose=verbose)
    import_code(code)
    config = complete_config(read_config(config_path, ctx.args), strict=strict)
    hooks().watch("kernel_config_loaded", config=config)
    # Locked and checked now, so that a wrong folder is not only found after minutes of
    # initialization.
    with contextlib.nullcontext() if output is None else locked(output):
        if output is not None:
            open_output(output, resume=resume, overwrite=overwrite)
        use_device(gpu_id)
        console.say(f"Using {f'GPU {gpu_id}' if gpu_id >= 0 else 'CPU'}")
        if output is None:
            console.warn("nothing will be saved: there is no --output")
        nlp = init_nlp(config, use_gpu=gpu_id)
        _, saved = train_pipeline(nlp, output, use_gpu=gpu_id, resume=resume, overwrite=overwrite)
    if saved is not None:
        console.good(f"saved the pipeline to {saved}")
