"""The folder a run writes to: who may use it, and its pipelines `model-best` and `model-last`."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from kernel.errors import CheckpointError, ConfigError
from kernel.files import MANIFEST, recover_folder, replace_folder
from kernel.pipeline import Language

BEST: Final = "model-best"
LAST: Final = "model-last"
CHECKPOINT: Final = "checkpoint"


def open_output(output: Path, *, resume: bool = False, overwrite: bool = False) -> bool:
    """Make the folder `output` ready, and say whether there is a checkpoint to resume from.

    A folder that holds anything needs one of `resume` and `overwrite`. Nothing of value
    is removed: what a run left half-written is, and what it had moved away is brought back.
    Raises `CheckpointError`.
    """
    if resume and overwrite:
        raise CheckpointError("a run either resumes or overwrites another one, not both")
    if output.exists() and not output.is_dir():
        raise CheckpointError(f"{output} is a file, expected a folder to write to")
    output.mkdir(parents=True, exist_ok=True)
    recover_output(output)
    if any(output.iterdir()) and not (resume or overwrite):
        raise CheckpointError(
            f"the output folder {output} is not empty",
            hint="--resume goes on with the run that is in it, --overwrite replaces that run",
        )
    if not resume:
        return False
    found = output.joinpath(CHECKPOINT).is_dir()
    models = [name for name in (BEST, LAST) if output.joinpath(name).exists()]
    if models and not found:
        raise CheckpointError(
            f"{output} has {' and '.join(models)}, but no checkpoint to resume from",
            hint="--overwrite starts anew, and replaces them once there is something better",
        )
    return found


def recover_output(output: Path) -> None:
    """Clear up after a process that died while it wrote to `output`."""
    for name in (BEST, LAST, CHECKPOINT):
        recover_folder(output / name)
        for half_written in output.glob(f".{name}.*.tmp"):
            shutil.rmtree(half_written)


def save_pipeline(nlp: Language, path: Path, before_to_disk: Any = None) -> None:
    """Write `nlp`, or what the callback makes of it, to `path`, whole or not at all.

    Raises `ConfigError` if the callback does not return a pipeline.
    """
    if before_to_disk is not None:
        nlp = before_to_disk(nlp)
        if not isinstance(nlp, Language):
            raise ConfigError(
                "`training.before_to_disk` must return the pipeline to save, "
                f"got {type(nlp).__name__}"
            )
    with recovering(path):
        nlp.to_disk(path)


def copy_pipeline(source: Path, path: Path) -> None:
    """Let `path` hold the same files as `source`, a complete folder of the same file system.

    They are hard links where the system has them: kernel never changes a file in place.
    """
    with recovering(path), replace_folder(path) as folder:
        shutil.copytree(
            source,
            folder,
            copy_function=_link_or_copy,
            ignore=shutil.ignore_patterns(MANIFEST),
            dirs_exist_ok=True,
        )


@contextlib.contextmanager
def recovering(path: Path) -> Iterator[None]:
    """Bring back what was at `path` if writing it anew fails half-way."""
    try:
        yield
    except BaseException:
        recover_folder(path)
        raise


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)
