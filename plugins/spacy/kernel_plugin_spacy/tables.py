"""Lookup tables provided by installed distributions."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kernel.errors import LoadError, TextError
from kernel.files import check_type, max_unpacked, parse_json, read_file
from kernel.registry import registry
from kernel.text import Lookups


def load_lookups(lang: str, tables: Iterable[str], *, strict: bool = True) -> Lookups:
    """Return tables of a language from an installed distribution.

    A distribution registers a mapping under the code of the language in the registry `lookups`.
    It maps names of tables to their content, or to JSON files with the content. If `strict` is
    false, missing tables are skipped.

    Raises RegistryError if there are no tables of the language, TextError for a missing table.
    """
    found = Lookups()
    if not strict and not registry.lookups.has(lang):
        return found
    known: Mapping[str, Any] = registry.lookups.get(lang)
    for name in tables:
        if name in known:
            found.add_table(name, _content(known[name]))
        elif strict:
            raise TextError(
                f"there is no lookup table `{name}` of the language `{lang}`",
                hint=f"there are: {', '.join(known) or 'none'}",
            )
    return found


def _content(table: Any) -> Mapping[Any, Any]:
    if isinstance(table, Mapping):
        return table
    file = Path(table)
    data = read_file(file)
    if file.suffix == ".gz":
        data = _unzipped(data, file)
    content: Mapping[Any, Any] = check_type(
        parse_json(data, what=f"`{file}`"), dict[str, Any], what=f"`{file}`"
    )
    return content


def _unzipped(data: bytes, file: Path) -> bytes:
    limit = max_unpacked(len(data))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            content = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise LoadError(f"`{file}` is damaged: {error}") from error
    if len(content) > limit:
        raise LoadError(f"`{file}` is larger than {limit} bytes when decompressed")
    return content
