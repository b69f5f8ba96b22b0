"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from kernel.errors import KernelError

# Commands that accept `--section.key value` pass unknown options to the config.
ALLOW_OVERRIDES: Final = {"ignore_unknown_options": True, "allow_extra_args": True}

FuncT = Callable[..., Any]


def code_option(function: FuncT) -> FuncT:
    """Add `--code`."""
    return click.option(
        "--code",
        "-c",
        type=click.Path(path_type=Path),
        help="Python file to import first, with functions that the config names.",
    )(function)


def gpu_option(function: FuncT) -> FuncT:
    """Add `--gpu-id`."""
    return click.option(
        "--gpu-id",
        "-g",
        default=-1,
        show_default=True,
        help="Number of the GPU; -1 for the CPU.",
    )(function)


def config_argument(function: FuncT) -> FuncT:
    """Add the argument `config_path`."""
    return click.argument("config_path", type=click.Path(path_type=Path, allow_dash=True))(function)


def strict_option(function: FuncT) -> FuncT:
    """Add `--strict`."""
    return click.option(
        "--strict",
        is_flag=True,
        help="Refuse a config with missing settings or unused sections.",
    )(function)


def pretraining_option(function: FuncT) -> FuncT:
    """Add `--pretraining`."""
    return click.option(
        "--pretraining", "-pt", "--pt", is_flag=True, help="Add the sections for `kernel pretrain`."
    )(function)


def force_option(what: str) -> Callable[[FuncT], FuncT]:
    """Add `--force`, which allows a command to replace `what`; see `check_unused`."""
    return click.option("--force", "-F", is_flag=True, help=f"Replace {what} if it exists.")


def check_unused(path: Path | str, *, force: bool) -> None:
    """Raise `KernelError` if there is a file or a folder with files at `path`, unless `force`.

    "-" is stdout, and always allowed.
    """
    path = Path(path)
    if force or str(path) == "-" or not path.exists():
        return
    if not path.is_dir() or any(path.iterdir()):
        raise KernelError(f"{path} exists", hint="replace it with --force")


def use_device(gpu_id: int) -> None:
    """Use the GPU `gpu_id`, or the CPU if it is -1."""
    from kernel.device import require_cpu, require_gpu

    if gpu_id >= 0:
        require_gpu(gpu_id)
    else:
        require_cpu()
