"""Writing and reading word vectors in spaCy's format."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel.arrays import as_numpy
from kernel.errors import LoadError, TextError
from kernel.files import check_type, pack, parse_json, parse_npy, read_file, unpack
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
_FIELDS: Final = {"strings?": bytes, f"{_ROWS}?": Any, f"{_TABLE}?": bytes, f"{_SETTINGS}?": str}
_SETTINGS_FIELDS: Final = {"mode?": str, "attr?": int | str}
_FLORET_FIELDS: Final = {
    "minn": int,
    "maxn": int,
    "hash_count": int,
    "hash_seed": int,
    "bow": str,
    "eow": str,
}


def to_bytes(vectors: Vectors, *, exclude: Iterable[str] = ()) -> bytes:
    """Return the vectors as bytes in spaCy's format."""
    exclude = tuple(exclude)
    fields = {_ROWS: vectors.key2row, _TABLE: _npy(vectors), _SETTINGS: _settings(vectors)}
    if "strings" not in exclude:
        fields = {"strings": vectors.strings.to_bytes(), **fields}
    return pack({name: value for name, value in fields.items() if name not in exclude})


def from_bytes(vectors: Vectors, data: bytes, *, exclude: Iterable[str] = ()) -> Vectors:
    """Replace the vectors with those in `data`; raises LoadError if it is damaged."""
    exclude, what = tuple(exclude), "the vectors"
    fields = check_type(unpack(data, what=what), _FIELDS, what=what)
    parts = {name: value for name, value in fields.items() if name not in exclude}
    if "strings" in parts:
        vectors.strings.from_bytes(parts["strings"])
    _restore(
        vectors,
        settings=_settings_of(parts.get(_SETTINGS), what),
        data=_table_of(parts.get(_TABLE), what),
        key2row=_rows_of(parts.get(_ROWS), what),
        what=what,
    )
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
    packed_rows = _read(folder / _ROWS)
    if packed_rows is None:
        key2row = _rows_of_keys(folder / _OLD_KEYS)
    else:
        what = f"`{folder / _ROWS}`"
        key2row = _rows_of(unpack(packed_rows, what=what), what)
    _restore(
        vectors,
        settings=_settings_of(_read(folder / _SETTINGS), f"`{folder / _SETTINGS}`"),
        data=_table_of(_read(folder / _TABLE), f"`{folder / _TABLE}`"),
        key2row=key2row,
        what=f"`{folder / _ROWS}`",
    )
    return vectors


def _restore(
    vectors: Vectors,
    *,
    settings: tuple[Floret | None, int] | None,
    data: Any,
    key2row: dict[int, int] | None,
    what: str,
) -> None:
    """Replace the parts that are given, if they fit together."""
    n_rows = len(vectors) if data is None else len(data)
    if key2row and max(key2row.values()) >= n_rows:
        raise LoadError(f"{what} is damaged: a word has a row outside of the {n_rows} rows")
    floret = vectors.floret if settings is None else settings[0]
    if floret is not None and not n_rows:
        raise LoadError(f"{what} is damaged: a floret table without rows")
    vectors.restore(data=data, key2row=key2row, settings=settings)


def _table_of(data: bytes | None, what: str) -> Any:
    """Return the table (R, D)."""
    return None if data is None else parse_npy(data, n_axes=2, what=what)


def _rows_of(value: Any, what: str) -> dict[int, int] | None:
    """Return the map from ids of words to rows."""
    if value is None:
        return None
    rows: dict[int, int] = check_type(value, dict[int, int], what=what)
    if rows and (min(rows) < 0 or min(rows.values()) < 0):
        raise LoadError(f"{what} is damaged: an id or a row is negative")
    return rows


def _rows_of_keys(path: Path) -> dict[int, int] | None:
    data = _read(path)
    if data is None:
        return None
    keys = parse_npy(data, n_axes=1, what=f"`{path}`").astype(np.uint64)
    return {key: row for row, key in enumerate(keys.tolist())}


def _settings_of(data: bytes | str | None, what: str) -> tuple[Floret | None, int] | None:
    """Return the settings of floret, None in the mode "default", and the attribute."""
    if data is None:
        return None
    values = check_type(parse_json(data, what=what), _SETTINGS_FIELDS, what=what)
    try:
        attr = attr_id(values.get("attr", "ORTH"))
        if values.get("mode", "default") != "floret":
            return None, attr
        check_type(values, _FLORET_FIELDS, what=what)
        return Floret(**{key: values[key] for key in _FLORET_FIELDS}), attr
    except TextError as error:
        raise LoadError(f"{what} is damaged: {error.message}", hint=error.hint) from error


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
    np.save(file, as_numpy(vectors.data), allow_pickle=False)
    return file.getvalue()


def _read(path: Path) -> bytes | None:
    return read_file(path) if path.exists() else None
