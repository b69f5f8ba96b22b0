"""Writing and reading word vectors in spaCy's format."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel.errors import LoadError
from kernel.files import pack, unpack
from kernel.text.vectors.cosine_search import host
from kernel.text.vectors.floret import Floret
from kernel.text.words.attributes import ORTH, attr_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kernel.text.vectors.table import Vectors

_TABLE: Final = "vectors"
_ROWS: Final = "key2row"
_SETTINGS: Final = "vectors.cfg"
# Older versions of spaCy wrote the keys in the order of their rows, without a key2row.
_OLD_KEYS: Final = "keys"
_FLORET_FIELDS: Final = ("minn", "maxn", "hash_count", "hash_seed", "bow", "eow")


def to_bytes(vectors: Vectors, *, exclude: Iterable[str] = ()) -> bytes:
    """Return the vectors as bytes in spaCy's format."""
    exclude = tuple(exclude)
    fields = {_ROWS: vectors.key2row, _TABLE: _npy(vectors), _SETTINGS: _settings(vectors)}
    if "strings" not in exclude:
        fields = {"strings": vectors.strings.to_bytes(), **fields}
    return pack({name: value for name, value in fields.items() if name not in exclude})


def from_bytes(vectors: Vectors, data: bytes, *, exclude: Iterable[str] = ()) -> Vectors:
    """Replace the vectors with those in `data`; raises LoadError if it is damaged."""
    exclude = tuple(exclude)
    fields = unpack(data, what="the vectors")
    if not isinstance(fields, dict):
        raise LoadError(f"the vectors are damaged: expected a map, got {type(fields).__name__}")
    parts = {name: value for name, value in fields.items() if name not in exclude}
    if "strings" in parts:
        vectors.strings.from_bytes(parts["strings"])
    _restore(vectors, parts.get(_SETTINGS), parts.get(_TABLE), parts.get(_ROWS), "the vectors")
    return vectors


def to_disk(vectors: Vectors, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
    """Write `vectors`, `key2row`, `vectors.cfg` and `strings.json` to the folder `path`."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    if "strings" not in exclude:
        vectors.strings.to_disk(folder / "strings.json")
    folder.joinpath(_TABLE).write_bytes(_npy(vectors))
    folder.joinpath(_ROWS).write_bytes(pack(vectors.key2row))
    folder.joinpath(_SETTINGS).write_text(_settings(vectors), encoding="utf8")


def from_disk(vectors: Vectors, path: str | Path, *, exclude: Iterable[str] = ()) -> Vectors:
    """Replace the vectors with those in the folder `path`; missing files change nothing.

    Raises LoadError with the name of a damaged file.
    """
    folder = Path(path)
    if "strings" not in exclude and folder.joinpath("strings.json").exists():
        vectors.strings.from_disk(folder / "strings.json")
    settings = _read(folder / _SETTINGS)
    rows = _read(folder / _ROWS)
    key2row = None if rows is None else unpack(rows, what=f"`{folder / _ROWS}`")
    old_keys = _read(folder / _OLD_KEYS)
    if key2row is None and old_keys is not None:
        keys = _array(old_keys, f"`{folder / _OLD_KEYS}`")
        key2row = {int(key): row for row, key in enumerate(keys.tolist())}
    table = _read(folder / _TABLE)
    text = None if settings is None else settings.decode("utf8", "replace")
    _restore(vectors, text, table, key2row, f"`{folder / _TABLE}`")
    return vectors


def _restore(
    vectors: Vectors, settings: str | None, table: bytes | None, key2row: Any, name: str
) -> None:
    data = None if table is None else _array(table, name)
    if data is not None and data.ndim != 2:
        raise LoadError(f"{name} is damaged: expected a table with two axes, got {data.shape}")
    n_rows = len(vectors) if data is None else len(data)
    if key2row and not 0 <= min(key2row.values()) <= max(key2row.values()) < n_rows:
        raise LoadError(f"{name} is damaged: a word has a row outside of the {n_rows} rows")
    parsed = None if settings is None else _parsed(settings, name)
    vectors.restore(data=data, key2row=key2row, settings=parsed)


def _parsed(settings: str, name: str) -> tuple[Floret | None, int]:
    try:
        values = json.loads(settings)
        attr = attr_id(values.get("attr", "ORTH"))
        if values.get("mode", "default") != "floret":
            return None, attr
        return Floret(**{key: values[key] for key in _FLORET_FIELDS}), attr
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LoadError(f"the settings of {name} are damaged: {error!r}") from error


def _settings(vectors: Vectors) -> str:
    if vectors.floret is None:
        # spaCy neither writes nor reads an attribute here: it looks words up by their text.
        other = {} if vectors.attr == ORTH else {"attr": vectors.attr}
        return json.dumps({"mode": "default", **other}, separators=(",", ":"))
    own = {key: getattr(vectors.floret, key) for key in _FLORET_FIELDS}
    values = {"mode": "floret", **own, "attr": vectors.attr}
    return json.dumps(values, separators=(",", ":"))


def _npy(vectors: Vectors) -> bytes:
    file = io.BytesIO()
    np.save(file, host(vectors.data), allow_pickle=False)
    return file.getvalue()


def _array(data: bytes, name: str) -> Any:
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise LoadError(f"{name} is damaged: {error}") from error


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
