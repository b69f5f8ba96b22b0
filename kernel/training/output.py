"""The output folder of a run, and its pipelines `model-best` and `model-last`."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from kernel.errors import CheckpointError, ConfigError
from kernel.files import MANIFEST, link_or_copy, recover_folder, remove, replace_folder
from kernel.pipeline import Language
from kernel.training.lock import LOCK_FILE

BEST_MODEL: Final = "model-best"
LAST_MODEL: Final = "model-last"
CHECKPOINT: Final = "checkpoint"


def open_output(output: Path, *, resume: bool = False, overwrite: bool = False) -> bool:
    """Prepare the folder `output`; return whether to resume from a checkpoint.

    If the folder is not empty, `resume` or `overwrite` is required. Only incomplete files of an
    earlier run are removed; a folder that it had moved away is restored. Raises `CheckpointError`.
    """
    if resume and overwrite:
        raise CheckpointError("a run either resumes or overwrites another one, not both")
    if output.exists() and not output.is_dir():
        raise CheckpointError(f"{output} is a file, expected a folder to write to")
    output.mkdir(parents=True, exist_ok=True)
    recover_output(output)
    if any(path.name != LOCK_FILE for path in output.iterdir()) and not (resume or overwrite):
        raise CheckpointError(
            f"the output folder {output} is not empty",
            hint="--resume continues the run in it, --overwrite replaces it",
        )
    if not resume:
        return False
    found = output.joinpath(CHECKPOINT).is_dir()
    models = [name for name in (BEST_MODEL, LAST_MODEL) if output.joinpath(name).exists()]
    if models and not found:
        raise CheckpointError(
            f"{output} has {' and '.join(models)}, but no checkpoint to resume from",
            hint="--overwrite starts a new run, which replaces them after its first evaluation",
        )
    return found


def recover_output(output: Path) -> None:
    """Clean up after a process that died while it wrote to `output`."""
    for name in (BEST_MODEL, LAST_MODEL, CHECKPOINT):
        recover_folder(output / name)
        for half_written in output.glob(f".{name}.*.tmp"):
            remove(half_written)


def save_pipeline(nlp: Language, path: Path, before_to_disk: Any = None) -> None:
    """Write `nlp`, or the result of the callback, to `path` atomically.

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
    """Make `path` a copy of `source`, a complete folder on the same file system.

    Files are hard links if the system supports them; kernel never changes files in place.
    """
    with recovering(path), replace_folder(path) as folder:
        shutil.copytree(
            source,
            folder,
            copy_function=link_or_copy,
            ignore=shutil.ignore_patterns(MANIFEST),
            dirs_exist_ok=True,
        )


@contextlib.contextmanager
def recovering(path: Path) -> Iterator[None]:
    """Restore the old folder `path` if the block fails to replace it."""
    try:
        yield
    except BaseException:
        recover_folder(path)
        raise
