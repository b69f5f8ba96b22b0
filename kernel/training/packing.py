"""The format of checkpoints: nested values as JSON, and arrays. It does not use pickle."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.errors import CheckpointError

ARRAY_KEY: Final = "$array"


def pack(value: Any, arrays: dict[str, npt.NDArray[Any]], name: str = "") -> Any:
    """Return `value` as JSON values; its arrays are added to `arrays` under their paths."""
    if isinstance(value, Mapping):
        return {str(key): pack(inner, arrays, f"{name}/{key}") for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [pack(inner, arrays, f"{name}/{index}") for index, inner in enumerate(value)]
    if isinstance(value, np.generic):
        return value.item()
    if hasattr(value, "__array__"):
        arrays[name.lstrip("/")] = np.asarray(value)
        return {ARRAY_KEY: name.lstrip("/")}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise CheckpointError(f"`{name}` is a {type(value).__name__}, which a checkpoint cannot hold")


def unpack(value: Any, arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    """Return the value that was packed; tuples become lists."""
    if isinstance(value, dict):
        if value.keys() == {ARRAY_KEY}:
            return arrays[value[ARRAY_KEY]]
        return {key: unpack(inner, arrays) for key, inner in value.items()}
    if isinstance(value, list):
        return [unpack(inner, arrays) for inner in value]
    return value


def pack_strings(strings: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """Return many strings as two arrays: `text`, in UTF-8, and the `lengths` in characters."""
    known = list(strings)
    text = "".join(known).encode("utf8", "surrogatepass")
    lengths = np.fromiter(map(len, known), "int32", len(known))
    return {"text": np.frombuffer(text, "uint8"), "lengths": lengths}


def unpack_strings(packed: Mapping[str, npt.NDArray[Any]]) -> list[str]:
    """Return the strings that were packed."""
    text = packed["text"].tobytes().decode("utf8", "surrogatepass")
    ends = packed["lengths"].cumsum().tolist()
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values, including arrays, are equal after packing."""
    arrays: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    if pack(one, arrays[0]) != pack(other, arrays[1]):
        return False
    return all(np.array_equal(array, arrays[1][name]) for name, array in arrays[0].items())


def write_values(folder: Path, stem: str, value: Any) -> None:
    """Write `value` as `<stem>.json`, and its arrays as `<stem>.npz`, into `folder`."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    packed = pack(value, arrays)
    text = json.dumps(packed, indent=1)
    folder.joinpath(f"{stem}.json").write_text(text, encoding="utf8")
    write_arrays(folder / f"{stem}.npz", arrays)


def read_values(folder: Path, stem: str) -> Any:
    """Return the value that `write_values` wrote; raises `CheckpointError` for a damaged file."""
    path = folder / f"{stem}.json"
    arrays = read_arrays(folder / f"{stem}.npz")
    try:
        # Scores may be NaN, which strict JSON does not have.
        return unpack(json.loads(path.read_bytes()), arrays)
    except (LookupError, TypeError) as error:
        raise CheckpointError(f"{path} names an array that is not stored: {error}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write `arrays` to `path` as a `.npz` file, uncompressed; names may contain slashes."""
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # dated 1980: same bytes each time
            with archive.open(entry, "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays in `path`; raises `CheckpointError` if it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy"): _read(archive, name) for name in archive.namelist()}
    except Exception as error:  # zipfile, zlib and numpy raise many kinds
        raise CheckpointError(f"{path} cannot be read: {error}") from error


def _read(archive: zipfile.ZipFile, name: str) -> npt.NDArray[Any]:
    with archive.open(name) as stream:
        array: npt.NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array
