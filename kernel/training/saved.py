"""A saved state: nested values and named weights in a folder, written atomically."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy.typing as npt
from attrs import frozen

from kernel.errors import CheckpointError, LoadError
from kernel.files import MANIFEST, check_type, replace_folder, verify_manifest
from kernel.training.output import recovering
from kernel.training.packing import read_arrays, read_values, write_arrays, write_values

WEIGHTS_FILE: Final = "weights.npz"

Arrays = Mapping[str, npt.NDArray[Any]]


@frozen
class Saved:
    """A state that was read but not restored yet."""

    path: Path
    state: dict[str, Any]
    weights: dict[str, npt.NDArray[Any]]


@contextlib.contextmanager
def saving(path: Path, state: Mapping[str, Any], weights: Arrays) -> Iterator[None]:
    """Write a state to a temporary folder, which replaces the folder `path` after the block.

    `state` has the version of its format as `format`, and values that `pack` accepts.
    """
    with recovering(path), replace_folder(path) as folder:
        write_arrays(folder / WEIGHTS_FILE, weights)
        write_values(folder, "state", state)
        yield


def read_saved(path: Path, *, version: int, fields: Mapping[str, Any]) -> Saved:
    """Read what `saving` wrote to the folder `path`.

    `version` is the expected version of the format, and `fields` has the types of the values.
    Raises `CheckpointError` with the name of a file that is missing, truncated or changed.
    """
    if not path.joinpath(MANIFEST).is_file():
        raise CheckpointError(
            f"{path / MANIFEST} is missing: the checkpoint is not complete",
            hint="the copy of the folder may be incomplete",
        )
    try:
        verify_manifest(path)
    except LoadError as error:
        raise CheckpointError(
            error.message, hint="the checkpoint is damaged; --overwrite starts a new run"
        ) from error
    state = read_values(path, "state")
    with reading(path):
        check_type(state, {"format": int}, what="the state")
        if state["format"] != version:
            raise CheckpointError(
                f"{path} has the format {state['format']}, expected {version}",
                hint="it was written by another version of kernel",
            )
        check_type(state, dict(fields), what="the state")
    return Saved(path, state, read_arrays(path / WEIGHTS_FILE))


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Let each error of the block, of any kind, be a `CheckpointError` that names `path`."""
    try:
        yield
    except CheckpointError:
        raise
    except LoadError as error:
        raise CheckpointError(f"{path} is damaged: {error.message}") from error
    except Exception as error:  # optimizers are parts of plugins
        raise CheckpointError(f"{path} is damaged: {type(error).__name__}: {error}") from error
