"""The output folder of pretraining.

config.cfg             the complete config
log.jsonl              one line per saved file, see `log_row`
model<epoch>.bin       the weights after an epoch
model<epoch>.temp.bin  the weights within an epoch, with `n_save_every`
model-last.bin         the weights at the end
checkpoint/            the state of the run, for --resume
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kernel.errors import ArgumentError, CheckpointError
from kernel.files import recover_folder, remove, write_file

CHECKPOINT: Final = "checkpoint"
CONFIG: Final = "config.cfg"
LOG: Final = "log.jsonl"
LAST: Final = "model-last.bin"

_OWN: Final = re.compile(r"model(-last|\d+(\.temp)?)\.bin|checkpoint|config\.cfg|log\.jsonl")
_HALF_WRITTEN: Final = re.compile(r"\.(model.*\.bin|checkpoint|config\.cfg|log\.jsonl)\..*\.tmp")
_EPOCH: Final = re.compile(r"model(\d+)\.bin")


def open_output(output: Path, *, resume: bool, overwrite: bool, adds: bool) -> bool:
    """Prepare the folder `output`, which exists; return whether to resume from a checkpoint.

    A folder with files of an earlier run needs `resume` or `overwrite`, unless the run `adds` to
    it because it starts from given weights. Raises `CheckpointError`.
    """
    if resume and overwrite:
        raise CheckpointError("a run either resumes or overwrites another one, not both")
    recover_folder(output / CHECKPOINT)
    for path in output.iterdir():
        if _HALF_WRITTEN.fullmatch(path.name):
            remove(path)
    found = sorted(path.name for path in output.iterdir() if _OWN.fullmatch(path.name))
    if found and not (resume or overwrite or adds):
        raise CheckpointError(
            f"the output folder {output} has files of an earlier run, such as {found[0]}",
            hint="--resume continues that run, --overwrite replaces it",
        )
    if not resume:
        return False
    is_there = output.joinpath(CHECKPOINT).is_dir()
    weights = [name for name in found if name.endswith(".bin")]
    if weights and not is_there:
        raise CheckpointError(
            f"{output} has {weights[0]}, but no checkpoint to resume from",
            hint="--resume-path starts from the weights in a file, --overwrite from the beginning",
        )
    return is_there


def clear(output: Path, *, keep_weights: bool) -> None:
    """Remove the checkpoint of an earlier run, which is never resumed after that; then the rest."""
    remove(output / CHECKPOINT)
    for path in output.iterdir():
        if _OWN.fullmatch(path.name) and not keep_weights:
            remove(path)


def epoch_after(path: Path) -> int:
    """Return the epoch that follows the one in the name of a file of weights.

    Raises `ArgumentError` for another name.
    """
    found = _EPOCH.fullmatch(path.name)
    if found is None:
        raise ArgumentError(
            f"the name of {path} does not have the number of an epoch, as `model3.bin` does",
            hint="give the epoch to start with: --epoch-resume",
        )
    return int(found[1]) + 1


def write_log(output: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write all rows of the log.

    It is written whole, so that a run that was killed never leaves half of a line.
    """
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    write_file(output / LOG, text.encode())


def read_log(output: Path) -> list[dict[str, Any]]:
    """Return the rows of the log of an earlier run that this one adds to."""
    path = output / LOG
    if not path.is_file():
        return []
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]
    except ValueError as error:
        raise CheckpointError(f"{path} is damaged: {error}") from error
