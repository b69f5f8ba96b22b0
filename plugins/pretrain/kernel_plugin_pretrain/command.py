"""`kernel pretrain`: learn the weights of a layer from raw text."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import ALLOW_OVERRIDES, code_option, config_argument, gpu_option


@click.command(context_settings=ALLOW_OVERRIDES)
@config_argument
@click.argument("output_dir", type=click.Path(path_type=Path))
@click.option("--resume", is_flag=True, help="Continue the run in OUTPUT_DIR.")
@click.option("--overwrite", is_flag=True, help="Replace the run in OUTPUT_DIR.")
@click.option(
    "--resume-path", "-r", type=click.Path(path_type=Path), help="File of weights to start with."
)
@click.option(
    "--epoch-resume",
    "-er",
    type=int,
    help="Number of the first epoch; by default, the one after that in the name of the file.",
)
@code_option
@gpu_option
@click.option("--skip-last", "-L", is_flag=True, help="Do not write model-last.bin.")
@click.pass_context
def pretrain(
    ctx: click.Context,
    /,
    config_path: Path,
    output_dir: Path,
    *,
    resume: bool,
    overwrite: bool,
    resume_path: Path | None,
    epoch_resume: int | None,
    code: Path | None,
    gpu_id: int,
    skip_last: bool,
) -> None:
    """Learn a layer's weights from raw text, as [pretraining] of CONFIG_PATH (- for stdin) says.

    Settings can be replaced: --section.key value. The weights in OUTPUT_DIR/model-last.bin, or
    after each epoch in model0.bin and so on, are the start of training with
    `initialize.init_tok2vec`. Ctrl-C finishes the batch, saves, and exits with the code 130 (143
    for SIGTERM); the same command with --resume continues from there.
    """
    from kernel.cli import complete_config, console, import_code, read_config
    from kernel_plugin_pretrain.pretraining import pretrain as run

    console.set_up_logging(verbose=False)
    import_code(code)
    config = complete_config(read_config(config_path, ctx.args), strict=False)
    run(
        config,
        output_dir,
        resume_path,
        epoch_resume,
        gpu_id,
        silent=False,
        skip_last=skip_last,
        resume=resume,
        overwrite=overwrite,
    )
    console.good(f"saved the weights in {output_dir}")
